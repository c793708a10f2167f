"""px0's spelling of times, ids and versions, compared with other readers of the same."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.dialects.registry.requests import (
    parse_selector,
    parse_tags_filter,
    parse_uuid,
    parse_version_query,
)
from shared.dialects.registry.responses import dump_time
from shared.domain.model import NumberOrTag
from shared.ids import parse_id
from shared.problems import InvalidRequest

MOMENTS = st.datetimes(
    datetime(1970, 1, 1),  # Hypothesis wants bounds without a zone
    datetime(9999, 1, 1),
    timezones=st.just(UTC),
)


@given(MOMENTS)
def test_a_time_is_the_moment_that_it_says(at: datetime) -> None:
    text = dump_time(at)

    assert datetime.fromisoformat(text) == at
    assert text.endswith("Z")
    assert not text.endswith(("0Z", ".Z")) or "." not in text


@pytest.mark.parametrize(
    ("microsecond", "text"),
    [
        (0, "2026-07-07T10:20:58Z"),
        (276250, "2026-07-07T10:20:58.27625Z"),
        (1, "2026-07-07T10:20:58.000001Z"),
        (100000, "2026-07-07T10:20:58.1Z"),
        (999999, "2026-07-07T10:20:58.999999Z"),
    ],
)
def test_zeros_at_the_end_of_a_fraction_are_left_out(microsecond: int, text: str) -> None:
    assert dump_time(datetime(2026, 7, 7, 10, 20, 58, microsecond, UTC)) == text


@given(st.uuids(), st.sampled_from(["{}", "{{{}}}", "urn:uuid:{}", "URN:UUID:{}"]), st.booleans())
def test_a_uuid_is_read_in_every_spelling(one: UUID, spelling: str, upper: bool) -> None:
    text = spelling.format(one)

    assert parse_uuid(text.upper() if upper else text, problem="") == str(one)
    assert parse_uuid(one.hex, problem="") == str(one)


ID = "0b0e1a5c-3e0b-4d6c-9a43-1c2d3e4f5a6b"


@pytest.mark.parametrize(
    "text",
    [
        *("", "x", ID[:-1], ID + "0", ID.replace("-", "", 1), ID.replace("0", "g"), f"{ID}\n"),
        *(f" {ID}", f"{{{ID}", f"{ID}}}", f"[{ID}]", f"urn:uuid:{{{ID}}}", f"uuid:{ID}"),
        *(ID.replace("-", "_"), ID.replace("0", "\u0660"), ID.replace("-", "\u2010")),
    ],
)
def test_what_is_no_uuid_is_refused_in_the_words_given(text: str) -> None:
    with pytest.raises(InvalidRequest, match=r"^the words$"):
        parse_uuid(text, problem="the words")

    assert parse_id(text) is None


@given(st.integers(-(10**30), 10**30), st.integers(0, 5))
def test_a_number_is_a_number_however_it_is_padded(number: int, zeros: int) -> None:
    padded = f"{'-' if number < 0 else ''}{'0' * zeros}{abs(number)}"

    assert parse_selector(padded) == NumberOrTag(number, padded)
    assert parse_selector(f"+{abs(number)}") == NumberOrTag(abs(number), f"+{abs(number)}")


@given(st.integers(min_value=10**40))
def test_more_digits_than_a_number_has_are_a_tag(number: int) -> None:
    assert parse_selector(str(number)) == str(number)


@given(st.text(max_size=12))
def test_any_other_text_is_a_tag(text: str) -> None:
    sign = text[:1] in ("+", "-")
    digits = text[sign:]
    is_number = digits.isascii() and digits.isdigit()

    if not is_number:
        assert parse_selector(text) == text


@pytest.mark.parametrize(
    ("query", "selector"),
    [
        ({}, None),
        ({"version": "", "tag": ""}, None),
        ({"version": "7"}, NumberOrTag(7, "7")),
        ({"version": "prod"}, "prod"),
        ({"tag": "7"}, "7"),
        ({"version": "2", "tag": "prod"}, NumberOrTag(2, "2")),
        ({"version": "", "tag": "prod"}, "prod"),
    ],
)
def test_the_version_that_is_asked_for(query: dict[str, str], selector: object) -> None:
    assert parse_version_query(query) == selector


@pytest.mark.parametrize(
    ("text", "tags"),
    [("", set()), (",, ,", set()), ("a", {"a"}), (" a ,b,, a", {"a", "b"}), ("a b", {"a b"})],
)
def test_a_comma_list_of_tags(text: str, tags: set[str]) -> None:
    assert parse_tags_filter({"tags": text}) == tags
    assert parse_tags_filter({}) == set()
