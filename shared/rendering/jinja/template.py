"""Compiled Jinja templates, which render under limits and whose errors name the line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import jinja2
from jinja2.exceptions import TemplateError

from ..errors import LimitExceededError, TemplateExecutionError, TemplateSyntaxError
from .compiler import MeteredCodeGenerator, TemplateParser
from .context import Context
from .environment import ENVIRONMENT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..limits import Limits

# The exceptions that an expression can raise; all others are bugs.
_ERRORS: Final = (
    TemplateError,
    ArithmeticError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)
_LONGEST_MESSAGE: Final = 300


def compile_template(source: str) -> Template:
    """Compile a template.

    Raises:
        TemplateSyntaxError: The text is not a template; the message names the line.
    """
    generator = MeteredCodeGenerator(ENVIRONMENT)
    try:
        python = generator.generate_source(TemplateParser(ENVIRONMENT, source).parse_tree())
        code = compile(python, "<template>", "exec")
    except jinja2.TemplateSyntaxError as error:
        message = _shorten(error.message or "invalid template")
        raise TemplateSyntaxError(f"line {error.lineno}: {message}") from error
    except SyntaxError as error:
        # Errors of Python's compiler: loops nested more than 20 levels deep, repeated arguments.
        line = generator.get_template_line(error.lineno or 1)
        raise TemplateSyntaxError(f"line {line}: {error.msg}") from error
    except (MemoryError, RecursionError) as error:
        raise TemplateSyntaxError("line 1: the template is nested too deeply") from error
    template = jinja2.Template.from_code(ENVIRONMENT, code, {})
    return Template(template, generator.undeclared_names)


class Template:
    """A compiled template; several threads may render it at the same time."""

    __slots__ = ("_template", "_variables")

    def __init__(self, template: jinja2.Template, variables: set[str]) -> None:
        self._template = template
        self._variables = variables

    def render(self, variables: Mapping[str, object], *, limits: Limits) -> str:
        """Render the template with variables.

        Raises:
            TemplateExecutionError: The template cannot be rendered with these variables; the
                message names the line.
            LimitExceededError: Rendering exceeds a limit.
        """
        context = Context(ENVIRONMENT, variables, limits)
        pieces: list[str] = []
        remaining = limits.output_bytes
        try:
            for piece in self._template.root_render_func(context):
                remaining -= (
                    len(piece) if piece.isascii() else len(piece.encode(errors="surrogatepass"))
                )
                if remaining < 0:
                    raise LimitExceededError(
                        f"the output is larger than {limits.output_bytes} bytes; shorten it"
                    )
                pieces.append(piece)
        except RecursionError as error:
            raise LimitExceededError("the template is nested too deeply; simplify it") from error
        except MemoryError as error:
            raise LimitExceededError("the template needs too much memory; simplify it") from error
        except _ERRORS as error:
            raise TemplateExecutionError(
                f"line {self._get_line(error)}: {_format_error(error)}"
            ) from error
        return "".join(pieces)

    def list_variables(self) -> list[str]:
        """List the names that the template looks up in any rendering, sorted."""
        return sorted(self._variables)

    def _get_line(self, error: BaseException) -> int:
        """Return the line of the template in which the error was raised."""
        line, entry = 1, error.__traceback__
        while entry is not None:
            if entry.tb_frame.f_globals.get("__jinja_template__") is self._template:
                line = self._template.get_corresponding_lineno(entry.tb_lineno)
            entry = entry.tb_next
        return line


def _format_error(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"there is no {error}"
    # Python's messages contain the module and the class of a function.
    message = re.sub(r"(?:[\w<>]+\.)+(\w+\(\))", r"\1", str(error))
    return _shorten(message or "the template cannot be rendered")


def _shorten(message: str) -> str:
    return message if len(message) <= _LONGEST_MESSAGE else f"{message[:_LONGEST_MESSAGE]}..."
