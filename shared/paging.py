"""Pages of a list, limited by the caller and by the size of a response."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Generic, TypeVar

from shared import exact_json
from shared.problems import InvalidRequest
from shared.routes.route import MAX_LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

Position = TypeVar("Position")
Row = TypeVar("Row")
NUMBER = re.compile("[0-9]{1,10}")
DIGEST_BYTES = 8  # length of the query's digest in a cursor
MAX_POSITION_BYTES = 1000  # a sort key takes at most 1024


@dataclass(frozen=True, kw_only=True)
class PageRequest(Generic[Position]):
    """The page of a list that a caller requests.

    Attributes:
        query: Identifies the list, which a cursor must belong to.
        limit: The maximum number of rows; None for as many as one response can hold.
        after: The position after which the page starts; None for the first page.
    """

    query: str
    limit: int | None = None
    after: Position | None = None

    @classmethod
    def parse(
        cls,
        parameters: Mapping[str, str],
        *,
        path: str,
        parse_position: Callable[[str], Position],
    ) -> PageRequest[Position]:
        """Parse the parameters `limit` and `cursor`.

        Args:
            parameters: The query parameters.
            path: The path, which identifies the list together with the other parameters.
            parse_position: Parses the text of a position; raises ValueError.

        Raises:
            InvalidRequest: A parameter is malformed, or the cursor belongs to another list.
        """
        others = {
            name: text for name, text in parameters.items() if name not in ("limit", "cursor")
        }
        query = exact_json.encode_sorted([path, others])
        cursor = parameters.get("cursor")
        return cls(
            query=query,
            limit=_parse_limit(parameters.get("limit")),
            after=_parse_cursor(cursor, query, parse_position) if cursor else None,
        )

    def make_cursor(self, position: str) -> str:
        """Make the cursor of the page after a position."""
        return urlsafe_b64encode(_digest(self.query) + position.encode()).decode().rstrip("=")


def _digest(query: str) -> bytes:
    return sha256(query.encode()).digest()[:DIGEST_BYTES]


def _parse_limit(text: str | None) -> int | None:
    if not text:
        return None
    if NUMBER.fullmatch(text) and 1 <= int(text) <= MAX_LIMIT:
        return int(text)
    raise InvalidRequest(f"invalid limit: must be a number from 1 to {MAX_LIMIT}")


def parse_number(text: str) -> int:
    """Parse a position that is a number, such as the number of a version.

    Raises:
        ValueError: The text is not such a number.
    """
    if not NUMBER.fullmatch(text):
        raise ValueError(text)
    return int(text)


def _parse_cursor(cursor: str, query: str, parse_position: Callable[[str], Position]) -> Position:
    try:
        raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        digest, position = raw[:DIGEST_BYTES], raw[DIGEST_BYTES:]
        if digest != _digest(query) or not 0 < len(position) <= MAX_POSITION_BYTES:
            raise ValueError(cursor)
        return parse_position(position.decode())
    except ValueError as error:
        raise InvalidRequest(
            "invalid cursor: it must come from the previous page of the same list"
        ) from error


def build_page(
    rows: Iterable[tuple[str, Row]], request: PageRequest[Position], *, max_bytes: int
) -> tuple[list[Row], str | None]:
    """Build a page of a list.

    Args:
        rows: The rows from where the page starts, each with its position.
        request: The page that the caller requests.
        max_bytes: The maximum size of all rows as JSON, except that a page has at least one row.

    Returns:
        The rows, and the cursor of the next page; None if there are no more rows.
    """
    page: list[Row] = []
    last = ""
    for position, row in rows:
        max_bytes -= len(exact_json.encode(row).encode())
        if page and (max_bytes < 0 or len(page) == request.limit):
            return page, request.make_cursor(last)
        page.append(row)
        last = position
    return page, None
