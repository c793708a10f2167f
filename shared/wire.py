"""JSON as it travels: exact numbers both ways, and nothing that a strict reader would refuse."""

import re
from collections.abc import Mapping
from decimal import Decimal
from math import isinf
from typing import Any

import simplejson

# A high surrogate with its low one, or either of them alone; only the pair is a character.
LONE_SURROGATE = re.compile("[\ud800-\udfff]")
MAX_DEPTH = 200  # of what callers send
STORED_DEPTH = MAX_DEPTH + 50  # dialects put what was sent into documents of their own


class NotJSON(ValueError):
    """The text is no JSON value, or one nested too deeply to be worked on safely."""


def decode(text: str | bytes, *, depth: int = MAX_DEPTH) -> Any:
    """The value of a JSON text; integers and decimals are exact (`int`, `Decimal`).

    Invalid UTF-8 and lone surrogates become U+FFFD, of duplicate keys the last one counts, as Go's
    `encoding/json` has it. Raises NotJSON for anything else that is wrong, a byte order mark too.
    """
    if isinstance(text, bytes):
        text = text.decode(errors="replace")
    if text.startswith("\ufeff"):
        raise NotJSON("byte order mark")
    try:
        value = simplejson.loads(text, use_decimal=True, parse_int=_integer)
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise NotJSON(str(error)) from error
    return _cleaned(value, depth)


def _integer(digits: str) -> int | Decimal:
    return Decimal(digits) if digits == "-0" else int(digits)  # no `int` is minus zero


def _cleaned(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return LONE_SURROGATE.sub("\ufffd", value)
    if isinstance(value, dict):
        _descend(depth)
        return {_cleaned(key, depth): _cleaned(item, depth - 1) for key, item in value.items()}
    if isinstance(value, list):
        _descend(depth)
        return [_cleaned(item, depth - 1) for item in value]
    if isinstance(value, Decimal) and not value.is_finite():
        raise NotJSON("not a finite number")
    return value


def _descend(depth: int) -> None:
    if depth <= 0:
        raise NotJSON("nested too deeply")


def encode(value: Any) -> str:
    return simplejson.dumps(
        value, use_decimal=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    )


def canonical(value: Any) -> str:
    """The one text of a value, whatever order its keys came in: what content hashes are made of."""
    return simplejson.dumps(
        value,
        use_decimal=True,
        ensure_ascii=False,
        separators=(",", ":"),
        allow_nan=False,
        sort_keys=True,
    )


def same(one: Any, other: Any) -> bool:
    """Whether two values are equal: 1 is 1.0, in which writers of JSON differ, but not true."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def numbers(value: Any, *, integers: bool) -> Any:
    """The same value with its decimals as floats, and its integers too unless they are to stay.

    Raises NotJSON for a number that no float can hold.
    """
    if isinstance(value, Mapping):
        return {key: numbers(item, integers=integers) for key, item in value.items()}
    if isinstance(value, list):
        return [numbers(item, integers=integers) for item in value]
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return value
    try:
        number = float(value)
    except OverflowError as error:
        raise NotJSON("number out of range") from error
    if isinf(number):
        raise NotJSON("number out of range")
    return value if integers and isinstance(value, int) else number
