"""Go's `%v`: the text that an action or `print` writes for a value."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from decimal import Decimal
from operator import add
from typing import Final

from .values import NO_VALUE, Byte, Int, Slice, Value, get_type_name

NIL_TEXT: Final = "<nil>"
NO_VALUE_TEXT: Final = "<no value>"

# Numbers with more digits before the point have an exponent.
_POSITIONAL_DIGITS: Final = 6

_CONTAINERS: Final[frozenset[type]] = frozenset({dict, list, Slice})

# Called with the cost of the next operation in steps; raises LimitExceededError.
Spend = Callable[[int], None]


def print_value(value: Value, spend: Spend) -> str:
    """Return the text that `{{.}}` writes for a value."""
    if type(value) is str:
        return value
    if value is NO_VALUE:
        return NO_VALUE_TEXT
    return format_value(value, _print_scalar, spend)


def sprint(operands: Iterable[Value], spend: Spend) -> str:
    """Join values as `print` does: with a space between values that are not strings."""
    parts: list[str] = []
    after_string = True
    for operand in operands:
        is_string = type(operand) is str
        if not (is_string or after_string):
            parts.append(" ")
        parts.append(format_value(operand, _print_scalar, spend))
        after_string = is_string
    return _join(parts, spend)


def sprintln(operands: Iterable[Value], spend: Spend) -> str:
    """Join values as `println` does: with spaces between them and a line feed at the end."""
    parts = [format_value(operand, _print_scalar, spend) for operand in operands]
    return _join([" ".join(parts), "\n"] if parts else ["\n"], spend)


def _join(parts: list[str], spend: Spend) -> str:
    spend(sum(map(len, parts)) >> 6)
    return "".join(parts)


def format_value(
    value: Value, format_scalar: Callable[[Value], str], spend: Spend, *, go_syntax: bool = False
) -> str:
    """Format a value; `format_scalar` formats everything but maps and lists."""
    if type(value) not in _CONTAINERS:
        return NIL_TEXT if value is None or value is NO_VALUE else format_scalar(value)
    nil = "interface {}(nil)" if go_syntax else NIL_TEXT
    separator = ", " if go_syntax else " "
    parts: list[str] = []
    # No recursion, because JSON can be nested too deeply for it. A tuple contains finished text.
    pending: list[Value] = [value]
    while pending:
        item = pending.pop()
        if type(item) is tuple:
            parts += item
        elif item is None:
            parts.append(nil)
        elif type(item) not in _CONTAINERS:
            parts.append(format_scalar(item))
        else:
            spend(1 + len(item))
            before, after = _choose_brackets(item, go_syntax)
            labels, members = _list_members(item, format_scalar)
            if _CONTAINERS.isdisjoint(map(type, members)):
                texts = [nil if member is None else format_scalar(member) for member in members]
                if labels:
                    texts = list(map(add, labels, texts))
                parts.append(f"{before}{separator.join(texts)}{after}")
                continue
            parts.append(before)
            pending.append((after,))
            for position in range(len(members) - 1, -1, -1):
                label = labels[position] if labels else ""
                pending += members[position], (separator if position else "", label)
    return _join(parts, spend)


def _list_members(
    item: dict[str, Value] | list[Value], format_scalar: Callable[[Value], str]
) -> tuple[list[str], list[Value]]:
    """Return the texts before the members of a map, none for a list, and the members."""
    if isinstance(item, list):
        return [], item
    keys = sorted(item)
    return [format_scalar(key) + ":" for key in keys], [item[key] for key in keys]


def _choose_brackets(item: dict[str, Value] | list[Value], go_syntax: bool) -> tuple[str, str]:
    if go_syntax:
        return get_type_name(item) + "{", "}"
    return ("map[" if isinstance(item, dict) else "["), "]"


def print_float(number: float | Decimal) -> str:
    """Return the text that `%v` writes for a float64: the shortest that identifies it."""
    text = repr(convert_to_float(number))
    # For these numbers, without an exponent and with few digits, Python and Go agree.
    if "e" not in text and 0 < text.find(".") <= _POSITIONAL_DIGITS:
        return text.removesuffix(".0")
    return format_float(number, "g", None)


def convert_to_float(number: float | Decimal) -> float:
    """Convert a JSON number to a float64, as Go does."""
    if type(number) is float:
        return number
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def format_float(number: float | Decimal, verb: str, precision: int | None) -> str:
    """Format a number as Go's strconv does; without a precision, as short as possible."""
    number = convert_to_float(number)
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "+Inf" if number > 0 else "-Inf"
    sign = "-" if math.copysign(1, number) < 0 else ""
    number = abs(number)
    match verb:
        case "b":
            return sign + _format_binary(number)
        case "x" | "X":
            text = _format_hexadecimal(number, precision)
            return sign + (text.upper() if verb == "X" else text)
        case "g" | "G" if precision is None:
            text = _format_shortest(number)
        case _:
            text = f"{number:.{precision}{verb.lower()}}"
    return sign + (text.upper() if verb in "EG" else text)


def _format_shortest(number: float) -> str:
    mantissa, _, exponent = repr(number).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    # The position of the decimal point, counted from the first digit.
    point = len(whole) + int(exponent or 0) - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    if not digits:
        return "0"
    if not -4 < point <= _POSITIONAL_DIGITS:
        mantissa = f"{digits[0]}.{digits[1:]}" if len(digits) > 1 else digits
        return f"{mantissa}e{'-' if point < 1 else '+'}{abs(point - 1):02d}"
    if point <= 0:
        return f"0.{'0' * -point}{digits}"
    if point >= len(digits):
        return digits + "0" * (point - len(digits))
    return f"{digits[:point]}.{digits[point:]}"


def _format_binary(number: float) -> str:
    exponent = max(math.frexp(number)[1] - 53, -1074) if number else -1074
    return f"{int(math.ldexp(number, -exponent))}p{exponent:+d}"


def _format_hexadecimal(number: float, precision: int | None) -> str:
    fraction, exponent = math.frexp(number)
    mantissa = int(math.ldexp(fraction, 53))
    exponent = exponent - 1 if number else 0
    if precision is not None and precision < 13:
        excess_bits = 52 - 4 * precision
        remainder = mantissa & ((1 << excess_bits) - 1)
        mantissa >>= excess_bits
        half = 1 << (excess_bits - 1)
        if remainder > half or (remainder == half and mantissa & 1):
            mantissa += 1
        mantissa <<= excess_bits
        if mantissa >> 53:
            mantissa >>= 1
            exponent += 1
    digits = f"{mantissa & ((1 << 52) - 1):013x}"
    digits = digits.rstrip("0") if precision is None else digits[:precision].ljust(precision, "0")
    point = "." if digits else ""
    return f"0x{mantissa >> 52}{point}{digits}p{'-' if exponent < 0 else '+'}{abs(exponent):02d}"


def print_complex(number: complex) -> str:
    """Return the text that `%v` writes for a complex128."""
    imaginary = print_float(number.imag)
    sign = "" if imaginary[0] in "+-" else "+"
    return f"({print_float(number.real)}{sign}{imaginary}i)"


_WRITERS: Final[dict[type, Callable[[Value], str]]] = {
    str: str,
    bool: lambda value: "true" if value else "false",
    int: print_float,
    float: print_float,
    Decimal: print_float,
    Int: int.__repr__,
    Byte: int.__repr__,
    complex: print_complex,
}


def _print_scalar(value: Value) -> str:
    return _WRITERS[type(value)](value)
