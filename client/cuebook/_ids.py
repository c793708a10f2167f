"""Ids of prompts and of teams."""

from __future__ import annotations

from uuid import UUID


def is_id(text: str) -> bool:
    """Tell whether a text is the id of a prompt or a team."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True
