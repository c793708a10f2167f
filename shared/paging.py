"""Pages of a list: bounded by the caller's limit and by what one answer can carry."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Generic, TypeVar

from shared import wire
from shared.errors import InvalidRequest

Place = TypeVar("Place")
NUMBER = re.compile("[0-9]{1,10}")
MOST = 1000  # items a page, when the caller names a limit
QUERY_DIGEST = 8  # bytes
LONGEST_PLACE = 1000  # bytes; a sort key takes 1024


@dataclass(frozen=True, kw_only=True)
class Window(Generic[Place]):
    """The part of a list that a caller asks for.

    Args:
        query: what the list is of; a cursor is good for no other.
        limit: items at most; None for all that one answer can carry.
        after: the place in the list to go on from.
    """

    query: str
    limit: int | None = None
    after: Place | None = None

    @classmethod
    def read(
        cls, given: Mapping[str, str], *, of: str, place: Callable[[str], Place]
    ) -> "Window[Place]":
        """From the parameters `limit` and `cursor`. Raises InvalidRequest.

        Args:
            of: the list's path; with the other parameters it identifies the list.
            place: reads a place in the list from its text; raises ValueError.
        """
        rest = {name: text for name, text in given.items() if name not in ("limit", "cursor")}
        query = wire.canonical([of, rest])
        cursor = given.get("cursor")
        return cls(
            query=query,
            limit=_limit(given.get("limit")),
            after=_place(cursor, query, place) if cursor else None,
        )

    def cursor(self, place: str) -> str:
        """An opaque text that stands for going on after a place."""
        return urlsafe_b64encode(_digest(self.query) + place.encode()).decode().rstrip("=")


def _digest(query: str) -> bytes:
    return sha256(query.encode()).digest()[:QUERY_DIGEST]


def _limit(text: str | None) -> int | None:
    if not text:
        return None
    if NUMBER.fullmatch(text) and 1 <= int(text) <= MOST:
        return int(text)
    raise InvalidRequest(f"invalid limit: must be a number from 1 to {MOST}")


def number(text: str) -> int:
    """A place that is a version's number. Raises ValueError."""
    if not NUMBER.fullmatch(text):
        raise ValueError(text)
    return int(text)


def _place(cursor: str, query: str, read: Callable[[str], Place]) -> Place:
    try:
        raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        digest, place = raw[:QUERY_DIGEST], raw[QUERY_DIGEST:]
        if digest != _digest(query) or not 0 < len(place) <= LONGEST_PLACE:
            raise ValueError(cursor)
        return read(place.decode())
    except ValueError as error:
        raise InvalidRequest("invalid cursor: it belongs to another list") from error


def page(
    rows: Iterable[tuple[str, Mapping[str, Any]]], window: Window[Any], *, budget: int
) -> tuple[list[Mapping[str, Any]], str | None]:
    """The next rows of a list, and the cursor to go on with; None when there are no more.

    Args:
        rows: places and what is to be shown of them, from the window's start on.
        budget: bytes that the shown rows may take together; one row always fits.
    """
    shown: list[Mapping[str, Any]] = []
    last = ""
    for place, row in rows:
        budget -= len(wire.encode(row).encode())
        if shown and (budget < 0 or len(shown) == window.limit):
            return shown, window.cursor(last)
        shown.append(row)
        last = place
    return shown, None
