"""The values of templates, a closed set of types that every operation can handle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from jinja2.runtime import LoopContext, Macro, TemplateReference, Undefined
from jinja2.utils import Cycler, Namespace

if TYPE_CHECKING:
    from collections.abc import Callable

# JSON's types, tuples, ranges, and the objects below. It is `Any` because arithmetic on values
# needs that; operations reject values of other types.
Value: TypeAlias = Any


class Group(NamedTuple):
    """A group that `groupby` makes of items with the same value."""

    grouper: Value
    list: list[Value]

    def __repr__(self) -> str:
        return tuple.__repr__(self)  # a template prints it as a pair


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function that a template can call: a global, or a method with its receiver.

    Attributes:
        name: Its name in templates, for error messages.
        run: Takes the context, the receiver and the arguments of the call.
        receiver: A tuple with the value whose method it is; empty for a global.
    """

    name: str
    run: Callable[..., Value]
    receiver: tuple[Value, ...] = ()


SEQUENCES: Final = (list, tuple, Group)
CONTAINERS: Final = frozenset({*SEQUENCES, dict})
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
    Cycler: "a cycler",
    Macro: "a macro",
    LoopContext: "the loop",
    Namespace: "a namespace",
    TemplateReference: "the template itself",
}


def describe(value: Value) -> str:
    """Describe a value for an error message, without its class or address."""
    if isinstance(value, Function):
        return f"the {'method' if value.receiver else 'function'} {value.name!r}"
    if isinstance(value, Undefined):
        return "an undefined value"
    return _NAMES.get(type(value), "a value that is not JSON")
