"""Texts with references that are replaced by values, and nothing else; two engines are made of it.

A reference is looked up by its whole name and, if that has dots, as a path through objects. There
is no syntax error, and values are not read again.
"""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from ..texts import excerpt, replace_lone_surrogates
from .errors import LimitExceededError, MissingVariableError
from .limits import Usage

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Mapping

    from .limits import Limits

MAX_REFERENCES: Final = 60_000
# The names of a path; no value is nested deeper.
_MAX_PATH: Final = 300


class Template:
    """A text with references; several threads may render it at the same time."""

    __slots__ = ("_names", "_pieces")

    def __init__(
        self, source: str, pattern: re.Pattern[str], find_name: Callable[[str], str | None]
    ) -> None:
        """Split a text into literals and references.

        Args:
            source: The text.
            pattern: A group that matches what may be a reference, in linear time.
            find_name: Finds the name in such a match; None if it is literal.

        Raises:
            LimitExceededError: The text has more than `MAX_REFERENCES` references.
        """
        source = replace_lone_surrogates(source)
        if next(islice(pattern.finditer(source), MAX_REFERENCES, None), None):
            raise LimitExceededError(
                f"the template has more than {MAX_REFERENCES} references; shorten it"
            )
        # Literals and, in every second place, what may be references.
        self._pieces: Final = pattern.split(source)
        spellings = dict.fromkeys(self._pieces[1::2])
        self._names: Final = {
            text: name for text in spellings if (name := find_name(text)) is not None
        }

    def render(
        self,
        variables: Mapping[str, Any],
        *,
        limits: Limits,
        is_strict: bool = False,
        usage: Usage | None = None,
    ) -> str:
        """Render the text with variables; references without a value stay as they are written.

        Raises:
            MissingVariableError: A reference has no value, and the rendering is strict.
            LimitExceededError: Rendering exceeds a limit.
        """
        usage = usage or Usage()
        texts = self._print_values(variables, limits, usage, is_strict=is_strict)
        output = []
        remaining = limits.output_bytes - usage.output_bytes
        for place, piece in enumerate(self._pieces):
            text = texts.get(piece, piece) if place % 2 else piece
            remaining -= len(text) if text.isascii() else len(text.encode())
            if remaining < 0:
                raise limits.build_output_error()
            output.append(text)
        usage.output_bytes = limits.output_bytes - remaining
        return "".join(output)

    def _print_values(
        self, variables: Mapping[str, Any], limits: Limits, usage: Usage, *, is_strict: bool
    ) -> dict[str, str]:
        """Print the value of each reference that has one, once."""
        texts = {}
        size = 0
        usage.steps += len(self._pieces)
        for reference, name in self._names.items():
            value = find_value(name, variables)
            if value is not None:
                texts[reference] = text = print_value(value[0])
                size += len(text)
            elif is_strict:
                raise MissingVariableError(f"{excerpt(name)} has no value")
            if size > limits.output_bytes:
                raise limits.build_output_error()
            if usage.steps + (size >> 4) > limits.steps:
                raise limits.build_steps_error()
        usage.steps += size >> 4
        return texts

    def list_variables(self) -> list[str]:
        """List the names of the references, sorted."""
        return sorted({*self._names.values()})

    def list_required_variables(self) -> list[str]:
        """List the names of the references, sorted."""
        return self.list_variables()

    def list_missing(self, variables: Mapping[str, object]) -> list[str]:
        """List the names of the references that have no value, sorted."""
        return [name for name in self.list_variables() if find_value(name, variables) is None]

    def find_gap(self) -> None:
        """Nothing of the language is left out."""


def find_value(name: str, variables: Mapping[str, Any]) -> tuple[Any] | None:
    """Find the value of a name or else of the path that it is; None if there is none."""
    if name in variables:
        return (variables[name],)
    value: Any = variables
    for part in name.split(".", _MAX_PATH):
        if not isinstance(value, dict) or part not in value:
            return None
        value = value[part]
    return (value,)


def print_value(value: Any) -> str:
    """Return the text of a value: texts as they are, null as nothing, others as compact JSON.

    Raises:
        LimitExceededError: There is an integer of more digits than Python prints.
    """
    if value is None:
        return ""
    try:
        text = value if isinstance(value, str) else dump_json(value)
    except ValueError as error:
        raise LimitExceededError("a number has too many digits; use smaller numbers") from error
    return replace_lone_surrogates(text)


def dump_json(value: Any) -> str:
    """Return compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
