"""JSON as it travels."""

import json
import math
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import exact_json

TEXTS = st.text(max_size=8)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | TEXTS
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


def is_same(first: Any, second: Any) -> bool:
    """Whether two values are the same text as JSON; 1 is not 1.0, nor is true 1."""
    if isinstance(first, dict):
        return (
            isinstance(second, dict)
            and first.keys() == second.keys()
            and all(is_same(first[name], second[name]) for name in first)
        )
    if isinstance(first, list):
        return (
            isinstance(second, list)
            and len(first) == len(second)
            and all(map(is_same, first, second))
        )
    if isinstance(first, Decimal):
        return isinstance(second, Decimal | int) and first.as_tuple() == Decimal(second).as_tuple()
    return type(first) is type(second) and bool(first == second)


@given(VALUES)
def test_what_is_encoded_is_decoded_the_same(value: Any) -> None:
    assert is_same(value, exact_json.decode(exact_json.encode(value)))


@given(VALUES)
def test_what_is_encoded_is_what_the_standard_library_reads(value: Any) -> None:
    read = json.loads(exact_json.encode(value), parse_float=Decimal, parse_int=Decimal)

    assert is_same(load_decimals(value), read)


def load_decimals(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: load_decimals(item) for name, item in value.items()}
    if isinstance(value, list):
        return [load_decimals(item) for item in value]
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


@given(st.dictionaries(TEXTS, VALUES, max_size=6), st.randoms())
def test_the_canonical_text_does_not_depend_on_the_order_of_keys(
    value: dict[str, Any], random: Any
) -> None:
    pairs = list(value.items())
    random.shuffle(pairs)

    assert exact_json.encode_sorted(dict(pairs)) == exact_json.encode_sorted(value)
    assert is_same(value, exact_json.decode(exact_json.encode_sorted(value)))


@given(VALUES, VALUES)
def test_different_values_have_different_canonical_texts(first: Any, second: Any) -> None:
    assert (exact_json.encode_sorted(first) == exact_json.encode_sorted(second)) == (
        is_same(first, second) or exact_json.encode(first) == exact_json.encode(second)
    )


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_of_javascript_comes_through_as_it_was(number: float) -> None:
    for integers in (True, False):
        assert exact_json.convert_decimals(
            exact_json.decode(json.dumps([number])), keep_integers=integers
        ) == [number]


@given(st.binary(max_size=40))
def test_any_bytes_are_a_value_or_no_json(raw: bytes) -> None:
    try:
        value = exact_json.decode(raw)
    except exact_json.NotJSONError:
        return
    exact_json.encode(value).encode()


@given(st.text(st.sampled_from('[]{}",:0123456789.eE+-nulltruefalse\\ud8\n '), max_size=30))
def test_what_the_standard_library_refuses_is_refused(text: str) -> None:
    try:
        json.loads(text, parse_constant=float.fromhex)
    except (ValueError, OverflowError):
        with pytest.raises(exact_json.NotJSONError):
            exact_json.decode(text)
    else:
        exact_json.decode(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("1.50", Decimal("1.50")),
        ("1e2", Decimal("1E+2")),
        ("1e400", Decimal("1E+400")),
        ("123456789012345678901234567890", 123456789012345678901234567890),
        ('{"a": 1, "a": 2}', {"a": 2}),
        (r'"\ud800"', "\ufffd"),
        (r'"\ud83d\ude00"', "\U0001f600"),
        (r'{"\udfff": 0}', {"\ufffd": 0}),
        (b'"\xf0\x9f\x98\x80"', "\U0001f600"),
        ("\t\n\r 1 ", 1),
    ],
)
def test_values_are_exact(text: str | bytes, value: Any) -> None:
    assert is_same(exact_json.decode(text), value)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b'{"a": "\xff"}', "byte 8 is not UTF-8"),
        ('{"a": 1,\n}', r"at line \d, column \d"),
        ("\ufeff{}", "starts with a byte order mark"),
        ("[" * 201 + "]" * 201, "nested more than 200 levels deep"),
    ],
)
def test_the_error_says_what_is_wrong_and_where(text: str | bytes, reason: str) -> None:
    with pytest.raises(exact_json.NotJSONError, match=reason):
        exact_json.decode(text)


@pytest.mark.parametrize("text", ["-0", "-0.0", "-0e5"])
def test_minus_zero_stays_minus_zero(text: str) -> None:
    value = exact_json.decode(text)

    assert exact_json.encode(value)[0] == "-"
    assert math.copysign(1, exact_json.convert_decimals(value, keep_integers=False)) == -1


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "\ufeff1", "NaN", "-Infinity", "1 2", "[1,]", "{'a': 1}", "01", "\x0c1"),
        *("[" * 100_000, "[" * 201 + "]" * 201, '{"a":' * 201 + "1" + "}" * 201),
        *("9" * 5000, "1e99999999999999999999", '"\n"', r'"\u12"', "nul"),
        b"\xef\xbb\xbf1",
    ],
)
def test_what_is_no_json_is_refused(text: str | bytes) -> None:
    with pytest.raises(exact_json.NotJSONError):
        exact_json.decode(text)


def test_values_may_be_nested_200_deep() -> None:
    text = "[" * 200 + "]" * 200

    assert exact_json.encode(exact_json.decode(text)) == text


@pytest.mark.parametrize("value", [float("nan"), float("inf"), Decimal("NaN"), Decimal("Infinity")])
def test_what_no_reader_would_take_is_not_written(value: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        exact_json.encode({"a": value})


@pytest.mark.parametrize(
    ("integers", "expected"),
    [
        (False, "{'a': [True, None, '1', 1.0, 0.5, {'b': 1e+20}]}"),
        (True, "{'a': [True, None, '1', 1, 0.5, {'b': 100000000000000000000}]}"),
    ],
)
def test_numbers_become_floats_and_all_else_stays(integers: bool, expected: str) -> None:
    value = {"a": [True, None, "1", 1, Decimal("0.5"), {"b": 10**20}]}

    assert repr(exact_json.convert_decimals(value, keep_integers=integers)) == expected


@pytest.mark.parametrize("integers", [True, False])
@pytest.mark.parametrize("text", ["9" * 400, "-" + "9" * 400, "1e400", "-1e400"])
def test_a_number_that_no_float_holds_is_refused(text: str, integers: bool) -> None:
    value = exact_json.decode(f'{{"a": [{text}]}}')

    with pytest.raises(exact_json.NotJSONError):
        exact_json.convert_decimals(value, keep_integers=integers)


def test_a_string_that_is_not_closed_is_looked_at_once() -> None:
    """For each quote in it, the rest of the text was looked at again: this took days."""
    with pytest.raises(exact_json.LimitError, match="commas and opening brackets"):
        exact_json.decode("," * (exact_json.MAX_PARTS + 1) + '"' + r"\"" * 2_000_000)
