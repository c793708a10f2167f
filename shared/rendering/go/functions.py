"""The predefined functions of Go templates, with Go's type checks and error messages."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

from .printf import sprintf
from .printing import NO_VALUE_TEXT, Spend, convert_to_float, sprint, sprintln
from .values import (
    NO_VALUE,
    Byte,
    Int,
    Value,
    count_bytes,
    decode_bytes,
    encode_text,
    get_capacity,
    get_type_name,
    slice_list,
)

if TYPE_CHECKING:
    from collections.abc import Callable


class CallError(Exception):
    """A function does not accept its arguments."""


class Function(NamedTuple):
    """A function of Go templates.

    Attributes:
        run: Computes the result from the arguments and charges for the work; raises CallError.
        minimum: The minimum number of arguments.
        maximum: The maximum number of arguments; None for no limit.
    """

    run: Callable[[list[Value], Spend], Value]
    minimum: int
    maximum: int | None


def _is_nil(value: Value) -> bool:
    return value is None or value is NO_VALUE


def _not(arguments: list[Value], spend: Spend) -> bool:
    return not arguments[0]


def _len(arguments: list[Value], spend: Spend) -> Int:
    (item,) = arguments
    if item is NO_VALUE:
        raise CallError("reflect: call of reflect.Value.Type on zero Value")
    if item is None:
        raise CallError("len of nil pointer")
    if isinstance(item, str):
        spend(len(item) >> 8)
        return Int(count_bytes(item))
    if isinstance(item, dict | list):
        return Int(len(item))
    raise CallError(f"len of type {get_type_name(item)}")


def _index(arguments: list[Value], spend: Spend) -> Value:
    item, *keys = arguments
    if _is_nil(item):
        raise CallError("index of untyped nil")
    for key in keys:
        if isinstance(item, dict):
            if _is_nil(key):
                raise CallError("value is nil; should be of type string")
            if not isinstance(key, str):
                raise CallError(f"value has type {get_type_name(key)}; should be string")
            item = item.get(key)
        elif isinstance(item, list):
            position = _check_index(key, len(item))
            if position == len(item):
                raise CallError("reflect: slice index out of range")
            item = item[position]
        elif isinstance(item, str):
            data = _encode(item, spend)
            position = _check_index(key, len(data))
            if position == len(data):
                raise CallError("reflect: string index out of range")
            item = Byte(data[position])
        elif _is_nil(item):
            raise CallError("index of nil pointer")
        else:
            raise CallError(f"can't index item of type {get_type_name(item)}")
    return item


def _encode(text: str, spend: Spend) -> bytes:
    spend(len(text) >> 8)
    return encode_text(text)


def _check_index(index: Value, limit: int) -> int:
    if _is_nil(index):
        raise CallError("cannot index slice/array with nil")
    if not isinstance(index, Int | Byte):
        raise CallError(f"cannot index slice/array with type {get_type_name(index)}")
    if not 0 <= index <= limit:
        raise CallError(f"index out of range: {int(index)}")
    return int(index)


def _slice(arguments: list[Value], spend: Spend) -> Value:
    item, *indexes = arguments
    if _is_nil(item):
        raise CallError("slice of untyped nil")
    if len(indexes) > 3:
        raise CallError(f"too many slice indexes: {len(indexes)}")
    data = b""
    if isinstance(item, str):
        if len(indexes) == 3:
            raise CallError("cannot 3-index slice a string")
        data = _encode(item, spend)
        length = limit = len(data)
    elif isinstance(item, list):
        length, limit = len(item), get_capacity(item)
    else:
        raise CallError(f"can't slice item of type {get_type_name(item)}")
    bounds = [0, length, limit]
    for place, index in enumerate(indexes):
        bounds[place] = _check_index(index, limit)
    start, stop, limit = bounds
    for low, high in ((start, stop), (stop, limit)):
        if low > high:
            raise CallError(f"invalid slice index: {low} > {high}")
    if isinstance(item, str):
        spend((stop - start) >> 8)
        return decode_bytes(data[start:stop])
    spend((stop - start) >> 4)
    return slice_list(item, start, stop, limit)


# Comparisons. Go compares only values of the same basic kind, so a JSON number (a float) cannot be
# compared with an integer constant; the only exception is signed and unsigned integers.

_BASIC_KINDS: Final = {
    bool: "bool",
    complex: "complex",
    Int: "int",
    Byte: "int",
    int: "float",
    float: "float",
    Decimal: "float",
    str: "string",
}


def _build_mismatch_error(left: Value, right: Value) -> CallError:
    types = f"{get_type_name(left)} and {get_type_name(right)}"
    return CallError(f"incompatible types for comparison: {types}")


def _eq(arguments: list[Value], spend: Spend) -> bool:
    left, *others = arguments
    if not others:
        raise CallError("missing argument for comparison")
    return any(_is_equal(left, right, spend) for right in others)


def _is_equal(left: Value, right: Value, spend: Spend) -> bool:
    if _is_nil(left) or _is_nil(right):
        return _is_nil(left) and _is_nil(right)
    kind = _BASIC_KINDS.get(type(left))
    if kind != _BASIC_KINDS.get(type(right)):
        raise _build_mismatch_error(left, right)
    if kind is None:
        text = sprintf("%s", [right], spend)
        if get_type_name(left) != get_type_name(right):
            types = f"{get_type_name(left)}, {get_type_name(right)}"
            first, second = sprintf("%s", [left], spend), sprint([right], spend)
            raise CallError(f"non-comparable types {first}: {types}: {second}")
        raise CallError(f"non-comparable type {text}: {get_type_name(right)}")
    if kind == "float":
        return convert_to_float(left) == convert_to_float(right)
    if kind == "string":
        spend(min(len(left), len(right)) >> 10)
    return bool(left == right)


def _ne(arguments: list[Value], spend: Spend) -> bool:
    left, right = arguments
    return not _is_equal(left, right, spend)


def _lt(arguments: list[Value], spend: Spend) -> bool:
    left, right = arguments
    kinds = _BASIC_KINDS.get(type(left)), _BASIC_KINDS.get(type(right))
    if None in kinds:
        raise CallError("invalid type for comparison")
    if kinds[0] != kinds[1]:
        raise _build_mismatch_error(left, right)
    match kinds[0]:
        case "bool" | "complex":
            raise CallError("invalid type for comparison")
        case "float":
            return convert_to_float(left) < convert_to_float(right)
        case "string":
            spend(min(len(left), len(right)) >> 9)
            if not (left.isascii() and right.isascii()):
                return encode_text(left) < encode_text(right)
    return bool(left < right)


def _le(arguments: list[Value], spend: Spend) -> bool:
    left, right = arguments
    return _lt(arguments, spend) or _is_equal(left, right, spend)


def _gt(arguments: list[Value], spend: Spend) -> bool:
    return not _le(arguments, spend)


def _ge(arguments: list[Value], spend: Spend) -> bool:
    return not _lt(arguments, spend)


def _call(arguments: list[Value], spend: Spend) -> Value:
    # No value is a function. The first argument, from the executor, is the callee's name.
    name, callee = arguments[:2]
    if _is_nil(callee):
        raise CallError("call of nil")
    raise CallError(f"non-function {name} of type {get_type_name(callee)}")


# Printing.


def _replace_no_value(arguments: list[Value]) -> list[Value]:
    return [None if argument is NO_VALUE else argument for argument in arguments]


def _print(arguments: list[Value], spend: Spend) -> str:
    return sprint(_replace_no_value(arguments), spend)


def _println(arguments: list[Value], spend: Spend) -> str:
    return sprintln(_replace_no_value(arguments), spend)


def _printf(arguments: list[Value], spend: Spend) -> str:
    template, *values = _replace_no_value(arguments)
    return sprintf(template, values, spend)


def _join_text(arguments: list[Value], spend: Spend) -> str:
    """Join the arguments of a function that escapes text."""
    if len(arguments) == 1 and isinstance(arguments[0], str):
        text = arguments[0]
    else:
        text = sprint((NO_VALUE_TEXT if _is_nil(value) else value for value in arguments), spend)
    spend(len(text) >> 3)
    return text


_HTML_ESCAPES: Final = (
    ("&", "&amp;"),
    ("<", "&lt;"),
    (">", "&gt;"),
    ('"', "&#34;"),
    ("'", "&#39;"),
    ("\0", "\ufffd"),
)


def _html(arguments: list[Value], spend: Spend) -> str:
    text = _join_text(arguments, spend)
    for char, escape in _HTML_ESCAPES:
        text = text.replace(char, escape)
    return text


_JS_PATTERN: Final = re.compile(r"[\\\"'<>&=\x00-\x1f]|[^\x00-\x7f]")


def _js(arguments: list[Value], spend: Spend) -> str:
    text = _join_text(arguments, spend)
    spend(len(text) >> 1)
    return _JS_PATTERN.sub(_escape_js, text)


def _escape_js(match: re.Match[str]) -> str:
    char = match.group()
    if char in "\\\"'":
        return "\\" + char
    # Bytes that are not UTF-8, which are lone surrogates here, are not escaped.
    if char >= "\x80" and (char.isprintable() or "\ud800" <= char <= "\udfff"):
        return char
    return f"\\u{ord(char):04X}"


_URL_SAFE: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.~-")
_URL_TEXTS: Final = tuple(
    chr(byte) if byte in _URL_SAFE else "+" if byte == 0x20 else f"%{byte:02X}"
    for byte in range(256)
)


def _urlquery(arguments: list[Value], spend: Spend) -> str:
    data = encode_text(_join_text(arguments, spend))
    return "".join([_URL_TEXTS[byte] for byte in data])


# The functions that do not evaluate all arguments.
SHORT_CIRCUITS: Final = frozenset({"and", "or"})

FUNCTIONS: Final = {
    "call": Function(_call, 1, None),
    "eq": Function(_eq, 1, None),
    "ge": Function(_ge, 2, 2),
    "gt": Function(_gt, 2, 2),
    "html": Function(_html, 0, None),
    "index": Function(_index, 1, None),
    "js": Function(_js, 0, None),
    "le": Function(_le, 2, 2),
    "len": Function(_len, 1, 1),
    "lt": Function(_lt, 2, 2),
    "ne": Function(_ne, 2, 2),
    "not": Function(_not, 1, 1),
    "print": Function(_print, 0, None),
    "printf": Function(_printf, 1, None),
    "println": Function(_println, 0, None),
    "slice": Function(_slice, 1, None),
    "urlquery": Function(_urlquery, 0, None),
}
