"""Pages and their cursors."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import wire
from shared.errors import InvalidRequest
from shared.paging import MOST, Window, number, page

LARGE = 10**9


def window(**given: str) -> Window[str]:
    return Window.read(given, of="/list", place=str)


def rows(count: int, size: int = 0) -> list[tuple[str, Mapping[str, Any]]]:
    return [(str(n), {"n": n, "pad": "x" * size}) for n in range(count)]


@given(st.text(min_size=1, max_size=100).filter(lambda text: len(text.encode(errors="ignore")) > 0))
def test_a_cursor_leads_back_to_its_place(place: str) -> None:
    place = place.encode(errors="ignore").decode()

    cursor = window().cursor(place)

    assert window(cursor=cursor).after == place
    assert window(cursor=cursor, limit="7").after == place


@given(st.dictionaries(st.sampled_from("abc"), st.text(max_size=3), min_size=1))
def test_a_cursor_is_refused_by_every_other_query(query: dict[str, str]) -> None:
    cursor = window().cursor("place")

    with pytest.raises(InvalidRequest):
        window(cursor=cursor, **query)
    with pytest.raises(InvalidRequest):
        Window.read({"cursor": cursor}, of="/other", place=str)


@given(st.text(max_size=60))
def test_no_text_is_a_fault_of_ours(text: str) -> None:
    try:
        read = window(cursor=text)
    except InvalidRequest:
        return
    assert text == ""
    assert read.after is None


def test_a_place_that_the_list_cannot_read_is_refused() -> None:
    cursor = window().cursor("seven")

    with pytest.raises(InvalidRequest):
        Window.read({"cursor": cursor}, of="/list", place=number)


@pytest.mark.parametrize("place", ["", "x" * 1001])
def test_a_place_has_1_to_1000_bytes(place: str) -> None:
    with pytest.raises(InvalidRequest):
        window(cursor=window().cursor(place))


@pytest.mark.parametrize(("text", "limit"), [("1", 1), ("0007", 7), (str(MOST), MOST), ("", None)])
def test_a_limit_is_read(text: str, limit: int | None) -> None:
    assert window(limit=text).limit == limit


@pytest.mark.parametrize(
    "text", ["0", "1001", "-1", "+1", "1.0", " 1", "1\n", "\u0661", "9" * 5000]
)
def test_any_other_limit_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest, match="limit"):
        window(limit=text)


@pytest.mark.parametrize("text", ["", "x", "-1", "1.0", "\u0661", "1" * 11, "1\n"])
def test_a_number_has_up_to_ten_digits(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        number(text)


@given(st.integers(0, 9), st.integers(1, 10) | st.none())
def test_a_page_is_the_start_of_the_list_and_knows_whether_it_goes_on(
    count: int, limit: int | None
) -> None:
    asked = Window[str](query="q", limit=limit)

    shown, cursor = page(rows(count), asked, budget=LARGE)

    assert shown == [row for _, row in rows(count)][:limit]
    assert (cursor is None) == (limit is None or count <= limit)
    if cursor is not None:
        assert cursor == asked.cursor(str(len(shown) - 1))


@given(st.integers(1, 6), st.integers(1, 400))
def test_a_page_holds_what_its_budget_holds_and_one_row_in_any_case(
    count: int, budget: int
) -> None:
    sizes = [len(wire.encode(row).encode()) for _, row in rows(count, 50)]
    fitting = max((n for n in range(count + 1) if sum(sizes[:n]) <= budget), default=0)

    shown, cursor = page(rows(count, 50), Window(query="q"), budget=budget)

    assert len(shown) == max(1, fitting)
    assert (cursor is None) == (len(shown) == count)


def test_a_page_reads_one_row_beyond_its_end_and_no_more() -> None:
    read = []

    def endless() -> Any:
        for place, row in rows(100):
            read.append(place)
            yield place, row

    page(endless(), Window(query="q", limit=3), budget=LARGE)

    assert read == ["0", "1", "2", "3"]
