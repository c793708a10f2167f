"""Templates of contents, under the deployment's limits and with the engines' errors as problems."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from shared.problems import InvalidTemplate, LimitReached, TemplateFailed
from shared.rendering.engines import compile_template
from shared.rendering.errors import LimitExceededError, TemplateExecutionError, TemplateSyntaxError
from shared.rendering.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from shared.domain.content import Content
    from shared.rendering.engines import Template
    from shared.settings import Settings


def build_limits(settings: Settings) -> Limits:
    """Build the limits of an engine from a deployment's settings."""
    return Limits(
        template_bytes=settings.template_bytes,
        output_bytes=settings.output_bytes,
        steps=settings.render_steps,
    )


def check_template(content: Content, settings: Settings) -> None:
    """Check that the text of a content is a template in its language.

    Raises:
        InvalidTemplate: The text is not a template.
        LimitReached: The text is too large for a template.
    """
    _compile(content, settings)


def render(content: Content, variables: Mapping[str, Any], settings: Settings) -> str:
    """Render the text of a content.

    Raises:
        TemplateFailed: The text is not a template, or cannot be rendered with these variables.
        LimitReached: The text is too large, its output is too large, or it takes too many steps.
    """
    try:
        template = _compile(content, settings)
    except InvalidTemplate as error:
        # The other dialects store texts that are not templates.
        raise TemplateFailed(f"template execution failed: {error.__cause__}") from error
    with _translate_errors():
        return template.render(variables, limits=build_limits(settings))


def list_variables(content: Content, settings: Settings) -> list[str]:
    """List the variables that a template may use, without rendering it.

    Raises:
        InvalidTemplate: The text is not a template.
        LimitReached: The text is too large for a template.
    """
    return _compile(content, settings).list_variables()


def find_variables(content: Content, settings: Settings) -> list[str]:
    """List the variables that a template may use; none if the text is not a template."""
    try:
        return list_variables(content, settings)
    except (InvalidTemplate, LimitReached):
        return []


def _compile(content: Content, settings: Settings) -> Template:
    with _translate_errors():
        return compile_template(content.text, engine=content.engine, limits=build_limits(settings))


@contextmanager
def _translate_errors() -> Iterator[None]:
    try:
        yield
    except TemplateSyntaxError as error:
        raise InvalidTemplate(f"invalid template: {error}") from error
    except TemplateExecutionError as error:
        raise TemplateFailed(f"template execution failed: {error}") from error
    except LimitExceededError as error:
        raise LimitReached(f"template execution failed: {error}") from error
