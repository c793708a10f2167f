"""Go's string and character literals: writing them as `%q` does and reading them back."""

import re
from typing import Final

from shared.rendering.go.values import from_bytes, to_bytes

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
    """Write text as a Go literal; bytes that are not UTF-8 become `\\x` escapes."""
    if text.isascii() and text.isprintable() and "\\" not in text and delimiter not in text:
        return f"{delimiter}{text}{delimiter}"
    text = from_bytes(to_bytes(text))
    escaped = _MAYBE_ESCAPED.sub(lambda found: _escape(found.group(), delimiter, ascii_only), text)
    return f"{delimiter}{escaped}{delimiter}"


_MAYBE_ESCAPED: Final = re.compile(r"[^ !#-&(-\[\]-~]")


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


def show_rune(char: str) -> str:
    """Write a character as `%#U` does: its number, and itself if it can be seen."""
    shown = f"U+{ord(char):04X}"
    return f"{shown} '{char}'" if char.isprintable() else shown


def fits_backquotes(text: str) -> bool:
    """Tell whether text can stand between backquotes on one line unchanged."""
    return not re.search("[\0-\x08\n-\x1f`\x7f\ufeff\ud800-\udfff]", text)


def unquote(literal: str) -> str:
    """Read a string literal as the lexer delimits it.

    Raises:
        ValueError: it has an escape that Go does not know; the text is Go's.
    """
    body = literal[1:-1]
    if literal[0] == "`":
        return body.replace("\r", "")
    if "\\" not in body:
        return body
    data = bytearray()
    pos = 0
    while (stop := body.find("\\", pos)) >= 0:
        data += to_bytes(body[pos:stop])
        code, is_byte, pos = _read_escape(body, stop, '"')
        if is_byte:
            data.append(code)
        else:
            data += chr(code).encode()
    data += to_bytes(body[pos:])
    return from_bytes(bytes(data))


def unquote_character(literal: str) -> int:
    """Read a character literal as the lexer delimits it; raises ValueError as Go words it."""
    if literal == "''":
        raise ValueError("invalid syntax")
    code, stop = ord(literal[1]), 2
    if literal[1] == "\\":
        code, _, stop = _read_escape(literal, 1, "'")
    if literal[stop:] != "'":
        raise ValueError(f"malformed character constant: {literal}")
    return code


# Compiled on first use, like the rarer patterns elsewhere: starting quickly matters more.
_ESCAPE: Final = (
    r"\\(?:x(?P<hex>[0-9a-fA-F]{2})|(?P<octal>[0-7]{3})|u(?P<short>[0-9a-fA-F]{4})"
    r"|U(?P<long>[0-9a-fA-F]{8})|(?P<simple>[abfnrtv\\'\"]))"
)


def _read_escape(text: str, pos: int, delimiter: str) -> tuple[int, bool, int]:
    """Return an escape's number, whether that is a byte of its own, and where it ends."""
    found = re.compile(_ESCAPE).match(text, pos)
    if not found:
        raise ValueError("invalid syntax")
    stop = found.end()
    digits = found.group(found.lastgroup or 0)
    match found.lastgroup:
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
