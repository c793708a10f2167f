"""Pages and their cursors."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import exact_json
from shared.paging import (
    MAX_FIELDS,
    MAX_READ_PAGES,
    SMALL_BYTES,
    PageRequest,
    build_page,
    measure_row,
    omit_bodies,
    parse_number,
)
from shared.problems import InvalidRequest
from shared.routes.route import MAX_LIMIT

LARGE = 10**9


def build_page_request(**given: str) -> PageRequest[str]:
    return PageRequest.parse(given, path="/list", parse_position=str)


def iterate_rows(count: int, size: int = 0) -> list[tuple[str, Mapping[str, Any]]]:
    return [(str(n), {"n": n, "pad": "x" * size}) for n in range(count)]


PADDED = iterate_rows(6, 50)


@given(st.text(min_size=1, max_size=100).filter(lambda text: len(text.encode(errors="ignore")) > 0))
def test_a_cursor_leads_back_to_its_place(place: str) -> None:
    place = place.encode(errors="ignore").decode()

    cursor = build_page_request().make_cursor(place)

    assert build_page_request(cursor=cursor).after == place
    assert build_page_request(cursor=cursor, limit="7").after == place


@given(st.dictionaries(st.sampled_from("abc"), st.text(max_size=3), min_size=1))
def test_a_cursor_is_refused_by_every_other_query(query: dict[str, str]) -> None:
    cursor = build_page_request().make_cursor("place")

    with pytest.raises(InvalidRequest):
        build_page_request(cursor=cursor, **query)
    with pytest.raises(InvalidRequest):
        PageRequest.parse({"cursor": cursor}, path="/other", parse_position=str)


@given(st.text(max_size=60))
def test_no_text_is_a_fault_of_ours(text: str) -> None:
    try:
        read = build_page_request(cursor=text)
    except InvalidRequest:
        return
    assert text == ""
    assert read.after is None


def test_a_place_that_the_list_cannot_read_is_refused() -> None:
    cursor = build_page_request().make_cursor("seven")

    with pytest.raises(InvalidRequest):
        PageRequest.parse({"cursor": cursor}, path="/list", parse_position=parse_number)


@pytest.mark.parametrize("place", ["", "x" * 1001])
def test_a_place_has_1_to_1000_bytes(place: str) -> None:
    with pytest.raises(InvalidRequest):
        build_page_request(cursor=build_page_request().make_cursor(place))


@pytest.mark.parametrize(
    ("text", "limit"), [("1", 1), ("0007", 7), (str(MAX_LIMIT), MAX_LIMIT), ("", None)]
)
def test_a_limit_is_read(text: str, limit: int | None) -> None:
    assert build_page_request(limit=text).limit == limit


@pytest.mark.parametrize(
    "text", ["0", "1001", "-1", "+1", "1.0", " 1", "1\n", "\u0661", "9" * 5000]
)
def test_any_other_limit_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest, match="limit"):
        build_page_request(limit=text)


@pytest.mark.parametrize("text", ["", "x", "-1", "1.0", "\u0661", "1" * 11, "1\n"])
def test_a_number_has_up_to_ten_digits(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_number(text)


@given(st.integers(0, 9), st.integers(1, 10) | st.none())
def test_a_page_is_the_start_of_the_list_and_knows_whether_it_goes_on(
    count: int, limit: int | None
) -> None:
    asked = PageRequest[str](query="q", limit=limit)

    page = build_page(iterate_rows(count), asked, max_bytes=LARGE)

    shown, cursor = page.rows, page.cursor
    assert shown == [row for _, row in iterate_rows(count)][:limit]
    assert (cursor is None) == (limit is None or count <= limit)
    if cursor is not None:
        assert cursor == asked.make_cursor(str(len(shown) - 1))


@given(st.integers(1, 6), st.integers(200, 1000))
def test_a_page_holds_what_its_budget_holds(count: int, budget: int) -> None:
    sizes = [exact_json.measure_encoded_bytes(exact_json.encode(row)) + 1 for _, row in PADDED]
    fitting = max(n for n in range(count + 1) if sum(sizes[:n]) <= budget)

    page = build_page(PADDED[:count], PageRequest(query="q"), max_bytes=budget)

    assert page.rows == [row for _, row in PADDED[:fitting]]
    assert (page.cursor is None) == (len(page.rows) == count)
    assert page.omissions == 0


ROWS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just("x" * 2000),
    lambda inner: (
        st.lists(inner, max_size=40) | st.dictionaries(st.text(max_size=3), inner, max_size=40)
    ),
    max_leaves=60,
)


@pytest.mark.slow
@given(st.lists(st.dictionaries(st.sampled_from("abcdefgh"), ROWS), min_size=1, max_size=4))
def test_a_row_larger_than_a_page_is_shown_without_its_bodies_and_says_which(
    rows: list[dict[str, Any]],
) -> None:
    max_bytes = 1500
    pairs = [(str(n), row) for n, row in enumerate(rows)]
    shown, after, omissions = [], 0, 0
    while after is not None and after < len(rows):
        page = build_page(pairs[after:], PageRequest(query="q"), max_bytes=max_bytes)
        shown += page.rows
        omissions += page.omissions
        after += len(page.rows)
        assert (page.cursor is None) == (after == len(rows))

    assert len(shown) == len(rows)
    assert omissions == sum("omissions" in row for row in shown)
    for row, original in zip(shown, rows, strict=True):
        size = exact_json.measure_encoded_bytes(exact_json.encode(original)) + 1
        if size <= max_bytes:
            assert row == original
            continue
        paths = row.pop("omissions")
        assert row.keys() == original.keys()
        assert exact_json.measure_encoded_bytes(exact_json.encode(row)) <= len(row) * 31_000
        if paths == []:
            assert row == original
        for path in paths:
            value = row[path.partition(".")[0]]
            assert value == type(value)() or "." in path


def test_a_page_is_unboundede_row_beyond_its_end_and_no_more() -> None:
    read = []

    def iterate_endlessly() -> Any:
        for place, row in iterate_rows(100):
            read.append(place)
            yield place, row

    build_page(iterate_endlessly(), PageRequest(query="q", limit=3), max_bytes=LARGE)

    assert read == ["0", "1", "2", "3"]


# -- what rows that are larger than a page cost


def shorten(value: Any) -> tuple[Any, list[list[str]]]:
    """Shorten a value as `omit_bodies` does, by measuring it anew at each level."""
    if measure_row(value) <= SMALL_BYTES:
        return value, []
    if isinstance(value, dict) and len(value) <= MAX_FIELDS:
        fields, paths, names = {}, [], 0
        for name, field in value.items():
            fields[name], inner = shorten(field)
            paths += [[name, *path] for path in inner]
        names = sum(measure_row(name) for path in paths for name in path)
        if measure_row(fields) + names <= MAX_FIELDS * SMALL_BYTES:
            return fields, paths
    return type(value)(), [[]]


DOCUMENTS = st.recursive(
    st.none()
    | st.integers()
    | st.text(max_size=5)
    | st.sampled_from(["x", '"\\é😀']).map(lambda text: text * 400),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["", "é", '"', "n" * 300, "m" * 9000]), inner)
        | st.dictionaries(st.integers(0, 40).map(str), inner, min_size=28, max_size=32)
    ),
    max_leaves=50,
)


@given(DOCUMENTS)
def test_bodies_are_omitted_as_if_each_level_was_measured_anew(document: Any) -> None:
    value, paths = shorten(document)

    assert omit_bodies({"field": document}) == {
        "field": value,
        "omissions": [".".join(["field", *path]) for path in paths],
    }


def nest(levels: int, *, wide: bool) -> dict[str, Any]:
    """Nest objects, each with a text that is large or many that are small."""
    texts = {f"t{n}": "x" * 90 for n in range(20)} if wide else {"t": "x" * 2000}
    document: dict[str, Any] = texts
    for _ in range(levels - 1):
        document = {"inner": document, **texts}
    return document


@pytest.mark.parametrize("wide", [True, False])
@pytest.mark.parametrize("levels", [10, 190])
def test_a_row_is_encoded_a_few_times_however_deep_it_is(
    monkeypatch: pytest.MonkeyPatch, levels: int, *, wide: bool
) -> None:
    row = {"variables": nest(levels, wide=wide)}
    size, values = measure_row(row), levels * (22 if wide else 2)
    encoded: list[int] = []

    def encode(value: Any, encode: Any = exact_json.encode) -> str:
        text: str = encode(value)
        encoded.append(len(text))
        return text

    monkeypatch.setattr(exact_json, "encode", encode)

    page = build_page([("1", row)], PageRequest(query="q"), max_bytes=size - 1)

    assert page.omissions == 1
    # The row, its parts, and what remains of it; each value has a name.
    assert sum(encoded) <= 3 * size
    assert len(encoded) <= 3 * values


def test_the_names_in_omissions_take_no_more_than_what_remains_of_a_row() -> None:
    leaves = {f"a{n}": {f"b{m}": "x" * 1100 for m in range(30)} for n in range(30)}

    row = omit_bodies({"variables": {"n" * 14_000: leaves}})

    assert measure_row(row) <= MAX_FIELDS * SMALL_BYTES


def build_large_rows(read: list[str]) -> Any:
    """Build 200 rows that are larger than a page of 5,000 bytes, as they are read."""
    for place, row in iterate_rows(200, 6000):
        read.append(place)
        yield place, row


@pytest.mark.parametrize("limit", [None, 2, 50])
def test_a_page_reads_a_few_rows_that_are_larger_than_it(limit: int | None) -> None:
    read: list[str] = []

    page = build_page(build_large_rows(read), PageRequest(query="q", limit=limit), max_bytes=5000)

    assert len(page.rows) == page.omissions == min(limit or MAX_READ_PAGES, MAX_READ_PAGES)
    assert len(read) == len(page.rows) + 1
    assert page.cursor == PageRequest[str](query="q").make_cursor(read[-2])


def test_a_page_for_callers_that_know_no_cursor_reads_all_that_it_can_show() -> None:
    read: list[str] = []
    size = measure_row(omit_bodies({"n": 100, "pad": "x" * 6000}))

    page = build_page(
        build_large_rows(read), PageRequest(query="q"), max_bytes=5000, is_unbounded=True
    )

    assert 5000 - size <= sum(map(measure_row, page.rows)) <= 5000
    assert len(read) == len(page.rows) + 1


@given(st.lists(st.integers(0, 8000), min_size=1, max_size=30))
def test_pages_of_rows_of_any_size_give_each_row_once_and_read_a_few_sizes_of_a_page(
    sizes: list[int],
) -> None:
    rows: list[tuple[str, dict[str, Any]]] = [
        (str(n), {"n": n, "pad": "x" * size}) for n, size in enumerate(sizes)
    ]
    shown: list[int] = []
    while True:
        page = build_page(rows[len(shown) :], PageRequest(query="q"), max_bytes=5000)
        own_sizes = [measure_row(rows[row["n"]][1]) for row in page.rows]
        assert sum(own_sizes[:-1]) <= MAX_READ_PAGES * 5000
        shown += [row["n"] for row in page.rows]
        if page.cursor is None:
            break
        assert page.rows
    assert shown == list(range(len(rows)))
