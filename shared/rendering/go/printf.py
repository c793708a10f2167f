"""Go's `printf`: verbs, flags, width and precision, and the output for errors in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from .printing import NIL_TEXT, Spend, convert_to_float, format_float, format_value
from .quoting import can_backquote, format_rune, quote
from .values import Byte, Int, Value, encode_text, get_type_name

# As arguments, larger widths and precisions are errors.
_MAX_SIZE: Final = 1_000_000


def sprintf(template: str, arguments: list[Value], spend: Spend) -> str:
    """Format values as `printf` does."""
    return _Formatter(template, arguments, spend).format()


@dataclass(slots=True)
class _Directive:
    """The flags, width and precision of one verb."""

    plus: bool = False
    minus: bool = False
    sharp: bool = False
    space: bool = False
    zero: bool = False
    go_syntax: bool = False
    width: int | None = None
    precision: int | None = None


class _Formatter:
    __slots__ = (
        "arguments",
        "directive",
        "good_index",
        "next_argument",
        "parts",
        "pos",
        "reordered",
        "spend",
        "template",
    )

    def __init__(self, template: str, arguments: list[Value], spend: Spend) -> None:
        self.template = template
        self.arguments = arguments
        self.spend = spend
        self.parts: list[str] = []
        self.pos = 0
        self.next_argument = 0
        self.reordered = False
        self.good_index = True
        self.directive = _Directive()

    def format(self) -> str:
        template = self.template
        self.spend(len(template) >> 6)
        while (percent := template.find("%", self.pos)) >= 0:
            self.parts.append(template[self.pos : percent])
            self.pos = percent + 1
            self._format_verb()
        self.parts.append(template[self.pos :])
        if not self.reordered and self.next_argument < len(self.arguments):
            self._report_extra_arguments()
        self.spend(sum(map(len, self.parts)) >> 6)
        return "".join(self.parts)

    def _report_extra_arguments(self) -> None:
        self.directive = _Directive()
        extras = [
            NIL_TEXT
            if argument is None
            else f"{get_type_name(argument)}={self._format_value(argument, 'v')}"
            for argument in self.arguments[self.next_argument :]
        ]
        self.parts.append(f"%!(EXTRA {', '.join(extras)})")

    def _format_verb(self) -> None:
        self.spend(2)
        self.directive = directive = _Directive()
        self.good_index = True
        self._parse_flags()
        after_index = self._parse_width(self._parse_argument_index())
        after_index = self._parse_precision(after_index)
        if not after_index:
            self._parse_argument_index()
        verb = self.template[self.pos : self.pos + 1]
        self.pos += 1
        if not verb:
            self.parts.append("%!(NOVERB)")
        elif verb == "%":
            self.parts.append("%")
        elif not self.good_index:
            self.parts.append(f"%!{verb}(BADINDEX)")
        elif self.next_argument >= len(self.arguments):
            self.parts.append(f"%!{verb}(MISSING)")
        else:
            if verb in "vw":
                directive.go_syntax, directive.sharp = directive.sharp, False
                directive.plus = False
            argument = self.arguments[self.next_argument]
            self.next_argument += 1
            self.parts.append(self._format_value(argument, verb))

    def _parse_flags(self) -> None:
        directive = self.directive
        while True:
            match self.template[self.pos : self.pos + 1]:
                case "#":
                    directive.sharp = True
                case "0":
                    directive.zero = True
                case "+":
                    directive.plus = True
                case "-":
                    directive.minus = True
                case " ":
                    directive.space = True
                case _:
                    return
            self.pos += 1

    def _parse_argument_index(self) -> bool:
        """Parse an argument index such as [2]; return whether there is one."""
        template = self.template
        if not template.startswith("[", self.pos):
            return False
        self.reordered = True
        stop = template.find("]", self.pos)
        if stop < 0:
            self.good_index = False
            self.pos += 1
            return False
        digits = template[self.pos + 1 : stop]
        self.pos = stop + 1
        if not (digits.isascii() and digits.isdigit()):
            self.good_index = False
            return False
        if len(digits) > 8 or not 1 <= int(digits) <= len(self.arguments):
            self.good_index = False
        else:
            self.next_argument = int(digits) - 1
        return True

    def _parse_width(self, after_index: bool) -> bool:
        directive = self.directive
        if self.template.startswith("*", self.pos):
            self.pos += 1
            directive.width = self._take_size_argument("%!(BADWIDTH)")
            if directive.width is not None and directive.width < 0:
                directive.width = -directive.width
                directive.minus = True
                directive.zero = False
            return False
        directive.width = self._parse_number()
        if after_index and directive.width is not None:
            self.good_index = False
        return after_index

    def _parse_precision(self, after_index: bool) -> bool:
        if not self.template.startswith(".", self.pos):
            return after_index
        self.pos += 1
        if after_index:
            self.good_index = False
        after_index = self._parse_argument_index()
        if self.template.startswith("*", self.pos):
            self.pos += 1
            precision = self._take_size_argument("%!(BADPREC)")
            if precision is not None and precision < 0:
                self.parts.append("%!(BADPREC)")
                precision = None
            self.directive.precision = precision
            return False
        self.directive.precision = self._parse_number() or 0
        return after_index

    def _take_size_argument(self, error_text: str) -> int | None:
        if self.next_argument < len(self.arguments):
            size = self.arguments[self.next_argument]
            self.next_argument += 1
            if isinstance(size, Int | Byte) and abs(size) <= _MAX_SIZE:
                return int(size)
        self.parts.append(error_text)
        return None

    def _parse_number(self) -> int | None:
        start = self.pos
        template = self.template
        number = 0
        while "0" <= (digit := template[self.pos : self.pos + 1]) <= "9" and digit:
            if number > _MAX_SIZE:
                # Go ignores the rest of the text after such a large number.
                self.pos = len(template)
                return None
            number = number * 10 + int(digit)
            self.pos += 1
        return number if self.pos > start else None

    # Values.

    def _format_value(self, value: Value, verb: str) -> str:
        if value is None:
            return self._pad(NIL_TEXT) if verb in "Tv" else f"%!{verb}({NIL_TEXT})"
        if verb == "T":
            return self._pad(self._truncate(get_type_name(value)))
        if verb == "p":
            return self._format_pointer(value)
        if verb == "w":
            # The verb %w wraps errors, which templates do not have.
            return f"%!w({get_type_name(value)}={self._write_value(value, 'v')})"
        return self._write_value(value, verb)

    def _write_value(self, value: Value, verb: str) -> str:
        return format_value(
            value,
            lambda scalar: self._format_scalar(scalar, verb),
            self.spend,
            go_syntax=self.directive.go_syntax,
        )

    def _format_pointer(self, value: Value) -> str:
        # There is no real address; this one looks like an address in Go.
        if isinstance(value, dict | list):
            return self._pad("0xc000010000")
        return self._format_bad_verb(value, "p")

    def _format_scalar(self, value: Value, verb: str) -> str:
        kind = type(value)
        if kind is str:
            text = self._format_string(value, verb)
        elif kind is bool:
            text = self._pad("true" if value else "false") if verb in "tv" else None
        elif kind is Int or kind is Byte:
            text = self._format_integer(value, verb)
        elif kind is complex:
            text = self._format_complex(value, verb)
        else:
            text = self._format_float(convert_to_float(value), verb)
        return self._format_bad_verb(value, verb) if text is None else text

    def _format_bad_verb(self, value: Value, verb: str) -> str:
        # The width and the flags of the verb apply to the value.
        return f"%!{verb}({get_type_name(value)}={self._format_scalar(value, 'v')})"

    def _pad(self, text: str, *, zero: bool | None = None) -> str:
        directive = self.directive
        width = directive.width
        if width is None or width <= len(text):
            return text
        self.spend(width >> 5)
        if directive.minus:
            return text.ljust(width)
        fill_zero = directive.zero if zero is None else zero
        return text.rjust(width, "0" if fill_zero else " ")

    def _truncate(self, text: str) -> str:
        return text if self.directive.precision is None else text[: self.directive.precision]

    def _format_string(self, value: str, verb: str) -> str | None:
        directive = self.directive
        if verb == "s" or (verb == "v" and not directive.go_syntax):
            return self._pad(self._truncate(value))
        if verb in "qv":
            self.spend(len(value) >> 2)
            value = self._truncate(value)
            if directive.sharp and can_backquote(value):
                return self._pad(f"`{value}`")
            return self._pad(quote(value, ascii_only=directive.plus))
        if verb in "xX":
            self.spend(len(value) >> 4)
            return self._format_hexadecimal(encode_text(value), verb)
        return None

    def _format_hexadecimal(self, data: bytes, verb: str) -> str:
        directive = self.directive
        data = data[: directive.precision]
        prefix = "0x" if directive.sharp and data else ""
        text = data.hex(" ") if directive.space else data.hex()
        if directive.space and prefix:
            text = text.replace(" ", " 0x")
        text = prefix + text
        return self._pad(text.upper() if verb == "X" else text)

    _BASES: Final = {"v": "d", "d": "d", "b": "b", "o": "o", "O": "o", "x": "x", "X": "X"}
    _PREFIXES: Final = {"b": "0b", "o": "0", "O": "0o", "x": "0x", "X": "0X"}

    def _format_integer(self, value: int, verb: str) -> str | None:
        directive = self.directive
        match verb:
            case "c":
                return self._pad(_convert_to_character(value))
            case "q":
                return self._pad(
                    quote(_convert_to_character(value), "'", ascii_only=directive.plus)
                )
            case "U":
                return self._format_unicode(value)
        in_go_syntax = verb == "v" and directive.go_syntax and isinstance(value, Byte)
        if in_go_syntax:
            verb = "x"
        base = self._BASES.get(verb)
        if base is None:
            return None
        if directive.precision == 0 and value == 0:
            return self._pad("", zero=False)
        sign = "-" if value < 0 else "+" if directive.plus else " " if directive.space else ""
        digits = f"{abs(value):{base}}"
        if directive.precision is not None:
            least = directive.precision
        elif directive.zero and not directive.minus and directive.width is not None:
            least = directive.width - len(sign)
        else:
            least = 0
        if least > len(digits):
            self.spend(least >> 5)
            digits = digits.rjust(least, "0")
        if verb == "O" or directive.sharp or in_go_syntax:
            prefix = self._PREFIXES.get(verb, "")
            if verb == "O" and directive.sharp and not digits.startswith("0"):
                prefix += "0"
            digits = digits if prefix == "0" and digits.startswith("0") else prefix + digits
        return self._pad(sign + digits, zero=False)

    def _format_unicode(self, value: int) -> str:
        directive = self.directive
        value %= 1 << 64
        least = max(4, directive.precision or 0)
        self.spend(least >> 5)
        text = f"U+{value:0{least}X}"
        if directive.sharp and value <= 0x10FFFF and not 0xD800 <= value < 0xE000:
            text += format_rune(chr(value))[len(f"U+{value:04X}") :]
        return self._pad(text, zero=False)

    def _format_complex(self, value: complex, verb: str) -> str | None:
        directive = self.directive
        plus = directive.plus
        real = self._format_float(value.real, verb)
        directive.plus = True
        imaginary = self._format_float(value.imag, verb)
        directive.plus = plus
        return None if real is None else f"({real}{imaginary}i)"

    def _format_float(self, number: float, verb: str) -> str | None:
        directive = self.directive
        if verb not in "vbgGxXfFeE":
            return None
        letter = {"v": "g", "F": "f"}.get(verb, verb)
        precision = directive.precision
        if precision is None and letter in "feE":
            precision = 6
        if precision is not None:
            self.spend(precision >> 4)
        text = format_float(number, letter, precision)
        if text[0] not in "+-":
            text = "+" + text
        if directive.space and text[0] == "+" and not directive.plus:
            text = " " + text[1:]
        if text[1] in "IN":
            keeps_sign = directive.plus or text[0] != "+"
            if text[1] == "N" and not (directive.space or directive.plus):
                keeps_sign = False
            return self._pad(text if keeps_sign else text[1:], zero=False)
        if directive.sharp and verb != "b":
            text = _add_point(text, verb, precision)
        if not directive.plus and text[0] == "+":
            return self._pad(text[1:])
        if directive.zero and not directive.minus:
            # The sign precedes the zeros.
            width = directive.width or 0
            self.spend(width >> 5)
            return text[0] + text[1:].rjust(width - 1, "0")
        return self._pad(text)


def _convert_to_character(value: int) -> str:
    if 0 <= value <= 0x10FFFF and not 0xD800 <= value < 0xE000:
        return chr(value)
    return "\ufffd"


def _add_point(text: str, verb: str, precision: int | None) -> str:
    """Add the decimal point, and for `%g` the zeros, that the flag # requires."""
    stops = "pP" if verb in "xX" else "eEpP"
    split = next((i for i, char in enumerate(text) if char in stops and i), len(text))
    number, tail = text[:split], text[split:]
    zeros = 0
    if verb in "vgGx":
        zeros = 6 if precision is None else precision
        digits = number[1:].replace(".", "")
        zeros -= len(digits.lstrip("0"))
    if "." not in number:
        if number[1:] == "0":
            zeros -= 1
        number += "."
    return number + "0" * max(zeros, 0) + tail
