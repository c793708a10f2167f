"""Attributes and items of values: keys and items first, then the methods listed here.

After `context` and the receiver, the parameters of a method are those that templates can pass by
name.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from jinja2.runtime import LoopContext, Macro
from jinja2.utils import Cycler, Namespace

from .formatting import Formatter
from .operators import check_key
from .values import (
    ATOMS,
    CONTAINERS,
    SEQUENCES,
    Function,
    Group,
    Value,
)

if TYPE_CHECKING:
    from .context import Context

Method = Callable[..., Value]

ABSENT: Final = object()


def find_attribute(value: Value, name: str) -> Value:
    """Find `value.name`, or return ABSENT.

    A key of an object has precedence over a method, so `order.items` is a variable of the caller.
    """
    kind = type(value)
    if kind is dict and name in value:
        return value[name]
    if run := _METHODS.get(kind, _NOTHING).get(name):
        return Function(name, run, (value,))
    if name in _FIELDS.get(kind, ()) or (kind is Namespace and not name.startswith("_")):
        return getattr(value, name, ABSENT)
    return ABSENT


def find_method(value: Value, name: str) -> Function | None:
    """Find the method for a call of `value.name`, unless a key of that name can be called."""
    run = _METHODS.get(type(value), _NOTHING).get(name)
    if run is None or (type(value) is dict and isinstance(value.get(name), Function | Macro)):
        return None
    return Function(name, run, (value,))


def find_item(value: Value, key: Value) -> Value:
    """Find `value[key]`, or return ABSENT."""
    if type(key) not in ATOMS:
        return ABSENT  # a look-up would hash it, which can take forever for nested tuples
    try:
        if type(value) is dict or (isinstance(key, int) and type(value) in _SEQUENCES):
            return value[key]
    except LookupError:
        pass
    return find_attribute(value, key) if type(key) is str else ABSENT


def replace(context: Context, text: str, old: str, new: str, count: int = -1) -> str:
    """Compute `text.replace(old, new, count)`."""
    context.meter.spend_text(len(text))
    occurrences = text.count(old)
    if 0 <= count < occurrences:
        occurrences = count
    context.meter.spend_text(max(len(text) + occurrences * (len(new) - len(old)), 0))
    return text.replace(old, new, count)


def strip(context: Context, text: str, characters: str | None = None, *, side: str = "") -> str:
    """Compute `text.strip(characters)`, or with a side `l` or `r`, that of `lstrip` or `rstrip`."""
    if characters is not None:
        # str.strip searches all of `characters` for each character it removes.
        context.meter.spend_text(len(text) + len(characters))
        characters = "".join(dict.fromkeys(characters))
        context.meter.spend(len(text) * len(characters) >> 10)
    result: str = getattr(str, f"{side}strip")(text, characters)
    return result


def build_pad_method(name: str) -> Method:
    """Build `center`, `ljust` or `rjust`."""

    def run(context: Context, text: str, width: int, fill: str = " ") -> str:
        width = operator.index(width)
        context.meter.spend_text(max(width, len(text)))
        result: str = getattr(str, name)(text, width, fill)
        return result

    return run


def _zfill(context: Context, text: str, width: int) -> str:
    width = operator.index(width)
    context.meter.spend_text(max(width, len(text)))
    return text.zfill(width)


def _expandtabs(context: Context, text: str, tabsize: int = 8) -> str:
    tabsize = operator.index(tabsize)
    context.meter.spend_text(len(text) + text.count("\t") * max(tabsize, 0))
    return text.expandtabs(tabsize)


def _join(context: Context, separator: str, values: Value) -> str:
    context.meter.spend(len(values))
    parts = list(values)
    if not all(type(part) is str for part in parts):
        raise TypeError("only strings can be joined; the filter `join` converts them")
    return join_texts(context, separator, parts)


def join_texts(context: Context, separator: str, parts: list[str]) -> str:
    """Compute `separator.join(parts)`."""
    context.meter.spend_text(sum(map(len, parts)) + len(separator) * max(len(parts) - 1, 0))
    return separator.join(parts)


def _format(context: Context, text: str, *values: Value, **keywords: Value) -> str:
    return _vformat(context, text, values, keywords)


def _format_map(context: Context, text: str, mapping: Value) -> str:
    return _vformat(context, text, (), mapping)


def _vformat(
    context: Context, text: str, values: tuple[Value, ...], keywords: Mapping[str, Value]
) -> str:
    context.meter.spend_text(len(text))
    result = Formatter(context).vformat(text, values, keywords)
    context.meter.spend_text(len(result))
    return result


def _build_native_method(kind: type, name: str) -> Method:
    """Build a method whose cost and result are proportional to the receiver and the arguments."""
    method = getattr(kind, name)

    def run(context: Context, value: Value, *arguments: Value, **keywords: Value) -> Value:
        for argument in (*arguments, *keywords.values()):
            context.meter.spend_value(argument)
        if kind is str:
            context.meter.spend_text(len(value))
        result = method(value, *arguments, **keywords)
        if type(result) is str:
            context.meter.spend_text(len(result))
        elif type(result) in CONTAINERS:
            context.meter.spend(len(result))
        return result

    return run


def _build_split_method(name: str) -> Method:
    native = _build_native_method(str, name)

    def run(context: Context, text: str, *arguments: Value, **keywords: Value) -> Value:
        context.meter.spend(len(text) >> 2)  # lists of small strings take much memory
        return native(context, text, *arguments, **keywords)

    return run


def _build_search_method(name: str) -> Method:
    """Build `count` or `index` of a sequence, which compares every item."""

    def run(context: Context, value: Value, *arguments: Value) -> Value:
        context.meter.spend_value(value)
        return getattr(value, name)(*arguments)

    return run


def _build_copy_method(copy: Callable[[Value], Value]) -> Method:
    def run(context: Context, value: Value) -> Value:
        context.meter.spend(len(value))
        return copy(value)

    return run


def _get(context: Context, value: dict[str, Value], key: str, default: Value = None) -> Value:
    return value.get(check_key(key), default)


_PLAIN_STRING_METHODS: Final = """
    capitalize casefold count endswith find index isalnum isalpha isascii isdecimal isdigit
    isidentifier islower isnumeric isprintable isspace istitle isupper lower partition
    removeprefix removesuffix rfind rindex rpartition startswith swapcase title upper
