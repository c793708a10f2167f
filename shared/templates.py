"""Templates under this deployment's limits: the engines' errors become ours here."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from shared import rendering
from shared.domain.content import Content
from shared.errors import InvalidTemplate, LimitReached, TemplateFailed
from shared.rendering.errors import LimitExceeded, TemplateExecutionError, TemplateSyntaxError
from shared.rendering.limits import Limits
from shared.settings import Settings


def limits(settings: Settings) -> Limits:
    return Limits(
        template_bytes=settings.template_bytes,
        output_bytes=settings.output_bytes,
        steps=settings.render_steps,
    )


def check(content: Content, settings: Settings) -> None:
    """Raises InvalidTemplate; LimitReached."""
    _compiled(content, settings)


def render(content: Content, variables: Mapping[str, Any], settings: Settings) -> str:
    """Raises TemplateFailed, where the text is no template too; LimitReached."""
    try:
        template = _compiled(content, settings)
    except InvalidTemplate as error:
        # Only the native dialect insists on a template that parses.
        raise TemplateFailed(f"template execution failed: {error.__cause__}") from error
    with _errors():
        return template.render(variables, limits=limits(settings))


def variables(content: Content, settings: Settings) -> list[str]:
    """The names that the template may ask for, found without running it. Raises InvalidTemplate."""
    return _compiled(content, settings).variables()


def _compiled(content: Content, settings: Settings) -> rendering.Template:
    with _errors():
        return rendering.compile(content.text, engine=content.engine, limits=limits(settings))


@contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except TemplateSyntaxError as error:
        raise InvalidTemplate(f"invalid template: {error}") from error
    except TemplateExecutionError as error:
        raise TemplateFailed(f"template execution failed: {error}") from error
    except LimitExceeded as error:
        raise LimitReached(f"template execution failed: {error}") from error
