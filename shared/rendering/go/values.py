"""Go's view of JSON values: which Go type each Python value stands for, and strings as bytes."""

import re
from decimal import Decimal
from typing import Any, Final, TypeAlias

# What templates compute with. JSON gives dict, list, str, bool, None and numbers, which are all
# float64 in Go, whichever type a decoder chose for them here. `Int`, `Byte`, `complex` and
# `NO_VALUE` only arise inside a template.
#
# A Go string may hold any bytes. Those that are not valid UTF-8 travel inside a `str` as lone
# surrogates (PEP 383) until `printable` replaces them in the finished text.
Value: TypeAlias = Any


class Int(int):
    """Go's int: an integer constant, a length or a loop counter, never a JSON number."""

    __slots__ = ()


class Byte(int):
    """Go's uint8: what indexing a string gives."""

    __slots__ = ()


class _NoValue:
    """The absence of even a nil: prints as `<no value>` where a nil prints as `<nil>`."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return False


NO_VALUE: Final = _NoValue()


class Window(list[Value]):
    """Part of a JSON list that, like a Go slice, can be sliced again up to its capacity."""

    __slots__ = ("limit", "source", "start")

    def __init__(self, source: list[Value], start: int, stop: int, limit: int) -> None:
        super().__init__(source[start:stop])
        self.extend([None] * (stop - start - len(self)))
        self.source = source
        self.start = start
        self.limit = limit


class _Interface:
    """Stands for a value whose type Go reports as the interface that holds it."""

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
    Window: "[]interface {}",
    _Interface: INTERFACE_TYPE,
}


def type_name(value: Value) -> str:
    """Name the Go type of a value that is not nil."""
    return _TYPE_NAMES[type(value)]


def slice_list(items: list[Value], start: int, stop: int, limit: int) -> Window:
    if isinstance(items, Window):
        origin = items.start
        return Window(items.source, origin + start, origin + stop, origin + limit)
    return Window(items, start, stop, limit)


def capacity(items: list[Value]) -> int:
    """Tell how far Go would let a list be sliced: as far as its JSON decoder allocated memory."""
    if isinstance(items, Window):
        return items.limit - items.start
    length = len(items)
    return next((size for size in _GROWTH if length <= size), length)


# The sizes a Go slice of interfaces passes through while the decoder appends to it. Longer lists
# count as full: nothing but a slice beyond the end of a huge list could tell.
_GROWTH: Final = (0, 1, 2, 4, 8, 16, 32, 71, 143, 303, 591, 1023, 1535, 2560, 3584, 5120, 6656)


# Halves of surrogate pairs: all of them, and those that do not stand for a byte.
_SURROGATES: Final = "[\ud800-\udfff]"
_UNENCODABLE: Final = "[\ud800-\udc7f\udd00-\udfff]"


def to_bytes(text: str) -> bytes:
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        # JSON can spell half a surrogate pair; Go decodes that to the replacement character.
        return re.sub(_UNENCODABLE, "\ufffd", text).encode("utf-8", "surrogateescape")


def from_bytes(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def byte_length(text: str) -> int:
    return len(text) if text.isascii() else len(to_bytes(text))


def well_formed(text: str) -> str:
    """Replace the halves of surrogate pairs that JSON lets text contain."""
    return text if text.isascii() else re.sub(_SURROGATES, "\ufffd", text)


def printable(text: str) -> str:
    """Make text fit for JSON as Go does: one replacement character for each invalid byte."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        # Bytes cut apart by the template may have come together again.
        return re.sub(_SURROGATES, "\ufffd", from_bytes(to_bytes(text)))
    return text
