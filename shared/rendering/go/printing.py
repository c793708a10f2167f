"""Go's `%v`: the text of any value as an action or `print` writes it."""

import math
from collections.abc import Callable, Iterable
from decimal import Decimal
from operator import add
from typing import Final

from shared.rendering.go.values import NO_VALUE, Byte, Int, Value, Window, type_name

NIL_TEXT: Final = "<nil>"
NO_VALUE_TEXT: Final = "<no value>"

# Numbers with more digits before the point are written with an exponent.
_POSITIONAL_DIGITS: Final = 6

_CONTAINERS: Final[frozenset[type]] = frozenset({dict, list, Window})

# Called with the cost of what is about to be done; raises LimitExceeded when it is too much.
Spend = Callable[[int], None]


def text_of(value: Value, spend: Spend) -> str:
    """Write a value as `{{.}}` does."""
    if type(value) is str:
        return value
    if value is NO_VALUE:
        return NO_VALUE_TEXT
    return write_value(value, _plain, spend)


def sprint(operands: Iterable[Value], spend: Spend) -> str:
    """Join values as `print` does: a space between two of which neither is a string."""
    parts: list[str] = []
    after_string = True
    for operand in operands:
        is_string = type(operand) is str
        if not (is_string or after_string):
            parts.append(" ")
        parts.append(write_value(operand, _plain, spend))
        after_string = is_string
    return _joined(parts, spend)


def sprintln(operands: Iterable[Value], spend: Spend) -> str:
    parts = [write_value(operand, _plain, spend) for operand in operands]
    return _joined([" ".join(parts), "\n"] if parts else ["\n"], spend)


def _joined(parts: list[str], spend: Spend) -> str:
    spend(sum(map(len, parts)) >> 6)
    return "".join(parts)


def write_value(
    value: Value, scalar: Callable[[Value], str], spend: Spend, *, go_syntax: bool = False
) -> str:
    """Write maps and lists around the texts that `scalar` gives for what they hold."""
    if type(value) not in _CONTAINERS:
        return NIL_TEXT if value is None or value is NO_VALUE else scalar(value)
    nil = "interface {}(nil)" if go_syntax else NIL_TEXT
    separator = ", " if go_syntax else " "
    parts: list[str] = []
    # JSON may nest deeper than Python recurses. A tuple holds text that is already written.
    pending: list[Value] = [value]
    while pending:
        item = pending.pop()
        if type(item) is tuple:
            parts += item
        elif item is None:
            parts.append(nil)
        elif type(item) not in _CONTAINERS:
            parts.append(scalar(item))
        else:
            spend(1 + len(item))
            before, after = _brackets(item, go_syntax)
            labels, members = _members(item, scalar)
            if _CONTAINERS.isdisjoint(map(type, members)):
                texts = [nil if member is None else scalar(member) for member in members]
                if labels:
                    texts = list(map(add, labels, texts))
                parts.append(f"{before}{separator.join(texts)}{after}")
                continue
            parts.append(before)
            pending.append((after,))
            for position in range(len(members) - 1, -1, -1):
                label = labels[position] if labels else ""
                pending += members[position], (separator if position else "", label)
    return _joined(parts, spend)


def _members(
    item: dict[str, Value] | list[Value], scalar: Callable[[Value], str]
) -> tuple[list[str], list[Value]]:
    """Return what a list or map holds, and the text before each member of a map."""
    if isinstance(item, list):
        return [], item
    keys = sorted(item)
    return [scalar(key) + ":" for key in keys], [item[key] for key in keys]


def _brackets(item: dict[str, Value] | list[Value], go_syntax: bool) -> tuple[str, str]:
    if go_syntax:
        return type_name(item) + "{", "}"
    return ("map[" if isinstance(item, dict) else "["), "]"


def float_text(number: float | Decimal) -> str:
    """Write a float64 with as few digits as identify it, as `%v` does."""
    text = repr(as_float(number))
    # Python and Go agree on these: no exponent and no more digits before the point than this.
    if "e" not in text and 0 < text.find(".") <= _POSITIONAL_DIGITS:
        return text.removesuffix(".0")
    return format_float(number, "g", None)


def as_float(number: float | Decimal) -> float:
    """Read a JSON number as Go does, whatever type Python's decoder chose."""
    if type(number) is float:
        return number
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def format_float(number: float | Decimal, verb: str, precision: int | None) -> str:
    """Write a number as Go's strconv does; no precision means as many digits as identify it."""
    number = as_float(number)
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "+Inf" if number > 0 else "-Inf"
    sign = "-" if math.copysign(1, number) < 0 else ""
    number = abs(number)
    match verb:
        case "b":
            return sign + _binary(number)
        case "x" | "X":
            text = _hexadecimal(number, precision)
            return sign + (text.upper() if verb == "X" else text)
        case "g" | "G" if precision is None:
            text = _shortest(number)
        case _:
            text = f"{number:.{precision}{verb.lower()}}"
    return sign + (text.upper() if verb in "EG" else text)


def _shortest(number: float) -> str:
    mantissa, _, exponent = repr(number).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    # Where the decimal point stands, counted from the first digit.
    point = len(whole) + int(exponent or 0) - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    if not digits:
        return "0"
    if not -4 < point <= _POSITIONAL_DIGITS:
        shown = f"{digits[0]}.{digits[1:]}" if len(digits) > 1 else digits
        return f"{shown}e{'-' if point < 1 else '+'}{abs(point - 1):02d}"
    if point <= 0:
        return f"0.{'0' * -point}{digits}"
    if point >= len(digits):
        return digits + "0" * (point - len(digits))
    return f"{digits[:point]}.{digits[point:]}"


def _binary(number: float) -> str:
    exponent = max(math.frexp(number)[1] - 53, -1074) if number else -1074
    return f"{int(math.ldexp(number, -exponent))}p{exponent:+d}"


def _hexadecimal(number: float, precision: int | None) -> str:
    fraction, exponent = math.frexp(number)
    mantissa = int(math.ldexp(fraction, 53))
    exponent = exponent - 1 if number else 0
    if precision is not None and precision < 13:
        dropped = 52 - 4 * precision
        remainder = mantissa & ((1 << dropped) - 1)
        mantissa >>= dropped
        half = 1 << (dropped - 1)
        if remainder > half or (remainder == half and mantissa & 1):
            mantissa += 1
        mantissa <<= dropped
        if mantissa >> 53:
            mantissa >>= 1
            exponent += 1
    digits = f"{mantissa & ((1 << 52) - 1):013x}"
    digits = digits.rstrip("0") if precision is None else digits[:precision].ljust(precision, "0")
    point = "." if digits else ""
    return f"0x{mantissa >> 52}{point}{digits}p{'-' if exponent < 0 else '+'}{abs(exponent):02d}"


def complex_text(number: complex) -> str:
    imaginary = float_text(number.imag)
    sign = "" if imaginary[0] in "+-" else "+"
    return f"({float_text(number.real)}{sign}{imaginary}i)"


_WRITERS: Final[dict[type, Callable[[Value], str]]] = {
    str: str,
    bool: lambda value: "true" if value else "false",
    int: float_text,
    float: float_text,
    Decimal: float_text,
    Int: int.__repr__,
    Byte: int.__repr__,
    complex: complex_text,
}


def _plain(value: Value) -> str:
    return _WRITERS[type(value)](value)
