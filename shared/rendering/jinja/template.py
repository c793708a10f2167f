"""Compiled Jinja templates, which render under limits and whose errors name the line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import jinja2
from jinja2 import nodes
from jinja2.exceptions import TemplateError, UndefinedError

from ...texts import cut_message, replace_lone_surrogates
from ..errors import (
    EXPRESSION_ERRORS,
    LONGEST_MESSAGE,
    LimitExceededError,
    MissingVariableError,
    TemplateExecutionError,
    TemplateSyntaxError,
    format_error,
)
from ..limits import Usage
from .compiler import MeteredCodeGenerator, TemplateParser
from .context import Context
from .environment import ENVIRONMENT
from .unsupported import find_gap

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..limits import Limits

# The exceptions that an expression can raise; all others are bugs.
_ERRORS: Final = (TemplateError, *EXPRESSION_ERRORS)


def compile_template(source: str) -> Template:
    """Compile a template.

    Raises:
        TemplateSyntaxError: The text is not a template; the message names the line.
    """
    generator = MeteredCodeGenerator(ENVIRONMENT)
    try:
        parser = TemplateParser(ENVIRONMENT, source)
        python = generator.generate_source(parser.parse_tree())
        code = compile(python, "<template>", "exec")
    except jinja2.TemplateSyntaxError as error:
        message = cut_message(error.message or "invalid template", LONGEST_MESSAGE)
        raise TemplateSyntaxError.build(message, error.lineno) from error
    except SyntaxError as error:
        # Errors of Python's compiler: loops nested more than 20 levels deep, repeated arguments.
        line = generator.get_template_line(error.lineno or 1)
        message = cut_message(error.msg, LONGEST_MESSAGE)
        raise TemplateSyntaxError.build(message, line) from error
    except (MemoryError, RecursionError) as error:
        raise TemplateSyntaxError.build("the template is nested too deeply", 1) from error
    template = jinja2.Template.from_code(ENVIRONMENT, code, {})
    gap = find_gap(parser.nodes, generator.undeclared_names)
    required = generator.undeclared_names - _list_optional_names(parser.nodes)
    return Template(template, generator.undeclared_names, required, gap)


class Template:
    """A compiled template; several threads may render it at the same time."""

    __slots__ = ("_gap", "_required", "_template", "_variables")

    def __init__(
        self,
        template: jinja2.Template,
        variables: set[str],
        required: set[str],
        gap: TemplateSyntaxError | None,
    ) -> None:
        self._template = template
        self._variables = sorted(variables)
        self._required = required
        self._gap = gap

    def render(
        self,
        variables: Mapping[str, object],
        *,
        limits: Limits,
        is_strict: bool = False,
        usage: Usage | None = None,
    ) -> str:
        """Render the template with variables.

        Raises:
            MissingVariableError: A variable, or a key of one, is missing; the message names the
                line.
            TemplateExecutionError: The template cannot be rendered with these variables; the
                message names the line.
            LimitExceededError: Rendering exceeds a limit.
        """
        usage = usage or Usage()
        context = Context(ENVIRONMENT, variables, limits, usage)
        pieces: list[str] = []
        remaining = limits.output_bytes - usage.output_bytes
        try:
            for piece in self._template.root_render_func(context):
                remaining -= (
                    len(piece) if piece.isascii() else len(piece.encode(errors="surrogatepass"))
                )
                if remaining < 0:
                    raise limits.build_output_error()
                pieces.append(piece)
        except RecursionError as error:
            raise LimitExceededError("the template is nested too deeply; simplify it") from error
        except MemoryError as error:
            raise LimitExceededError("the template needs too much memory; simplify it") from error
        except _ERRORS as error:
            line = context.line or self._get_line(error)
            is_missing = isinstance(error, UndefinedError)
            kind = MissingVariableError if is_missing else TemplateExecutionError
            raise kind.build(_format_error(error), line) from error
        usage.steps = context.meter.steps
        usage.output_bytes = limits.output_bytes - remaining
        # Jinja has escapes and formats that make lone surrogates.
        return replace_lone_surrogates("".join(pieces))

    def list_variables(self) -> list[str]:
        """List the names that the template looks up in any rendering, sorted."""
        return self._variables.copy()

    def list_required_variables(self) -> list[str]:
        """List the names that nowhere have a default, or a test whether they are defined."""
        return sorted(self._required)

    def list_missing(self, variables: Mapping[str, object]) -> list[str]:
        """List the names that the template looks up and that have no value, sorted."""
        return [name for name in self._variables if name not in variables]

    def find_gap(self) -> TemplateSyntaxError | None:
        """Find the first thing that Jinja has and this engine has not, as an error."""
        return self._gap

    def _get_line(self, error: BaseException) -> int:
        """Return the line of the template in which the error was raised."""
        line, entry = 1, error.__traceback__
        while entry is not None:
            if entry.tb_frame.f_globals.get("__jinja_template__") is self._template:
                line = self._template.get_corresponding_lineno(entry.tb_lineno)
            entry = entry.tb_next
        return line


def _list_optional_names(tree: Iterable[nodes.Node]) -> set[str]:
    """List the names that a template gives a default, or asks whether they are defined."""
    names = set()
    for node in tree:
        match node:
            case (
                nodes.Filter(name="default" | "d", node=nodes.Name(name=name))
                | nodes.Test(name="defined" | "undefined", node=nodes.Name(name=name))
            ):
                names.add(name)
    return names


def _format_error(error: Exception) -> str:
    # Python's messages contain the module and the class of a function.
    return re.sub(r"(?:[\w<>]+\.)+(\w+\(\))", r"\1", format_error(error))
