"""Go's text/template for JSON values: what it renders and what it refuses, word for word."""

from collections.abc import Mapping
from typing import Any, Final

from shared.rendering.errors import LimitExceeded, TemplateExecutionError, TemplateSyntaxError
from shared.rendering.go.executor import compile_templates, execute
from shared.rendering.go.nodes import NodeList
from shared.rendering.go.parser import parse as parse_templates
from shared.rendering.go.quoting import quote
from shared.rendering.go.state import Failure, Located, State
from shared.rendering.go.usage import variables_used
from shared.rendering.go.values import byte_length, printable, well_formed
from shared.rendering.limits import Limits

__all__ = [
    "LimitExceeded",
    "Limits",
    "Template",
    "TemplateExecutionError",
    "TemplateSyntaxError",
    "parse",
]

# Templates are checked without a name and rendered under this one, which their errors show.
_ROOT: Final = "prompt"


def parse(source: str) -> "Template":
    """Parse a template.

    Raises:
        TemplateSyntaxError: it is not one; the message is Go's for a template without a name.
    """
    source = well_formed(source)
    templates = parse_templates(source, _ROOT)
    return Template(source, templates)


class Template:
    """A parsed template; several threads may render it at a time."""

    __slots__ = ("_bodies", "_lists", "_source")

    def __init__(self, source: str, templates: dict[str, NodeList]) -> None:
        self._source: Final = source
        self._lists: Final = templates
        self._bodies: Final = compile_templates(templates)

    def render(self, variables: Mapping[str, Any], *, limits: Limits) -> str:
        """Fill in the variables, which are what JSON can express.

        Raises:
            TemplateExecutionError: the template asks for what these variables do not allow; the
                message is Go's.
            LimitExceeded: it takes more work, or writes more, than allowed.
        """
        dot = variables if type(variables) is dict else dict(variables)
        state = State(_ROOT, dot, limits)
        try:
            execute(self._bodies, state, dot)
        except Failure as failure:
            where = f"{_ROOT}:{self._locate(state.node)}"
            what = f"executing {quote(state.template_name)} at <{state.node}>: {failure}"
            raise TemplateExecutionError(printable(f"template: {where}: {what}")) from None
        text = printable("".join(state.output))
        if byte_length(text) > limits.output_bytes:
            raise state.too_long()
        return text

    def variables(self) -> list[str]:
        """Name the variables that rendering may need, sorted."""
        return sorted(variables_used(self._lists, _ROOT))

    def _locate(self, node: Located) -> str:
        """Give a node's line, from 1, and its column in bytes, from 0."""
        before = self._source[: node.pos]
        line_start = before.rfind("\n") + 1
        return f"{before.count(chr(10)) + 1}:{byte_length(before[line_start:])}"
