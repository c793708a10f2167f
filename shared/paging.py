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
    from collections.abc import Callable, Iterable, Iterator, Mapping

Position = TypeVar("Position")
Row = TypeVar("Row")
NUMBER = re.compile("[0-9]{1,10}")
DIGEST_BYTES = 8  # length of the query's digest in a cursor
MAX_POSITION_BYTES = 1000  # a sort key takes at most 1024
# Of a row without bodies: a value of so many bytes stays, and objects of so many fields, such as
# those that a dialect defines, are not emptied as a whole.
SMALL_BYTES = 1000
MAX_FIELDS = 30
# What a page may read, in sizes of a page. Rows that a page can show whole fill it before. Of those
# that it shows without bodies it reads up to four: with one, a caller would need a request for
# each; without a bound, a page could load megabytes for each of thousands of rows.
MAX_READ_PAGES = 4
# Rows that a filter leaves out, so that a page which finds little ends with a cursor nonetheless.
MAX_SKIPPED = 2_000


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

    @property
    def is_whole_list(self) -> bool:
        """Whether the caller requests the whole list, as callers that know no pages do."""
        return self.limit is None and self.after is None

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
    rows: Iterable[tuple[str, Row | None]],
    request: PageRequest[Position],
    *,
    max_bytes: int,
    is_unbounded: bool = False,
) -> Page[Row]:
    """Build a page of a list.

    A row that alone is larger than a page has no bodies, see `omit_bodies`.

    Args:
        rows: The rows from where the page starts, each with its position; None stands for a row
            that was read and is left out, of which a page reads at most `MAX_SKIPPED`.
        request: The page that the caller requests.
        max_bytes: The maximum size of all rows in the result of a Lambda function, except that a
            page has at least one row.
        is_unbounded: Whether to read however many rows the page can show, for callers that know no
            cursor.
    """
    page: list[Row] = []
    last, remaining, omissions, skipped = "", max_bytes, 0, 0
    budget = float("inf") if is_unbounded else MAX_READ_PAGES * max_bytes
    for position, row in rows:
        if page and (len(page) == request.limit or budget < 0):
            return Page(rows=page, cursor=request.make_cursor(last), omissions=omissions)
        if row is None:
            last, skipped = position, skipped + 1
            if skipped == MAX_SKIPPED:
                return Page(rows=page, cursor=request.make_cursor(last), omissions=omissions)
            continue
        fitting_row, size = row, measure_row(row)
        budget -= size
        if size > max_bytes:
            fitting_row = omit_bodies(row)
            size = measure_row(fitting_row)
        remaining -= size
        if page and remaining < 0:
            return Page(rows=page, cursor=request.make_cursor(last), omissions=omissions)
        page.append(fitting_row)
        omissions += fitting_row is not row
        last = position
    return Page(rows=page, omissions=omissions)


def skip_rows(
    rows: Iterable[tuple[str, Row | None]], count: int
) -> Iterator[tuple[str, Row | None]]:
    """Leave out the first rows of a list."""
    for position, row in rows:
        is_skipped = row is not None and count > 0
        count -= is_skipped
        yield position, None if is_skipped else row


def measure_row(row: Any) -> int:
    """Measure the bytes that a row takes in a page, with the comma after it."""
    return exact_json.measure_encoded_bytes(exact_json.encode(row)) + 1


def omit_bodies(row: Row) -> Row:
    """Copy a row without its bodies: each large text, list or free-form object is empty.

    `omissions` has the paths of the values that are empty.
    """
    fields = {name: _shorten(value) for name, value in cast("Any", row).items()}
    document = {name: field.value for name, field in fields.items()}
    paths = [f"{name}{path}" for name, field in fields.items() for path in field.paths]
    return cast("Row", {**document, "omissions": paths})


@dataclass(frozen=True, kw_only=True)
class _Shortened:
    """A value whose large values have been replaced by empty ones.

    Attributes:
        value: What remains of the value.
        original_size: The size of the value, as `measure_row` measures it.
        size: The size of what remains, and of the names in the paths.
        paths: The paths of the values that are empty, from this value.
    """

    value: Any
    original_size: int
    size: int
    paths: tuple[str, ...] = ()


def _shorten(value: Any) -> _Shortened:
    """Replace the large values in a value by empty ones.

    Sizes are added from the innermost values, so that each value is encoded once however deep it
    is.
    """
    if not isinstance(value, dict) or len(value) > MAX_FIELDS:
        original_size = measure_row(value)
        if original_size <= SMALL_BYTES:
            return _Shortened(value=value, original_size=original_size, size=original_size)
        return _empty(value, original_size)
    fields = {name: _shorten(field) for name, field in value.items()}
    names = {name: measure_row(name) for name in fields}
    # Braces, a colon after each name, a comma after each field but the last, and one after all.
    around = 2 + sum(names.values()) + (not fields)
    original_size = around + sum(field.original_size for field in fields.values())
    if original_size <= SMALL_BYTES:
        return _Shortened(value=value, original_size=original_size, size=original_size)
    size = around + sum(
        field.size + len(field.paths) * names[name] for name, field in fields.items()
    )
    if size > MAX_FIELDS * SMALL_BYTES:
        return _empty(value, original_size)
    return _Shortened(
        value={name: field.value for name, field in fields.items()},
        original_size=original_size,
        size=size,
        paths=tuple(f".{name}{path}" for name, field in fields.items() for path in field.paths),
    )


def _empty(value: Any, original_size: int) -> _Shortened:
    empty = type(value)()
    return _Shortened(
        value=empty, original_size=original_size, size=measure_row(empty), paths=("",)
    )
