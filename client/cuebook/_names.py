"""What people name prompts and versions by.

A slug is one within a team, and a key may have several teams.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ._ids import is_id
from .errors import NotFoundError

if TYPE_CHECKING:
    from .management import Management


NUMBER = re.compile(r"[0-9]{1,18}")  # of a version


def parse_selector(text: str) -> int | str:
    """Parse what names a version: a number, or else a tag, `live` or `latest`."""
    return int(text) if NUMBER.fullmatch(text) else text


def find_prompt_id(manage: Management, team_id: str, name: str) -> str:
    """Find the id of a team's prompt.

    Args:
        manage: The client's management.
        team_id: The id of the team.
        name: The slug, or the id.

    Raises:
        NotFoundError: The team has no prompt with this slug.
    """
    if is_id(name):
        return name
    for row in manage.prompts(team_id, q=name):
        if row["slug"] == name:
            prompt_id: str = row["id"]
            return prompt_id
    raise NotFoundError(
        f"the team {team_id} has no prompt {name!r}", status=404, code="prompt_not_found"
    )
