"""What a dot or a bracket can reach: keys and items first, then the methods listed here."""

import operator
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from jinja2.runtime import LoopContext, Macro
from jinja2.utils import Namespace

from shared.rendering.jinja.formatting import Formatter
from shared.rendering.jinja.operators import dict_key
from shared.rendering.jinja.values import (
    ATOMS,
    HOLDERS,
    SEQUENCES,
    Function,
    Group,
    Value,
)

if TYPE_CHECKING:
    from shared.rendering.jinja.environment import Context

Run = Callable[..., Value]

ABSENT: Final = object()


def attribute(value: Value, name: str) -> Value:
    """`value.name`, or ABSENT.

    The key of an object wins over its method, so `order.items` is what the caller sent.
    """
    kind = type(value)
    if kind is dict and name in value:
        return value[name]
    if run := _METHODS.get(kind, _NOTHING).get(name):
        return Function(name, run, (value,))
    if name in _FIELDS.get(kind, ()) or (kind is Namespace and not name.startswith("_")):
        return getattr(value, name, ABSENT)
    return ABSENT


def item(value: Value, key: Value) -> Value:
    """`value[key]`, or ABSENT."""
    if type(key) not in ATOMS:
        return ABSENT  # looking it up would hash it, and a tuple can unfold without end
    try:
        if type(value) is dict or (isinstance(key, int) and type(value) in _INDEXED):
            return value[key]
    except LookupError:
        pass
    return attribute(value, key) if type(key) is str else ABSENT


def replace(context: "Context", text: str, old: str, new: str, count: int = -1) -> str:
    context.meter.hold(len(text))
    found = text.count(old)
    if 0 <= count < found:
        found = count
    context.meter.hold(max(len(text) + found * (len(new) - len(old)), 0))
    return text.replace(old, new, count)


def strip(context: "Context", text: str, characters: str | None = None, *, side: str = "") -> str:
    if characters is not None:
        # str.strip searches all of `characters` for each character it removes.
        context.meter.hold(len(text) + len(characters))
        characters = "".join(dict.fromkeys(characters))
        context.meter.spend(len(text) * len(characters) >> 10)
    stripped: str = getattr(str, f"{side}strip")(text, characters)
    return stripped


def pad(method: str) -> Run:
    def run(context: "Context", text: str, width: int, fill: str = " ") -> str:
        width = operator.index(width)
        context.meter.hold(max(width, len(text)))
        padded: str = getattr(str, method)(text, width, fill)
        return padded

    return run


def _zfill(context: "Context", text: str, width: int) -> str:
    width = operator.index(width)
    context.meter.hold(max(width, len(text)))
    return text.zfill(width)


def _expandtabs(context: "Context", text: str, tabsize: int = 8) -> str:
    tabsize = operator.index(tabsize)
    context.meter.hold(len(text) + text.count("\t") * max(tabsize, 0))
    return text.expandtabs(tabsize)


def _join(context: "Context", separator: str, values: Value) -> str:
    context.meter.spend(len(values))
    parts = list(values)
    if not all(type(part) is str for part in parts):
        raise TypeError("only strings can be joined; the filter `join` converts them")
    return joined(context, separator, parts)


def joined(context: "Context", separator: str, parts: list[str]) -> str:
    context.meter.hold(sum(map(len, parts)) + len(separator) * max(len(parts) - 1, 0))
    return separator.join(parts)


def _format(context: "Context", text: str, *values: Value, **named: Value) -> str:
    return _vformat(context, text, values, named)


def _format_map(context: "Context", text: str, named: Value) -> str:
    return _vformat(context, text, (), named)


def _vformat(
    context: "Context", text: str, values: tuple[Value, ...], named: Mapping[str, Value]
) -> str:
    context.meter.hold(len(text))
    formatted = Formatter(context).vformat(text, values, named)
    context.meter.hold(len(formatted))
    return formatted


def _native(kind: type, name: str) -> Run:
    """A method whose cost, and whose result, is proportional to its receiver and arguments."""
    method = getattr(kind, name)

    def run(context: "Context", value: Value, *arguments: Value, **named: Value) -> Value:
        for visited in (*arguments, *named.values()):
            context.meter.walk(visited)
        if kind is str:
            context.meter.hold(len(value))
        result = method(value, *arguments, **named)
        if type(result) is str:
            context.meter.hold(len(result))
        elif type(result) in HOLDERS:
            context.meter.spend(len(result))
        return result

    return run


def _split(method: str) -> Run:
    native = _native(str, method)

    def run(context: "Context", text: str, *arguments: Value, **named: Value) -> Value:
        context.meter.spend(len(text) >> 2)  # a list of small strings takes the most memory
        return native(context, text, *arguments, **named)

    return run


def _searched(name: str) -> Run:
    """`count` and `index` of a sequence, which compare with every item."""

    def run(context: "Context", value: Value, *arguments: Value) -> Value:
        context.meter.walk(value)
        return getattr(value, name)(*arguments)

    return run


def _copied(copy: Callable[[Value], Value]) -> Run:
    def run(context: "Context", value: Value) -> Value:
        context.meter.spend(len(value))
        return copy(value)

    return run


def _get(context: "Context", value: dict[str, Value], key: str, default: Value = None) -> Value:
    return value.get(dict_key(key), default)


_PLAIN_STRING_METHODS: Final = """
    capitalize casefold count endswith find index isalnum isalpha isascii isdecimal isdigit
    isidentifier islower isnumeric isprintable isspace istitle isupper lower partition
    removeprefix removesuffix rfind rindex rpartition startswith swapcase title upper
"""

_SEQUENCE_METHODS: Final[dict[str, Run]] = {
    "copy": _copied(list),
    "count": _searched("count"),
    "index": _searched("index"),
}

_METHODS: Final[dict[type, dict[str, Run]]] = {
    str: {
        **{name: _native(str, name) for name in _PLAIN_STRING_METHODS.split()},
        **{name: _split(name) for name in ("rsplit", "split", "splitlines")},
        **{name: pad(name) for name in ("center", "ljust", "rjust")},
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
        "copy": _copied(dict),
        "get": _get,
        "items": _copied(lambda value: list(value.items())),
        "keys": _copied(list),
        "values": _copied(lambda value: list(value.values())),
    },
    float: {"is_integer": _native(float, "is_integer")},
    LoopContext: {name: _native(LoopContext, name) for name in ("changed", "cycle")},
}

_FIELDS: Final[dict[type, frozenset[str]]] = {
    Group: frozenset(Group._fields),
    LoopContext: frozenset(
        {"depth", "depth0", "first", "index", "index0", "last", "length"}
        | {"nextitem", "previtem", "revindex", "revindex0"}
    ),
    Macro: frozenset({"arguments", "caller", "catch_kwargs", "catch_varargs", "name"}),
}

_INDEXED: Final = frozenset({str, *SEQUENCES, range})
_NOTHING: Final[dict[str, Run]] = {}
