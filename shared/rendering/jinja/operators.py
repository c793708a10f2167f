"""Jinja's operators, each refusing what would cost too much before it starts."""

import operator
from collections.abc import Callable, Iterable
from typing import Final

from jinja2.runtime import Undefined

from shared.rendering.jinja.formatting import printf
from shared.rendering.jinja.meter import Meter, check_integer
from shared.rendering.jinja.values import HOLDERS, SEQUENCES, Value, describe

_ARITHMETIC: Final[dict[str, Callable[[Value, Value], Value]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "**": operator.pow,
    "%": operator.mod,
}
BINARY_OPERATORS: Final = frozenset(_ARITHMETIC)

_COMPARISONS: Final[dict[str, Callable[[Value, Value], bool]]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "gteq": operator.ge,
    "lt": operator.lt,
    "lteq": operator.le,
}


def binary(meter: Meter, symbol: str, left: Value, right: Value) -> Value:
    meter.spend(1)
    if isinstance(left, int) and isinstance(right, int):
        _pay_integers(meter, symbol, left, right)
    elif symbol == "%" and type(left) is str:
        return printf(meter, left, right)
    elif symbol == "*":
        _pay_repetition(meter, left, right)
    elif symbol == "+":
        _pay_joining(meter, left, right)
    result = _ARITHMETIC[symbol](left, right)
    if type(result) is complex:
        raise ValueError("a negative number has no such power")
    return result


def compare(meter: Meter, comparison: str, left: Value, right: Value) -> bool:
    if comparison in ("in", "notin"):
        return _contains(meter, right, left) is (comparison == "in")
    if type(left) is str and type(right) is str:
        meter.spend(min(len(left), len(right)) >> 4)
    elif type(left) in HOLDERS and type(right) in HOLDERS:
        # Comparing stops where either side ends, so the shorter one bounds it.
        meter.walk(min(left, right, key=len))
    return _COMPARISONS[comparison](left, right)


def concatenate(meter: Meter, parts: Iterable[Value]) -> str:
    texts = [meter.text(part) for part in parts]
    meter.hold(sum(map(len, texts)))
    return "".join(texts)


def cut(meter: Meter, value: Value, start: Value, stop: Value, step: Value) -> Value:
    """`value[start:stop:step]`."""
    part = slice(start, stop, step)
    if type(value) is str:
        meter.hold(len(range(*part.indices(len(value)))))
    elif isinstance(value, SEQUENCES):
        meter.spend(len(range(*part.indices(len(value)))))
    elif type(value) is not range and not isinstance(value, Undefined):
        raise TypeError(f"{describe(value)} cannot be sliced")
    return value[part]


def dict_key(value: Value) -> Value:
    """A key of a dict that the template makes.

    Python hashes strings with a secret. Large integers and floats that all share one hash are easy
    to choose, and would make every insertion compare with all keys before it; tuples can unfold
    without end.
    """
    if type(value) is int and value.bit_length() <= 60:
        return value
    if type(value) in (str, bool, type(None)):
        return value
    if isinstance(value, Undefined):
        hash(value)  # raises, naming the variable
    raise TypeError("a key must be a string or a small integer")


def _pay_integers(meter: Meter, symbol: str, left: int, right: int) -> None:
    bits = left.bit_length() + right.bit_length()
    if symbol == "**" and abs(left) > 1 and right > 0:
        check_integer(left.bit_length() * right)
    elif symbol == "*":
        check_integer(bits)
    check_integer(max(left.bit_length(), right.bit_length()))
    meter.spend(bits >> 6)


def _pay_repetition(meter: Meter, left: Value, right: Value) -> None:
    if isinstance(left, int):
        left, right = right, left
    if isinstance(right, int):
        check_integer(right.bit_length())
        if type(left) is str:
            meter.hold(len(left) * max(right, 0))
        elif isinstance(left, SEQUENCES):
            meter.spend(len(left) * max(right, 0))


def _pay_joining(meter: Meter, left: Value, right: Value) -> None:
    if type(left) is str and type(right) is str:
        meter.hold(len(left) + len(right))
    elif isinstance(left, SEQUENCES) and isinstance(right, SEQUENCES):
        meter.spend(len(left) + len(right))


def _contains(meter: Meter, holder: Value, value: Value) -> bool:
    if isinstance(value, Undefined):
        str(value)  # raises, naming the variable
    if type(holder) is str:
        meter.spend(len(holder) >> 4)
    elif type(holder) is dict:
        meter.walk(value)  # to hash it
    elif isinstance(holder, SEQUENCES):
        if type(value) is str or type(value) in HOLDERS:
            meter.walk(holder)
        else:
            meter.spend(len(holder))
    elif type(holder) is range:
        if type(value) not in (int, bool):
            meter.spend(len(holder))
    elif not isinstance(holder, Undefined):
        raise TypeError(f"{describe(holder)} does not contain anything")
    return value in holder
