"""Go's string and character literals: formatting as with `%q`, and parsing."""

from __future__ import annotations

import re
from typing import Final

from ...texts import excerpt
from .values import decode_bytes, encode_text

_ESCAPES: Final = {
    "\a": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
    "\\": "\\\\",
}
_MEANINGS: Final = {escape[1]: char for char, escape in _ESCAPES.items()}


def quote(text: str, delimiter: str = '"', *, ascii_only: bool = False) -> str:
    r"""Write text as a Go literal; bytes that are not UTF-8 become `\x` escapes."""
    if text.isascii() and text.isprintable() and "\\" not in text and delimiter not in text:
        return f"{delimiter}{text}{delimiter}"
    literal = decode_bytes(encode_text(text)).translate(_Escapes(delimiter, ascii_only))
    return f"{delimiter}{literal}{delimiter}"


def cite(text: str) -> str:
    """Write a text as a Go literal in an error message."""
    return quote(excerpt(text))


class _Escapes(dict[int, str]):
    """What stands for the characters of one text, each computed once."""

    def __init__(self, delimiter: str, ascii_only: bool) -> None:
        self._delimiter = delimiter
        self._ascii_only = ascii_only

    def __missing__(self, code: int) -> str:
        self[code] = _escape(chr(code), self._delimiter, self._ascii_only)
        return self[code]


def _escape(char: str, delimiter: str, ascii_only: bool) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char == delimiter:
        return "\\" + char
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if char.isprintable() and (code < 0x80 or not ascii_only):
        return char
    if code < 0x20 or code == 0x7F:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def format_rune(char: str) -> str:
    """Format a character as `%#U` does: its code point, and itself if it is printable."""
    code_point = f"U+{ord(char):04X}"
    return f"{code_point} '{char}'" if char.isprintable() else code_point


def can_backquote(text: str) -> bool:
    """Tell whether a text can be a literal in backquotes, unchanged and on one line."""
    return not re.search("[\0-\x08\n-\x1f`\x7f\ufeff\ud800-\udfff]", text)


def unquote(literal: str) -> str:
    """Parse a string literal, whose delimiters the lexer has checked.

    Raises:
        ValueError: The literal has an unknown escape; the message is Go's.
    """
    body = literal[1:-1]
    if literal[0] == "`":
        return body.replace("\r", "")
    if "\\" not in body:
        return body
    data = bytearray()
    pos = 0
    while (stop := body.find("\\", pos)) >= 0:
        data += encode_text(body[pos:stop])
        code, is_byte, pos = _parse_escape(body, stop, '"')
        if is_byte:
            data.append(code)
        else:
            data += chr(code).encode()
    data += encode_text(body[pos:])
    return decode_bytes(bytes(data))


def unquote_character(literal: str) -> int:
    """Parse a character literal, whose delimiters the lexer has checked, to its code point.

    Raises:
        ValueError: The literal is not one character; the message is Go's.
    """
    if literal == "''":
        raise ValueError("invalid syntax")
    code, stop = ord(literal[1]), 2
    if literal[1] == "\\":
        code, _, stop = _parse_escape(literal, 1, "'")
    if literal[stop:] != "'":
        raise ValueError(f"malformed character constant: {excerpt(literal)}")
    return code


# Compiled on first use, because it is rarely needed and cold starts should be fast.
_ESCAPE: Final = (
    r"\\(?:x(?P<hex>[0-9a-fA-F]{2})|(?P<octal>[0-7]{3})|u(?P<short>[0-9a-fA-F]{4})"
    r"|U(?P<long>[0-9a-fA-F]{8})|(?P<simple>[abfnrtv\\'\"]))"
)


def _parse_escape(text: str, pos: int, delimiter: str) -> tuple[int, bool, int]:
    """Parse an escape; return its number, whether that is a byte, and the end of the escape."""
    escape = re.compile(_ESCAPE).match(text, pos)
    if not escape:
        raise ValueError("invalid syntax")
    stop = escape.end()
    digits = escape.group(escape.lastgroup or 0)
    match escape.lastgroup:
        case "hex":
            return int(digits, 16), True, stop
        case "octal" if (code := int(digits, 8)) < 0x100:
            return code, True, stop
        case "short" | "long":
            code = int(digits, 16)
            if code <= 0x10FFFF and not 0xD800 <= code < 0xE000:
                return code, False, stop
        case "simple" if digits == delimiter or digits in _MEANINGS:
            return ord(_MEANINGS.get(digits, digits)), False, stop
    raise ValueError("invalid syntax")
