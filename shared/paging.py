"""Pages of a list, limited by the caller and by the size of a response."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

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
# Of a row without bodies: a value of so many bytes stays, and objects of so many fields, such as
# those that a dialect defines, are not emptied as a whole.
SMALL_BYTES = 1000
MAX_FIELDS = 30


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

    @property
    def size(self) -> int | None:
        """How many rows to read: one more than the limit shows whether there is a next page."""
        return self.limit and self.limit + 1

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


@dataclass(frozen=True, kw_only=True)
class Page(Generic[Row]):
    """A page of a list.

    Attributes:
        rows: The rows.
        cursor: The cursor of the next page; None if there are no more rows.
        omissions: The number of rows without their bodies, which one response cannot hold.
    """

    rows: list[Row]
    cursor: str | None = None
    omissions: int = 0


def build_page(
    rows: Iterable[tuple[str, Row]], request: PageRequest[Position], *, max_bytes: int
) -> Page[Row]:
    """Build a page of a list.

    A row that alone is larger than a page has no bodies, see `omit_bodies`.

    Args:
        rows: The rows from where the page starts, each with its position.
        request: The page that the caller requests.
        max_bytes: The maximum size of all rows in the result of a Lambda function, except that a
            page has at least one row.
    """
    page: list[Row] = []
    last, remaining, omissions = "", max_bytes, 0
    for position, row in rows:
        if page and len(page) == request.limit:
            return Page(rows=page, cursor=request.make_cursor(last), omissions=omissions)
        fitting_row, size = fit_row(row, max_bytes)
        remaining -= size
        if page and remaining < 0:
            return Page(rows=page, cursor=request.make_cursor(last), omissions=omissions)
        page.append(fitting_row)
        omissions += fitting_row is not row
        last = position
    return Page(rows=page, omissions=omissions)


def fit_row(row: Row, max_bytes: int) -> tuple[Row, int]:
    """Omit the bodies of a row that is larger than a page.

    Args:
        row: The row, a JSON object.
        max_bytes: The size of a page.

    Returns:
        The row, or its copy without bodies, and the bytes that it takes in a page.
    """
    size = measure_row(row)
    if size > max_bytes:
        row = omit_bodies(row)
        size = measure_row(row)
    return row, size


def measure_row(row: Any) -> int:
    """Measure the bytes that a row takes in a page, with the comma after it."""
    return exact_json.measure_encoded_bytes(exact_json.encode(row)) + 1


def omit_bodies(row: Row) -> Row:
    """Copy a row without its bodies: each large text, list or free-form object is empty.

    `omissions` has the paths of the values that are empty.
    """
    paths: list[str] = []
    document = {name: _shorten(value, name, paths) for name, value in cast("Any", row).items()}
    return cast("Row", {**document, "omissions": paths})


def _shorten(value: Any, path: str, paths: list[str]) -> Any:
    """Replace the large values in a value by empty ones, and add their paths."""
    if measure_row(value) <= SMALL_BYTES:
        return value
    inner: list[str] = []
    if isinstance(value, dict) and len(value) <= MAX_FIELDS:
        fields = {name: _shorten(field, f"{path}.{name}", inner) for name, field in value.items()}
        if measure_row(fields) <= MAX_FIELDS * SMALL_BYTES:
            paths += inner
            return fields
    paths.append(path)
    return type(value)()
