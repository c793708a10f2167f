"""Parsing of requests about audit logs."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from shared.dialects.registry.requests import EXAMPLE_TIME, parse_time
from shared.domain.access_events import EventFilter
from shared.paging import parse_number
from shared.problems import InvalidRequest
from shared.routes.audit import MAX_OFFSET

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


def parse_filter(query: Mapping[str, str]) -> EventFilter:
    """Parse the parameters that select entries of an audit log.

    Raises:
        InvalidRequest: A time is malformed.
    """
    return EventFilter(
        since=_parse_bound(query, "from"),
        until=_parse_bound(query, "to"),
        actor=query.get("actor") or None,
        kind=query.get("kind") or None,
    )


def _parse_bound(query: Mapping[str, str], name: str) -> datetime | None:
    # A plus sign that the caller has not encoded arrives as a space.
    text = query.get(name, "").replace(" ", "+")
    if not text:
        return None
    if (at := parse_time(text)) is None:
        raise InvalidRequest(f"invalid {name}: must be RFC 3339 with a time zone, {EXAMPLE_TIME}")
    return at


def parse_offset(query: Mapping[str, str]) -> int:
    """Parse the parameter `offset`; 0 with a cursor, which says where to go on.

    Raises:
        InvalidRequest: It is no number, or too large.
    """
    text = query.get("offset")
    if not text or query.get("cursor"):
        return 0
    with suppress(ValueError):
        if (offset := parse_number(text)) <= MAX_OFFSET:
            return offset
    raise InvalidRequest(
        f"invalid offset: must be a number from 0 to {MAX_OFFSET}; go on with cursor"
    )
