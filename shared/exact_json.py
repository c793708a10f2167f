"""JSON with exact numbers, without anything that strict parsers reject."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from math import isinf
from typing import Any

import simplejson

LONE_SURROGATE = re.compile("[\ud800-\udfff]")  # the decoder has combined pairs already
MAX_DEPTH = 200  # nesting of what callers send
STORED_DEPTH = MAX_DEPTH + 50  # dialects nest what callers send in documents of their own


class NotJSONError(ValueError):
    """The text is not a JSON value, or nested too deeply to be processed safely."""


def decode(text: str | bytes, *, depth: int = MAX_DEPTH) -> Any:
    """Decode a JSON text; integers become `int`, other numbers `Decimal`.

    As in Go's `encoding/json`, invalid UTF-8 and lone surrogates become U+FFFD, and the last of
    duplicate keys counts.

    Args:
        text: The JSON text.
        depth: The maximum nesting of arrays and objects.

    Raises:
        NotJSONError: The text is not a JSON value, starts with a byte order mark, holds a number
            that is not finite, or is nested too deeply.
    """
    if isinstance(text, bytes):
        text = text.decode(errors="replace")
    if text.startswith("\ufeff"):
        raise NotJSONError("byte order mark")
    try:
        value = simplejson.loads(text, use_decimal=True, parse_int=_parse_integer)
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise NotJSONError(str(error)) from error
    return _clean(value, depth)


def _parse_integer(digits: str) -> int | Decimal:
    return Decimal(digits) if digits == "-0" else int(digits)  # `int` has no minus zero


def _clean(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return LONE_SURROGATE.sub("\ufffd", value)
    if isinstance(value, dict):
        _check_depth(depth)
        return {_clean(key, depth): _clean(item, depth - 1) for key, item in value.items()}
    if isinstance(value, list):
        _check_depth(depth)
        return [_clean(item, depth - 1) for item in value]
    if isinstance(value, Decimal) and not value.is_finite():
        raise NotJSONError("not a finite number")
    return value


def _check_depth(depth: int) -> None:
    if depth <= 0:
        raise NotJSONError("nested too deeply")


def encode(value: Any) -> str:
    """Encode a value without spaces; keys keep their order."""
    return simplejson.dumps(
        value, use_decimal=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    )


def encode_sorted(value: Any) -> str:
    """Encode a value without spaces, with sorted keys, so that equal values give equal texts."""
    return simplejson.dumps(
        value,
        use_decimal=True,
        ensure_ascii=False,
        separators=(",", ":"),
        allow_nan=False,
        sort_keys=True,
    )


def is_equal(one: Any, other: Any) -> bool:
    """Tell whether two values are equal.

    1 equals 1.0, because encoders of JSON differ in that, but not true.
    """
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(is_equal(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(is_equal, one, other))
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def is_number(value: object) -> bool:
    """Tell whether a decoded value is a number, and not a boolean."""
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def convert_decimals(value: Any, *, keep_integers: bool) -> Any:
    """Convert the numbers in a value to floats.

    Args:
        value: A decoded value.
        keep_integers: Whether to leave integers unchanged.

    Raises:
        NotJSONError: A number is out of the range of floats.
    """
    if isinstance(value, Mapping):
        return {
            key: convert_decimals(item, keep_integers=keep_integers) for key, item in value.items()
        }
    if isinstance(value, list):
        return [convert_decimals(item, keep_integers=keep_integers) for item in value]
    if not is_number(value):
        return value
    try:
        number = float(value)
    except OverflowError as error:
        raise NotJSONError("number out of range") from error
    if isinf(number):
        raise NotJSONError("number out of range")
    return value if keep_integers and isinstance(value, int) else number
