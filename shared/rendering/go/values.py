"""Python values as values of Go: their Go types, and strings as bytes."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, Final, TypeAlias

# The values of templates. JSON has dict, list, str, bool, None and numbers, all of which are
# float64 in Go, whatever their Python type. `Int`, `Byte`, `complex` and `NO_VALUE` come only from
# templates.
#
# A Go string can contain any bytes. Bytes that are not valid UTF-8 are lone surrogates in a Python
# string (PEP 383), until `replace_invalid_bytes` replaces them in the output.
Value: TypeAlias = Any


class Int(int):
    """Go's int: an integer constant, a length or a loop counter, never a JSON number."""

    __slots__ = ()


class Byte(int):
    """Go's uint8: the result of indexing a string."""

    __slots__ = ()


class _NoValue:
    """The absence of a value, which Go prints as `<no value>`; it prints nil as `<nil>`."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return False


NO_VALUE: Final = _NoValue()


class Slice(list[Value]):
    """Part of a JSON list that, like a Go slice, can be sliced again up to its capacity.

    Attributes:
        source: The whole list.
        start: The index in the whole list where the slice starts.
        limit: The index in the whole list where the capacity of the slice ends.
    """

    __slots__ = ("limit", "source", "start")

    def __init__(self, source: list[Value], start: int, stop: int, limit: int) -> None:
        super().__init__(source[start:stop])
        self.extend([None] * (stop - start - len(self)))
        self.source = source
        self.start = start
        self.limit = limit


class _Interface:
    """A value whose type Go reports as an interface."""

    __slots__ = ()


INTERFACE: Final = _Interface()

INTERFACE_TYPE: Final = "interface {}"

_TYPE_NAMES: Final = {
    str: "string",
    bool: "bool",
    int: "float64",
    float: "float64",
    Decimal: "float64",
    Int: "int",
    Byte: "uint8",
    complex: "complex128",
    dict: "map[string]interface {}",
    list: "[]interface {}",
    Slice: "[]interface {}",
    _Interface: INTERFACE_TYPE,
}


def get_type_name(value: Value) -> str:
    """Return the name of the Go type of a value that is not nil."""
    return _TYPE_NAMES[type(value)]


def slice_list(items: list[Value], start: int, stop: int, limit: int) -> Slice:
    """Slice a list as Go does, so that the result can be sliced again up to `limit`."""
    if isinstance(items, Slice):
        origin = items.start
        return Slice(items.source, origin + start, origin + stop, origin + limit)
    return Slice(items, start, stop, limit)


def get_capacity(items: list[Value]) -> int:
    """Return the capacity that Go's JSON decoder gives a list."""
    if isinstance(items, Slice):
        return items.limit - items.start
    length = len(items)
    return next((size for size in _GROWTH if length <= size), length)


# The capacities of a Go slice of interfaces while the decoder appends to it. For longer lists the
# capacity is the length; only slices beyond the end of a huge list differ from Go then.
_GROWTH: Final = (0, 1, 2, 4, 8, 16, 32, 71, 143, 303, 591, 1023, 1535, 2560, 3584, 5120, 6656)


# All surrogates, and those that do not stand for a byte.
_SURROGATES: Final = "[\ud800-\udfff]"
_UNENCODABLE: Final = "[\ud800-\udc7f\udd00-\udfff]"


def encode_text(text: str) -> bytes:
    """Return the bytes of a Go string."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        # JSON can escape a lone surrogate, which Go decodes to the replacement character.
        return re.sub(_UNENCODABLE, "\ufffd", text).encode("utf-8", "surrogateescape")


def decode_bytes(data: bytes) -> str:
    """Return the text that stands for the bytes of a Go string."""
    return data.decode("utf-8", "surrogateescape")


def count_bytes(text: str) -> int:
    """Return the length of a Go string in bytes."""
    return len(text) if text.isascii() else len(encode_text(text))


def replace_invalid_bytes(text: str) -> str:
    """Replace each invalid byte with a replacement character, as Go does for JSON."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        # Bytes of one character that the template separated can be adjacent again.
        return re.sub(_SURROGATES, "\ufffd", decode_bytes(encode_text(text)))
    return text
