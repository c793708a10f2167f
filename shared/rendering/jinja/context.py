"""The context of one rendering of a Jinja template: its variables and its meter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jinja2.runtime import Context as JinjaContext
from jinja2.utils import missing, pass_context

from .meter import Meter
from .values import Function, describe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from jinja2.environment import Environment

    from ..limits import Limits, Usage
    from .values import Value


class Context(JinjaContext):
    """Jinja's context of one rendering, with a meter.

    Attributes:
        meter: Charges for the work of the rendering.
        line: The line of the variable that is being printed, where the generated code does not
            tell it.
    """

    def __init__(
        self,
        environment: Environment,
        variables: Mapping[str, Value],
        limits: Limits,
        usage: Usage,
    ) -> None:
        super().__init__(environment, {**environment.globals, **variables}, None, {})
        self.meter = Meter(limits, usage)
        self.line: int | None = None

    @pass_context
    def print_value(self, value: Value) -> str:
        """Return what `{{ value }}` prints."""
        if isinstance(value, Function):
            raise TypeError(f"{describe(value)} must be called: write {value.name}()")
        return self.meter.print_value(value)

    def print_run(
        self, parts: Sequence[str], lines: Sequence[int], values: Sequence[Value]
    ) -> Iterable[str]:
        """Return what texts and plain variables in a row print.

        Args:
            parts: Texts and names of variables alternate; the first and the last part is a text.
            lines: The lines of the variables.
            values: The values of the variables, or Jinja's `missing`.
        """
        texts = self.meter.print_values(values)
        if texts is None:
            return self._print_each(parts, lines, values)
        pieces = list(parts)
        pieces[1::2] = texts
        return ("".join(pieces),)

    def _print_each(
        self, parts: Sequence[str], lines: Sequence[int], values: Sequence[Value]
    ) -> Iterator[str]:
        """Print one after the other, so that what a limit or a value stops is what it stops."""
        yield parts[0]
        for name, text, line, value in zip(parts[1::2], parts[2::2], lines, values, strict=True):
            self.line = line
            is_missing = value is missing
            yield self.print_value(self.environment.undefined(name=name) if is_missing else value)
            yield text
        self.line = None
