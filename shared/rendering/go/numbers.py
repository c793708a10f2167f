"""Numeric constants of Go: what a literal in a template is worth, and which are refused."""

import re
from typing import Final

from shared.rendering.go.quoting import quote
from shared.rendering.go.values import Int

_MAX_INT: Final = 2**63 - 1
_MAX_UINT: Final = 2**64 - 1

# Underscores may stand between digits and after a base prefix. These patterns are compiled on
# first use: few templates have numbers.
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
    """Evaluate a number; None means an integer that Go reads but cannot hold in an int.

    Raises:
        ValueError: it is not a number; the text is Go's.
    """
    if text.endswith("i") and (imaginary := _float(text[:-1])) is not None:
        return complex(0, imaginary)
    integer = _integer(text)
    if integer is not None:
        if -_MAX_INT - 1 <= integer <= _MAX_INT:
            # Go knows hexadecimal integers by their prefix, and misses it after a sign: then an
            # e among the digits makes the number a float.
            is_float = text[0] in "+-" and "e" in text.lower()
            return float(integer) if is_float else Int(integer)
        if 0 < integer <= _MAX_UINT and text[0] != "+":
            return None
    number = _float(text)
    if number is None:
        raise ValueError(f"illegal number syntax: {quote(text)}")
    if not any(mark in text for mark in ".eEpP"):
        raise ValueError(f"integer overflow: {quote(text)}")
    return number


def parse_complex(text: str) -> complex:
    """Evaluate a sum such as 1+2i; raises ValueError as Go words it."""
    middle = max(text.rfind(sign, 1) for sign in "+-")
    while text[middle - 1] in "eEpP":
        middle = max(text.rfind(sign, 1, middle) for sign in "+-")
    parts = text[:middle], text[middle:-1]
    has_prefix = any(part.lstrip("+-")[:2].lower() in ("0b", "0o") for part in parts)
    if has_prefix or len(parts[1]) == 1:
        raise ValueError("syntax error scanning complex number")
    real, imaginary = map(_complex_part, parts)
    return complex(real, imaginary)


def _complex_part(text: str) -> float:
    number = _float(text)
    if number is not None:
        return number
    is_number = re.match(_DECIMAL, text) or re.match(_HEXADECIMAL, text)
    mistake = "value out of range" if is_number else "invalid syntax"
    raise ValueError(f"strconv.ParseFloat: parsing {quote(text)}: {mistake}")


def _integer(text: str) -> int | None:
    if not re.match(_INTEGER, text):
        return None
    digits = text.lstrip("+-").replace("_", "").lower()
    sign = -1 if text.startswith("-") else 1
    if digits[:2] in ("0x", "0b", "0o"):
        return sign * int(digits, 0)
    base = 8 if digits.startswith("0") else 10
    # Python limits the digits it converts; with this many the number overflows anyway.
    return sign * int(digits.lstrip("0")[:30] or "0", base)


def _float(text: str) -> float | None:
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
