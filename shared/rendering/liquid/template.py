"""Compiled Liquid templates, which render under limits and whose errors name the line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from liquid import BoundTemplate, Environment
from liquid.exceptions import LiquidError, UndefinedError

from ...texts import excerpt, locate, replace_lone_surrogates
from ..errors import (
    EXPRESSION_ERRORS,
    LimitExceededError,
    MissingVariableError,
    TemplateError,
    TemplateExecutionError,
    TemplateSyntaxError,
    format_error,
)
from ..limits import Usage
from .context import Buffer, Context
from .expressions import meter_tree
from .meter import Meter
from .scanner import check_source

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..limits import Limits

    Error = TypeVar("Error", bound=TemplateError)

# What filters and expressions raise; all others are bugs.
_ERRORS: Final = (LiquidError, *EXPRESSION_ERRORS)


class _BoundTemplate(BoundTemplate):
    """The library's template, without the variable `partial` that it sets itself."""

    def make_partial_namespace(
        self, partial: bool, render_args: Mapping[str, object]
    ) -> Mapping[str, object]:
        return render_args


class _Environment(Environment):
    """The library's environment as LangWatch's client makes it, without tags that include files."""

    template_class = _BoundTemplate

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        super().setup_tags_and_filters(extra=extra)
        # There is nothing to include; LangWatch's client for TypeScript would read its files.
        for name in ("include", "render"):
            del self.tags[name]


_ENVIRONMENT: Final = _Environment()


def compile_template(source: str) -> Template:
    """Compile a template.

    Raises:
        TemplateSyntaxError: The text is not a template; the message names the line.
        LimitExceededError: The text has too many tokens, or its expressions are too long.
    """
    source = replace_lone_surrogates(source)
    check_source(source)
    try:
        template = _ENVIRONMENT.from_string(source)
        meter_tree(template.nodes)
        analysis = template.analyze(include_partials=False)
    except (MemoryError, RecursionError) as error:
        raise TemplateSyntaxError.build("the template is nested too deeply", 1) from error
    except LiquidError as error:
        if isinstance(error.__cause__, RecursionError):
            raise TemplateSyntaxError.build("the template is nested too deeply", 1) from error
        raise _build_error(TemplateSyntaxError, error, source) from error
    unknown = [name for name in analysis.filters if name not in _ENVIRONMENT.filters]
    gap = None
    if unknown:
        place, name = min((analysis.filters[name][0].index, name) for name in unknown)
        reason = f"there is no filter {excerpt(name)!r}"
        gap = TemplateSyntaxError.build(reason, *locate(source, place))
    return Template(template, source, sorted(analysis.globals), gap)


class Template:
    """A compiled template; several threads may render it at the same time."""

    __slots__ = ("_gap", "_source", "_template", "_variables")

    def __init__(
        self,
        template: BoundTemplate,
        source: str,
        variables: list[str],
        gap: TemplateSyntaxError | None,
    ) -> None:
        self._gap: Final = gap
        self._template: Final = template
        self._source: Final = source
        self._variables: Final = variables

    def render(
        self,
        variables: Mapping[str, object],
        *,
        limits: Limits,
        is_strict: bool = False,
        usage: Usage | None = None,
    ) -> str:
        """Render the template with variables; without a value a variable prints nothing.

        Raises:
            MissingVariableError: A variable, or a key of one, is missing, and the rendering is
                strict; the message names the line.
            TemplateExecutionError: The template cannot be rendered with these variables; the
                message names the line.
            LimitExceededError: Rendering exceeds a limit.
        """
        usage = usage or Usage()
        meter = Meter(limits, usage)
        context = Context(self._template, variables, meter, is_strict=is_strict)
        output = Buffer(meter)
        try:
            self._template.render_with_context(context, output)
        except (MemoryError, RecursionError) as error:
            raise LimitExceededError("the template needs too much memory; simplify it") from error
        except _ERRORS as error:
            is_missing = isinstance(error, UndefinedError)
            kind = MissingVariableError if is_missing else TemplateExecutionError
            raise _build_error(kind, error, self._source) from error
        text = replace_lone_surrogates(output.getvalue())
        usage.steps = meter.steps
        usage.output_bytes += len(text) if text.isascii() else len(text.encode())
        if usage.output_bytes > limits.output_bytes:
            raise limits.build_output_error()
        return text

    def list_variables(self) -> list[str]:
        """List the names of the variables that rendering may look up, sorted."""
        return [*self._variables]

    def list_required_variables(self) -> list[str]:
        """List the names of the variables that rendering may look up, sorted."""
        return self.list_variables()

    def list_missing(self, variables: Mapping[str, object]) -> list[str]:
        """List the names of variables that may be looked up and have no value, sorted."""
        return [name for name in self._variables if name not in variables]

    def find_gap(self) -> TemplateSyntaxError | None:
        """Find the first filter that there is not, which fails only where it is used."""
        return self._gap


def _build_error(kind: type[Error], error: Exception, source: str) -> Error:
    token = message = None
    if isinstance(error, LiquidError):
        # The whole text of the library's error repeats the line.
        token, message = error.token, str(error.message or "")
    place = locate(source, max(0, token.start_index)) if token else (1, None)
    return kind.build(format_error(error, message), *place)
