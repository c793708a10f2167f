"""Parsing of px0's requests about API keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.requests import EXAMPLE_TIME, parse_time, parse_uuid
from shared.domain.organisation import ORGANISATION_ID
from shared.problems import Forbidden, InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


def parse_key_id(text: str) -> str:
    """Parse the id of an API key.

    Raises:
        InvalidRequest: The text is not an id.
    """
    return parse_uuid(text, problem="invalid id")


def require_organisation(text: str | None) -> str:
    """Check that a request names its organisation, which px0 wants of all about API keys.

    Raises:
        InvalidRequest: It does not.
    """
    if not text:
        details = [{"path": "org_id", "message": "GET /v1/me/orgs has the id"}]
        raise InvalidRequest("org_id is required", details=details)
    return text


def check_organisation(text: str | None, *, problem: str) -> None:
    """Check that the organisation of a request is this one.

    Args:
        text: The id of the organisation.
        problem: The problem's message if it is not an id.

    Raises:
        InvalidRequest: It is missing, or not an id.
        Forbidden: It is another organisation.
    """
    if parse_uuid(require_organisation(text), problem=problem) != ORGANISATION_ID:
        raise Forbidden


def parse_team_ids(texts: Iterable[str] | None) -> tuple[str, ...]:
    """Parse the ids of teams, each once.

    Raises:
        InvalidRequest: A text is not an id.
    """
    ids = (parse_uuid(text, problem="invalid request body") for text in texts or ())
    return tuple(dict.fromkeys(ids))


def parse_expiry(text: str | None) -> datetime | None:
    """Parse the time at which a key stops working.

    Raises:
        InvalidRequest: The text is not a time with a time zone.
    """
    if text is None:
        return None
    if (at := parse_time(text)) is None:
        raise InvalidRequest(f"expires_at must be RFC 3339 with a time zone, {EXAMPLE_TIME}")
    return at
