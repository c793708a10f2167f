"""The two formatting languages of Python's strings, with charges for widths and precisions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from jinja2.exceptions import UndefinedError
from jinja2.sandbox import SandboxedFormatter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .context import Context
    from .meter import Meter
    from .values import Value

_SPECIFIER: Final = re.compile(
    r"%(?:\((?P<key>[^()]*)\))?(?P<flags>[-#0 +]*)(?P<width>\*|[0-9]+)?"
    r"(?:\.(?P<precision>\*|[0-9]*))?[hlL]?(?P<kind>[diouxXeEfFgGcrsa])"
)

_END: Final = object()


def printf(meter: Meter, template: str, values: Value) -> str:
    """Compute `template % values`.

    Raises:
        LimitExceededError: The text would be too long, or exceeds the remaining steps.
        TypeError: The values do not match the formats.
        ValueError: No valid format follows a `%`.
        UndefinedError: A key is missing, or a value is undefined.
    """
    meter.spend_text(len(template))
    arguments = iter(values if isinstance(values, tuple) else (values,))
    pieces: list[str] = []
    position = key_count = 0
    while (start := template.find("%", position)) >= 0:
        meter.spend(8)
        pieces.append(template[position:start])
        if template.startswith("%%", start):
            pieces.append("%")
            position = start + 2
            continue
        specifier = _SPECIFIER.match(template, start)
        if specifier is None:
            raise ValueError("a '%' in the text is not followed by a valid format")
        position = specifier.end()
        key, flags, width, precision, kind = specifier.group(
            "key", "flags", "width", "precision", "kind"
        )
        key_count += key is not None
        conversion = f"%{flags}{_parse_size(meter, width, arguments)}"
        if precision is not None:
            conversion += f".{_parse_size(meter, precision, arguments)}"
        value = next(arguments, _END) if key is None else _get_value(values, key)
        if value is _END:
            raise TypeError("there are fewer values than the text has formats")
        meter.spend_value(value)
        pieces.append((conversion + kind) % (value,))
        meter.spend_text(len(pieces[-1]))
    pieces.append(template[position:])
    extra = next(arguments, _END)
    if extra is not _END and not key_count and not isinstance(values, dict | list):
        meter.spend_value(extra)  # raises a better error if the value is undefined
        raise TypeError("there are more values than the text has formats")
    meter.spend_text(sum(map(len, pieces)))
    return "".join(pieces)


def _parse_size(meter: Meter, size: str | None, arguments: Iterator[Value]) -> str:
    """Return a width or precision after charging for it; for `*` it is the next value."""
    if size == "*":
        number = next(arguments, None)
        if not isinstance(number, int):
            raise TypeError("a '*' in a format needs an integer")
        number = int(number)  # a boolean is one too
        meter.spend_text(abs(number))
        return str(number)
    if size:
        meter.spend_text(_parse_number(size))
    return size or ""


def _get_value(values: Value, key: str) -> Value:
    if not isinstance(values, dict):
        raise TypeError("a named format needs an object")
    if key not in values:
        raise UndefinedError(f"{key!r} is undefined")
    return values[key]


def _parse_number(digits: str) -> int:
    # Python limits the number of digits that it parses; this number exceeds all limits.
    return 10**9 if len(digits) > 9 else int(digits)


class Formatter(SandboxedFormatter):
    """`str.format` for templates, with the environment's rules for look-ups."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.environment)
        self._meter = context.meter

    def get_value(
        self, key: int | str, args: Sequence[Value], kwargs: Mapping[str, Value]
    ) -> Value:
        """Return the value for a field's name or number.

        Raises:
            UndefinedError: There is no such value.
        """
        self._meter.spend(16)
        try:
            return super().get_value(key, args, kwargs)
        except LookupError:
            raise UndefinedError(f"{key!r} is not among the values to format") from None

    def convert_field(self, value: Value, conversion: str | None) -> Value:
        """Apply a conversion such as `!r`, after charging for it."""
        self._meter.spend_value(value)
        return super().convert_field(value, conversion)

    def format_field(self, value: Value, format_spec: str) -> str:
        """Format a value, after charging for the widths in the specification and for the value."""
        for digits in re.findall(r"\d+", format_spec):
            self._meter.spend_text(_parse_number(digits))
        self._meter.spend_value(value)
        text = format(value, format_spec)
        self._meter.spend_text(len(text))
        return text