"""

_SEQUENCE_METHODS: Final[dict[str, Method]] = {
    "copy": _build_copy_method(list),
    "count": _build_search_method("count"),
    "index": _build_search_method("index"),
}

_METHODS: Final[dict[type, dict[str, Method]]] = {
    str: {
        **{name: _build_native_method(str, name) for name in _PLAIN_STRING_METHODS.split()},
        **{name: _build_split_method(name) for name in ("rsplit", "split", "splitlines")},
        **{name: build_pad_method(name) for name in ("center", "ljust", "rjust")},
        "strip": strip,
        "lstrip": lambda context, text, chars=None: strip(context, text, chars, side="l"),
        "rstrip": lambda context, text, chars=None: strip(context, text, chars, side="r"),
        "expandtabs": _expandtabs,
        "format": _format,
        "format_map": _format_map,
        "join": _join,
        "replace": replace,
        "zfill": _zfill,
    },
    list: _SEQUENCE_METHODS,
    tuple: _SEQUENCE_METHODS,
    dict: {
        "copy": _build_copy_method(dict),
        "get": _get,
        "items": _build_copy_method(lambda value: list(value.items())),
        "keys": _build_copy_method(list),
        "values": _build_copy_method(lambda value: list(value.values())),
    },
    float: {"is_integer": _build_native_method(float, "is_integer")},
    Cycler: {name: _build_native_method(Cycler, name) for name in ("next", "reset")},
    LoopContext: {name: _build_native_method(LoopContext, name) for name in ("changed", "cycle")},
}

_FIELDS: Final[dict[type, frozenset[str]]] = {
    Cycler: frozenset({"current"}),
    Group: frozenset(Group._fields),
    LoopContext: frozenset(
        {"depth", "depth0", "first", "index", "index0", "last", "length"}
        | {"nextitem", "previtem", "revindex", "revindex0"}
    ),
    Macro: frozenset({"arguments", "caller", "catch_kwargs", "catch_varargs", "name"}),
}

METHOD_NAMES: Final = frozenset(name for methods in _METHODS.values() for name in methods)

_SEQUENCES: Final = frozenset({str, *SEQUENCES, range})
_NOTHING: Final[dict[str, Method]] = {}
