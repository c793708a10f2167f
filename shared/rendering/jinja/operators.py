"""Jinja's operators, which charge for their work before they start."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Final

from jinja2.runtime import Undefined

from ..meter import check_integer_bits
from .formatting import printf
from .values import CONTAINERS, SEQUENCES, Value, describe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .meter import Meter

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


def apply_operator(meter: Meter, symbol: str, left: Value, right: Value) -> Value:
    """Compute `left + right`, or another of `BINARY_OPERATORS`.

    Raises:
        LimitExceededError: The operation exceeds a limit.
        TypeError: The values do not support the operator.
        ValueError: The result is not a real number.
    """
    meter.spend(1)
    if isinstance(left, int) and isinstance(right, int):
        _charge_integers(meter, symbol, left, right)
    elif symbol == "%" and type(left) is str:
        return printf(meter, left, right)
    elif symbol == "*":
        _charge_repetition(meter, left, right)
    elif symbol == "+":
        _charge_concatenation(meter, left, right)
    result = _ARITHMETIC[symbol](left, right)
    if type(result) is complex:
        raise ValueError("a negative number cannot have a fractional power")
    return result


def compare(meter: Meter, comparison: str, left: Value, right: Value) -> bool:
    """Compute `left == right`, or another comparison by Jinja's name for it."""
    if comparison in ("in", "notin"):
        return _contains(meter, right, left) is (comparison == "in")
    if type(left) is str and type(right) is str:
        meter.spend(min(len(left), len(right)) >> 4)
    elif type(left) in CONTAINERS and type(right) in CONTAINERS:
        # A comparison ends where either side ends, so the shorter side bounds its cost.
        meter.spend_value(min(left, right, key=len))
    return _COMPARISONS[comparison](left, right)


def concatenate(meter: Meter, parts: Iterable[Value]) -> str:
    """Compute `first ~ second ~ third`."""
    texts = [meter.print_value(part) for part in parts]
    meter.spend_text(sum(map(len, texts)))
    return "".join(texts)


def slice_value(meter: Meter, value: Value, start: Value, stop: Value, step: Value) -> Value:
    """Compute `value[start:stop:step]`.

    Raises:
        LimitExceededError: The operation exceeds a limit.
        TypeError: The value cannot be sliced.
    """
    part = slice(start, stop, step)
    if type(value) is str:
        meter.spend_text(len(range(*part.indices(len(value)))))
    elif isinstance(value, SEQUENCES):
        meter.spend(len(range(*part.indices(len(value)))))
    elif type(value) is not range and not isinstance(value, Undefined):
        raise TypeError(f"{describe(value)} cannot be sliced")
    return value[part]


def check_key(value: Value) -> Value:
    """Check a key of a dict in the template.

    Python's hashes of strings cannot be predicted. But large integers and floats can be chosen so
    that they all have the same hash, which makes every insertion compare all previous keys, and
    hashing nested tuples can take forever.

    Raises:
        TypeError: The key is neither a string nor a small integer.
    """
    if type(value) is int and value.bit_length() <= 60:
        return value
    if type(value) in (str, bool, type(None)):
        return value
    if isinstance(value, Undefined):
        hash(value)  # raises an error that names the variable
    raise TypeError("a key must be a string or a small integer")


def _charge_integers(meter: Meter, symbol: str, left: int, right: int) -> None:
    bits = left.bit_length() + right.bit_length()
    if symbol == "**" and abs(left) > 1 and right > 0:
        check_integer_bits(left.bit_length() * right)
    elif symbol == "*":
        check_integer_bits(bits)
    check_integer_bits(max(left.bit_length(), right.bit_length()))
    meter.spend(bits >> 6)


def _charge_repetition(meter: Meter, left: Value, right: Value) -> None:
    if isinstance(left, int):
        left, right = right, left
    if isinstance(right, int):
        check_integer_bits(right.bit_length())
        if type(left) is str:
            meter.spend_text(len(left) * max(right, 0))
        elif isinstance(left, SEQUENCES):
            meter.spend(len(left) * max(right, 0))


def _charge_concatenation(meter: Meter, left: Value, right: Value) -> None:
    if type(left) is str and type(right) is str:
        meter.spend_text(len(left) + len(right))
    elif isinstance(left, SEQUENCES) and isinstance(right, SEQUENCES):
        meter.spend(len(left) + len(right))


def _contains(meter: Meter, container: Value, value: Value) -> bool:
    if isinstance(value, Undefined):
        str(value)  # raises an error that names the variable
    if type(container) is str:
        meter.spend(len(container) >> 4)
    elif type(container) is dict:
        meter.spend_value(value)  # for its hash
    elif isinstance(container, SEQUENCES):
        if type(value) is str or type(value) in CONTAINERS:
            meter.spend_value(container)
        else:
            meter.spend(len(container))
    elif type(container) is range:
        if type(value) not in (int, bool):
            meter.spend(len(container))
    elif not isinstance(container, Undefined):
        raise TypeError(f"{describe(container)} cannot be searched with 'in'")
    return value in container
