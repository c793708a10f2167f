"""Pages and their cursors."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import exact_json
from shared.paging import PageRequest, build_page, parse_number
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


def test_a_page_reads_one_row_beyond_its_end_and_no_more() -> None:
    read = []

    def iterate_endlessly() -> Any:
        for place, row in iterate_rows(100):
            read.append(place)
            yield place, row

    build_page(iterate_endlessly(), PageRequest(query="q", limit=3), max_bytes=LARGE)

    assert read == ["0", "1", "2", "3"]
