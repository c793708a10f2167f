"""Compiled templates of Go's text/template, with Go's error messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ...texts import excerpt, locate, replace_lone_surrogates
from ..errors import MissingVariableError, TemplateExecutionError
from ..limits import Usage
from .executor import compile_templates, execute
from .parser import parse_templates
from .quoting import cite
from .state import ExecutionError, MissingKeyError, State
from .usage import list_variables
from .values import count_bytes, replace_invalid_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..limits import Limits
    from .nodes import NodeList
    from .state import CitableNode

# px0 parses templates without a name and renders them under this name, which errors contain.
_ROOT: Final = "prompt"


def compile_template(source: str) -> Template:
    """Compile a template.

    Raises:
        TemplateSyntaxError: The text is not a template; the message is Go's for a template
            without a name.
        LimitExceededError: The template has too many tokens.
    """
    source = replace_lone_surrogates(source)
    return Template(source, parse_templates(source, _ROOT))


class Template:
    """A compiled template; several threads may render it at the same time."""

    __slots__ = ("_bodies", "_lists", "_source")

    def __init__(self, source: str, templates: dict[str, NodeList]) -> None:
        self._source: Final = source
        self._lists: Final = templates
        self._bodies: Final = compile_templates(templates)

    def render(
        self,
        variables: Mapping[str, Any],
        *,
        limits: Limits,
        is_strict: bool = False,
        usage: Usage | None = None,
    ) -> str:
        """Render the template with variables, which are JSON values.

        Raises:
            MissingVariableError: A map has no such key; the message is Go's.
            TemplateExecutionError: The template cannot be rendered with these variables; the
                message is Go's.
            LimitExceededError: Rendering exceeds a limit.
        """
        dot = variables if type(variables) is dict else dict(variables)
        usage = usage or Usage()
        state = State(_ROOT, dot, limits, usage)
        try:
            execute(self._bodies, state, dot)
        except ExecutionError as error:
            line, column = locate(self._source, state.node.pos)
            location = f"{_ROOT}:{line}:{self._count_bytes_before(state.node, column)}"
            reason = replace_invalid_bytes(
                f"executing {cite(state.template_name)} at <{excerpt(str(state.node))}>: {error}"
            )
            is_missing = isinstance(error, MissingKeyError)
            kind = MissingVariableError if is_missing else TemplateExecutionError
            raise kind(
                f"template: {location}: {reason}", reason=reason, line=line, column=column
            ) from None
        text = replace_invalid_bytes("".join(state.output))
        usage.steps = limits.steps - state.remaining_steps
        usage.output_bytes += count_bytes(text)
        if usage.output_bytes > limits.output_bytes:
            raise state.limits.build_output_error()
        return text

    def list_variables(self) -> list[str]:
        """List the names of the variables that rendering may need, sorted."""
        return sorted(list_variables(self._lists, _ROOT))

    def list_required_variables(self) -> list[str]:
        """List the names of those that are looked up as fields; `index` gives nil instead."""
        return sorted(list_variables(self._lists, _ROOT, with_index=False))

    def list_missing(self, variables: Mapping[str, object]) -> list[str]:
        """List the names of variables that may be needed and have no value, sorted."""
        return [name for name in self.list_variables() if name not in variables]

    def find_gap(self) -> None:
        """Nothing of Go is left out."""

    def _count_bytes_before(self, node: CitableNode, column: int) -> int:
        """Count the bytes of a node's line before it, which Go calls the column."""
        return count_bytes(self._source[node.pos - column + 1 : node.pos])
