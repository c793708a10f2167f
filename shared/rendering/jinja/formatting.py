"""The two formatting languages of Python's strings, with widths and precisions paid in advance."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from jinja2.exceptions import UndefinedError
from jinja2.sandbox import SandboxedFormatter

from shared.rendering.jinja.meter import Meter
from shared.rendering.jinja.values import Value

if TYPE_CHECKING:
    from shared.rendering.jinja.environment import Context

_SPECIFIER: Final = re.compile(
    r"%(?:\((?P<key>[^()]*)\))?(?P<flags>[-#0 +]*)(?P<width>\*|[0-9]+)?"
    r"(?:\.(?P<precision>\*|[0-9]*))?[hlL]?(?P<kind>[diouxXeEfFgGcrsa])"
)

_NONE_LEFT: Final = object()


def printf(meter: Meter, template: str, values: Value) -> str:
    """`template % values`."""
    meter.hold(len(template))
    arguments = iter(values if isinstance(values, tuple) else (values,))
    pieces: list[str] = []
    position = keyed = 0
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
        keyed += key is not None
        form = f"%{flags}{_measure(meter, width, arguments)}"
        if precision is not None:
            form += f".{_measure(meter, precision, arguments)}"
        value = next(arguments, _NONE_LEFT) if key is None else _entry(values, key)
        if value is _NONE_LEFT:
            raise TypeError("there are fewer values than the text has formats")
        meter.walk(value)
        pieces.append((form + kind) % (value,))
        meter.hold(len(pieces[-1]))
    pieces.append(template[position:])
    leftover = next(arguments, _NONE_LEFT)
    if leftover is not _NONE_LEFT and not keyed and not isinstance(values, dict | list):
        meter.walk(leftover)  # if it is undefined, that is the mistake
        raise TypeError("there are more values than the text has formats")
    meter.hold(sum(map(len, pieces)))
    return "".join(pieces)


def _measure(meter: Meter, written: str | None, arguments: Iterator[Value]) -> str:
    """A width or precision as written, once it is paid; `*` takes it from the values."""
    if written == "*":
        number = next(arguments, None)
        if type(number) is not int:
            raise TypeError("a '*' in a format needs an integer")
        meter.hold(abs(number))
        return str(number)
    if written:
        meter.hold(_number(written))
    return written or ""


def _entry(values: Value, key: str) -> Value:
    if not isinstance(values, dict):
        raise TypeError("a named format needs an object")
    if key not in values:
        raise UndefinedError(f"{key!r} is undefined")
    return values[key]


def _number(digits: str) -> int:
    # Far beyond any limit already, and Python will not read arbitrarily many digits.
    return 10**9 if len(digits) > 9 else int(digits)


class Formatter(SandboxedFormatter):
    """`str.format` for templates: fields are looked up by the environment's rules."""

    def __init__(self, context: "Context") -> None:
        super().__init__(context.environment)
        self._meter = context.meter

    def get_value(
        self, key: int | str, args: Sequence[Value], kwargs: Mapping[str, Value]
    ) -> Value:
        self._meter.spend(16)
        try:
            return super().get_value(key, args, kwargs)
        except LookupError:
            raise UndefinedError(f"{key!r} is not among the values to format") from None

    def convert_field(self, value: Value, conversion: str | None) -> Value:
        self._meter.walk(value)
        return super().convert_field(value, conversion)

    def format_field(self, value: Value, format_spec: str) -> str:
        for digits in re.findall(r"\d+", format_spec):
            self._meter.hold(_number(digits))
        self._meter.walk(value)
        text = format(value, format_spec)
        self._meter.hold(len(text))
        return text
