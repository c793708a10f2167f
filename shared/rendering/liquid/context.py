"""The context of one rendering of a Liquid template: its variables and its meter."""

from __future__ import annotations

from functools import partial
from io import StringIO
from typing import TYPE_CHECKING, Any, Final, TextIO

from liquid import RenderContext
from liquid.undefined import UNDEFINED, StrictUndefined, Undefined

from ...texts import excerpt
from .filters import run_filter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import _GeneratorContextManager

    from liquid import BoundTemplate, Token
    from liquid.builtin.tags.for_tag import ForLoop
    from liquid.builtin.tags.tablerow_tag import TableRow

    from .meter import Meter

TURN_STEPS: Final = 3
_MISSING: Final = object()


class Buffer(StringIO):
    """An output that charges for what is written, before it is."""

    def __init__(self, meter: Meter) -> None:
        super().__init__(newline="")
        self._meter = meter
        self._size = 0

    def write(self, text: str) -> int:
        """Write a text.

        Raises:
            LimitExceededError: The output would be too long, or the remaining steps do not suffice.
        """
        self._size += len(text)
        self._meter.spend_output(len(text), self._size)
        return super().write(text)


class Context(RenderContext):
    """The library's context of one rendering, with a meter.

    Attributes:
        meter: Charges for the work of the rendering.
    """

    __slots__ = ("_undefined", "meter")

    def __init__(
        self,
        template: BoundTemplate,
        variables: Mapping[str, object],
        meter: Meter,
        *,
        is_strict: bool,
    ) -> None:
        super().__init__(template, globals=variables)
        self.meter = meter
        self._undefined: type[Undefined] = StrictUndefined if is_strict else Undefined

    def get(
        self, path: list[object], *, token: Token | None, default: object = UNDEFINED
    ) -> object:
        """Look up a path."""
        # Keys are compared, and hashed where they are values.
        self.meter.spend(
            1 + len(path) + sum(len(part) >> 4 for part in path if isinstance(part, str))
        )
        if default is not UNDEFINED:
            return super().get(path, token=token, default=default)
        value = super().get(path, token=token, default=_MISSING)
        if value is not _MISSING:
            return value
        are_names = all(type(part) in (str, int) for part in path)
        name = ".".join(excerpt(str(part)) for part in path) if are_names else ""
        return self._undefined(name, hint=f"{name!r} is undefined", token=token)

    def filter(self, name: str, token: Token | None) -> Callable[..., object]:
        """Find a filter, which charges for its work."""
        return partial(run_filter, self.meter, name, super().filter(name, token))

    def loop(
        self, namespace: Mapping[str, object], forloop: ForLoop | TableRow
    ) -> _GeneratorContextManager[RenderContext]:
        """Enter a loop, which charges for each turn."""
        forloop.it = self._charge_turns(forloop.it)
        return super().loop(namespace, forloop)

    def _charge_turns(self, items: Iterator[Any]) -> Iterator[Any]:
        for item in items:
            self.meter.spend(TURN_STEPS)
            yield item

    def cycle(self, key: object, length: int) -> int:
        """Go on with a cycle, whose key is kept."""
        self.meter.spend_value(key)
        return super().cycle(key, length)

    def get_buffer(self, buf: TextIO | None = None) -> StringIO:
        """Make the output of a part, such as a capture."""
        return Buffer(self.meter)
