"""JSON with exact numbers, without anything that strict parsers reject."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from math import isinf
from typing import TYPE_CHECKING, Any, NoReturn

import simplejson

from shared.texts import replace_lone_surrogates

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_DEPTH = 200  # nesting of what callers send
STORED_DEPTH = MAX_DEPTH + 50  # dialects nest what callers send in documents of their own
MAX_PARTS = 100_000  # commas and brackets in what callers send: each value takes memory and time
# Bounds of a caller's number, which no float exceeds: to convert Decimal("1e999999999") to an
# integer takes hours and gigabytes.
MAX_EXPONENT = 400
MAX_DIGITS = 1000

_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]|[\ud800-\udfff]")
# One that is not closed goes on to the end, so that each character is looked at once.
_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)


class NotJSONError(ValueError):
    """The text is not a JSON value."""


class LimitError(NotJSONError):
    """The text exceeds a limit; the message says which, in words for the caller."""


def decode(text: str | bytes) -> Any:
    """Decode a JSON text of a caller; integers become `int`, other numbers `Decimal`.

    As in Go's `encoding/json`, escaped lone surrogates become U+FFFD, and the last of duplicate
    keys counts.

    Raises:
        LimitError: The text has too many parts, a number with too many digits or too large an
            exponent, or is nested too deeply.
        NotJSONError: The text is not a JSON value or not UTF-8, starts with a byte order mark, or
            holds a number that is not finite.
    """
    if isinstance(text, bytes):
        try:
            text = text.decode()
        except UnicodeDecodeError as error:
            raise NotJSONError(f"byte {error.start + 1} is not UTF-8") from error
    if text.startswith("\ufeff"):
        raise NotJSONError("starts with a byte order mark")
    _check_parts(text)
    return _decode(text, MAX_DEPTH, _parse_integer, _parse_decimal)


def decode_unbounded(text: str) -> Any:
    """Decode a JSON text that was stored, maybe by a release with other limits.

    Raises:
        NotJSONError: The text is not a JSON value.
    """
    return _decode(text, STORED_DEPTH, _parse_any_integer, Decimal)


def _decode(
    text: str,
    depth: int,
    parse_integer: Callable[[str], int | Decimal],
    parse_decimal: Callable[[str], Decimal],
) -> Any:
    try:
        value = simplejson.loads(
            text,
            parse_int=parse_integer,
            parse_float=parse_decimal,
            parse_constant=_refuse_constant,
        )
    except RecursionError as error:
        raise LimitError(f"it is nested more than {depth} levels deep") from error
    except NotJSONError:
        raise
    except simplejson.JSONDecodeError as error:
        # Messages can quote the text, but no more than a few characters of it.
        reason = f"{error.msg[:100]}, at line {error.lineno}, column {error.colno}"
        raise NotJSONError(reason) from error
    except (ValueError, ArithmeticError) as error:
        raise NotJSONError("holds a number that cannot be represented") from error
    _check_depth(value, depth)
    # Replacing makes a copy of the whole value, which few texts need.
    if _SURROGATE.search(text):
        return _replace_lone_surrogates(value)
    return value


def _check_parts(text: str) -> None:
    """Check the number of parts before they are decoded; strings may hold any number of marks."""
    if _count_parts(text) > MAX_PARTS and _count_parts(_STRING.sub("", text)) > MAX_PARTS:
        raise LimitError(f"it has more than {MAX_PARTS} commas and opening brackets")


def _count_parts(text: str) -> int:
    return text.count(",") + text.count("[") + text.count("{")


def _parse_any_integer(digits: str) -> int | Decimal:
    return Decimal(digits) if digits == "-0" else int(digits)  # `int` has no minus zero


def _parse_integer(digits: str) -> int | Decimal:
    if len(digits.lstrip("-")) > MAX_EXPONENT + 1:
        raise LimitError(f"a number has more than {MAX_EXPONENT} digits before the point")
    return _parse_any_integer(digits)


def _parse_decimal(digits: str) -> Decimal:
    if len(digits) > MAX_DIGITS:
        raise LimitError(f"a number has more than {MAX_DIGITS} digits")
    number = Decimal(digits)
    if abs(number.adjusted()) > MAX_EXPONENT:
        raise LimitError(f"a number has an exponent beyond {MAX_EXPONENT}")
    return number


def _refuse_constant(name: str) -> NoReturn:
    raise NotJSONError(f"{name} is not a number of JSON")


def _check_depth(value: Any, depth: int) -> None:
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(depth):
        if not level:
            return
        level = [
            item
            for container in level
            for item in (container.values() if isinstance(container, dict) else container)
            if isinstance(item, dict | list)
        ]
    if level:
        raise LimitError(f"it is nested more than {depth} levels deep")


def _replace_lone_surrogates(value: Any) -> Any:
    if isinstance(value, str):
        return replace_lone_surrogates(value)
    if isinstance(value, dict):
        return {
            replace_lone_surrogates(name): _replace_lone_surrogates(item)
            for name, item in value.items()
        }
    if isinstance(value, list):
        return [_replace_lone_surrogates(item) for item in value]
    return value


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


def measure_encoded_bytes(text: str) -> int:
    """Measure the bytes that a body takes in the result of a Lambda function.

    The result is JSON, in which quotes and backslashes of the body take two bytes.
    """
    return len(text.encode()) + text.count('"') + text.count("\\")
