"""The closed set of things a template can hold, so that every operation knows what it may meet."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, TypeAlias

from jinja2.runtime import LoopContext, Macro, TemplateReference, Undefined
from jinja2.utils import Namespace

# JSON's types, tuples and ranges, and the few objects below. `Any` because that is what arithmetic
# on them needs; what is not in the set is refused where it would be used, not here.
Value: TypeAlias = Any


class Group(NamedTuple):
    """What `groupby` makes of the items that share a value."""

    grouper: Value
    list: list[Value]

    def __repr__(self) -> str:
        return tuple.__repr__(self)  # a template prints it as the pair it is


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """Something a template can call: a global, or a method together with its receiver."""

    name: str
    run: Callable[..., Value]
    receiver: tuple[Value, ...] = ()


SEQUENCES: Final = (list, tuple, Group)
HOLDERS: Final = frozenset({*SEQUENCES, dict})
ATOMS: Final = frozenset({str, int, float, bool, type(None), range})

_NAMES: Final[dict[type, str]] = {
    str: "a string",
    int: "a number",
    float: "a number",
    bool: "a boolean",
    type(None): "none",
    list: "a list",
    tuple: "a tuple",
    Group: "a group",
    dict: "an object",
    range: "a range",
    Macro: "a macro",
    LoopContext: "the loop",
    Namespace: "a namespace",
    TemplateReference: "the template itself",
}


def describe(value: Value) -> str:
    """What to call a value in a message: never its class or its address."""
    if isinstance(value, Function):
        return f"the {'method' if value.receiver else 'function'} {value.name!r}"
    if isinstance(value, Undefined):
        return "an undefined value"
    return _NAMES.get(type(value), "a value that is not JSON")
