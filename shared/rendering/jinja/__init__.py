"""Jinja2 templates that run in a sandbox, under limits on their output and their work."""

import re
from collections.abc import Mapping
from typing import Final

import jinja2
from jinja2.exceptions import TemplateError

from shared.rendering.errors import LimitExceeded, TemplateExecutionError, TemplateSyntaxError
from shared.rendering.jinja.compiler import MeteredCodeGenerator, TemplateParser
from shared.rendering.jinja.environment import ENVIRONMENT, Context
from shared.rendering.limits import Limits

# What evaluating an expression can raise; anything else is a bug of ours and should look like one.
_MISTAKES: Final = (
    TemplateError,
    ArithmeticError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)
_LONGEST_MESSAGE: Final = 300


class Template:
    """A compiled template; immutable, so threads may render it at the same time."""

    __slots__ = ("_compiled", "_variables")

    def __init__(self, compiled: jinja2.Template, variables: set[str]) -> None:
        self._compiled = compiled
        self._variables = variables

    def variables(self) -> list[str]:
        """The names the template looks up, whichever path a rendering takes."""
        return sorted(self._variables)

    def render(self, variables: Mapping[str, object], *, limits: Limits) -> str:
        """Raises TemplateExecutionError for a mistake in the template or the variables."""
        context = Context(variables, limits)
        pieces: list[str] = []
        room = limits.output_bytes
        try:
            for piece in self._compiled.root_render_func(context):
                room -= len(piece) if piece.isascii() else len(piece.encode(errors="surrogatepass"))
                if room < 0:
                    raise LimitExceeded(f"the output is larger than {limits.output_bytes} bytes")
                pieces.append(piece)
        except RecursionError as error:
            raise LimitExceeded("the template recurses too deeply") from error
        except MemoryError as error:
            raise LimitExceeded("the template needs too much memory") from error
        except _MISTAKES as error:
            raise TemplateExecutionError(
                f"line {self._line_of(error)}: {_sentence(error)}"
            ) from error
        return "".join(pieces)

    def _line_of(self, error: BaseException) -> int:
        """The line of the template that was running when the error was raised."""
        line, entry = 1, error.__traceback__
        while entry is not None:
            if entry.tb_frame.f_globals.get("__jinja_template__") is self._compiled:
                line = self._compiled.get_corresponding_lineno(entry.tb_lineno)
            entry = entry.tb_next
        return line


def parse(source: str) -> Template:
    """Raises TemplateSyntaxError, whose message tells the line."""
    generator = MeteredCodeGenerator(ENVIRONMENT)
    try:
        python = generator.source(TemplateParser(ENVIRONMENT, source).parse_tree())
        code = compile(python, "<template>", "exec")
    except jinja2.TemplateSyntaxError as error:
        message = _shortened(error.message or "invalid template")
        raise TemplateSyntaxError(f"line {error.lineno}: {message}") from error
    except SyntaxError as error:
        # What only Python's compiler notices: loops nested more than 20 deep, an argument twice.
        line = generator.template_line(error.lineno or 1)
        raise TemplateSyntaxError(f"line {line}: {error.msg}") from error
    except (MemoryError, RecursionError) as error:
        raise TemplateSyntaxError("line 1: the template is nested too deeply") from error
    compiled = jinja2.Template.from_code(ENVIRONMENT, code, {})
    return Template(compiled, generator.undeclared)


def _sentence(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"there is no {error}"
    # Python names a function by the module and class it is in.
    sentence = re.sub(r"(?:[\w<>]+\.)+(\w+\(\))", r"\1", str(error))
    return _shortened(sentence or "the template cannot be rendered")


def _shortened(message: str) -> str:
    return message if len(message) <= _LONGEST_MESSAGE else f"{message[:_LONGEST_MESSAGE]}..."
