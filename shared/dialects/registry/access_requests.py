"""Parsing of requests about people and teams: addresses, passwords, names, roles and pages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

from shared.dialects.registry.requests import NUMBER, parse_uuid
from shared.domain.access import Role
from shared.domain.checks import check_name, check_text
from shared.domain.people import WEAK_PASSWORD
from shared.problems import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Row = TypeVar("Row")

PASSWORD_BYTES = range(8, 257)  # px0's least, Cognito's most
SHORT_PASSWORD = "password must be at least 8 characters"  # nosec B105
LONG_PASSWORD = "password must be at most 256 bytes"  # nosec B105
DEFAULT_LIMIT = 10  # source: px0
MAX_LIMIT = 1000
MAX_PAGE = 10**9


def parse_path_id(text: str) -> str:
    """Parse the id of a team, person, session or organisation in a path.

    Raises:
        InvalidRequest: The text is not an id.
    """
    return parse_uuid(text, problem="invalid id")


def check_password(text: str) -> str:
    """Check a new password by px0's rules; Cognito has the same.

    Raises:
        InvalidRequest: It breaks the rules.
    """
    check_text(text, "password")
    size = len(text.encode())
    if size < PASSWORD_BYTES.start:
        raise InvalidRequest(SHORT_PASSWORD)
    if size >= PASSWORD_BYTES.stop:
        raise InvalidRequest(LONG_PASSWORD)
    classes = ("[A-Z]", "[a-z]", "[0-9]", "[^A-Za-z0-9]")
    if not all(re.search(characters, text) for characters in classes):
        raise InvalidRequest(WEAK_PASSWORD)
    return text


def check_new_name(text: str) -> str:
    """Check the name of a team or of the organisation.

    Raises:
        InvalidRequest: There is none, or it is malformed.
    """
    if not text.strip():
        raise InvalidRequest("name is required")
    return check_name(text, "name")


def parse_role(text: str) -> str:
    """Parse a role in a team.

    Raises:
        InvalidRequest: It is none.
    """
    if text not in set(Role):
        raise InvalidRequest("invalid role, must be admin, editor, or viewer")
    return text


def parse_page(query: Mapping[str, str]) -> tuple[int, int]:
    """Parse the number of a page and its size; px0 ignores what is malformed."""
    return (
        _parse_number(query.get("page", ""), 1, MAX_PAGE),
        _parse_number(query.get("limit", ""), DEFAULT_LIMIT, MAX_LIMIT),
    )


def _parse_number(text: str, default: int, most: int) -> int:
    if not NUMBER.fullmatch(text) or len(text) > 20 or int(text) < 1:
        return default
    return min(int(text), most)


def select_page(rows: Sequence[Row], page: int, limit: int) -> Sequence[Row]:
    """Select the rows of a page."""
    return rows[(page - 1) * limit : page * limit]
