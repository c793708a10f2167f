"""Numeric literals of Go templates."""

from __future__ import annotations

import re
from typing import Final

from .quoting import cite
from .values import Int

_MAX_INT: Final = 2**63 - 1
_MAX_UINT: Final = 2**64 - 1

# Underscores are allowed between digits and after the prefix of a base. These patterns are compiled
# on first use, because few templates have numbers.
_INTEGER: Final = r"""(?x)[+-]?(?:
      0[xX](?:_?[0-9a-fA-F])+ | 0[bB](?:_?[01])+ | 0[oO](?:_?[0-7])+
      | 0(?:_?[0-7])* | [1-9](?:_?[0-9])*
    )\Z"""
_DECIMAL: Final = r"""(?x)[+-]?
    (?: [0-9](?:_?[0-9])* (?:\.(?:[0-9](?:_?[0-9])*)?)? | \.[0-9](?:_?[0-9])* )
    (?: [eE][+-]?[0-9](?:_?[0-9])* )?\Z"""
_HEXADECIMAL: Final = r"""(?x)[+-]?0[xX](?=_?[0-9a-fA-F]|\.[0-9a-fA-F])
    (?:_?[0-9a-fA-F])* (?:\.(?:[0-9a-fA-F](?:_?[0-9a-fA-F])*)?)?
    [pP][+-]?[0-9](?:_?[0-9])*\Z"""


def parse_number(text: str) -> Int | float | complex | None:
    """Parse a number; None stands for an integer that is too large for Go's int.

    Raises:
        ValueError: The text is not a number; the message is Go's.
    """
    if text.endswith("i") and (imaginary := _parse_float(text[:-1])) is not None:
        return complex(0, imaginary)
    integer = _parse_integer(text)
    if integer is not None:
        if -_MAX_INT - 1 <= integer <= _MAX_INT:
            # Go recognises the prefix of hexadecimal integers only without a sign; with a sign, an
            # e among the digits makes the number a float.
            is_float = text[0] in "+-" and "e" in text.lower()
            return float(integer) if is_float else Int(integer)
        if 0 < integer <= _MAX_UINT and text[0] != "+":
            return None
    number = _parse_float(text)
    if number is None:
        raise ValueError(f"illegal number syntax: {cite(text)}")
    if not any(mark in text for mark in ".eEpP"):
        raise ValueError(f"integer overflow: {cite(text)}")
    return number


def parse_complex(text: str) -> complex:
    """Parse a sum such as 1+2i.

    Raises:
        ValueError: The text is not such a sum; the message is Go's.
    """
    middle = max(text.rfind(sign, 1) for sign in "+-")
    while text[middle - 1] in "eEpP":
        middle = max(text.rfind(sign, 1, middle) for sign in "+-")
    parts = text[:middle], text[middle:-1]
    has_prefix = any(part.lstrip("+-")[:2].lower() in ("0b", "0o") for part in parts)
    if has_prefix or len(parts[1]) == 1:
        raise ValueError("syntax error scanning complex number")
    real, imaginary = map(_parse_complex_part, parts)
    return complex(real, imaginary)


def _parse_complex_part(text: str) -> float:
    number = _parse_float(text)
    if number is not None:
        return number
    is_number = re.match(_DECIMAL, text) or re.match(_HEXADECIMAL, text)
    reason = "value out of range" if is_number else "invalid syntax"
    raise ValueError(f"strconv.ParseFloat: parsing {cite(text)}: {reason}")


def _parse_integer(text: str) -> int | None:
    if not re.match(_INTEGER, text):
        return None
    digits = text.lstrip("+-").replace("_", "").lower()
    sign = -1 if text.startswith("-") else 1
    if digits[:2] in ("0x", "0b", "0o"):
        return sign * int(digits, 0)
    base = 8 if digits.startswith("0") else 10
    # Python limits the number of digits; a number with so many overflows in any case.
    return sign * int(digits.lstrip("0")[:30] or "0", base)


def _parse_float(text: str) -> float | None:
    if re.match(_DECIMAL, text):
        number = float(text.replace("_", ""))
    elif re.match(_HEXADECIMAL, text):
        try:
            number = float.fromhex(text.replace("_", ""))
        except (OverflowError, ValueError):
            return None
    else:
        return None
    return None if number in (float("inf"), float("-inf")) else number
