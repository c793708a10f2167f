"""Formats of times and names that several dialects use."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


def dump_js_time(at: datetime) -> str:
    """Format a time as JavaScript does: ISO 8601 in UTC with milliseconds."""
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z"


def to_snake_case(name: str) -> str:
    """Convert a name to snake case: `maxTokens` to `max_tokens`."""
    return re.sub("[A-Z]", lambda match: f"_{match[0].lower()}", name)


def to_camel_case(name: str) -> str:
    """Convert a name to camel case: `max_tokens` to `maxTokens`."""
    return re.sub("_([a-z])", lambda match: match[1].upper(), name)
