"""Templates of contents, under the deployment's limits and with the engines' errors as problems."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shared.problems import MAX_DETAILS, InvalidTemplate, LimitReached, TemplateFailed
from shared.rendering.engines import compile_template
from shared.rendering.errors import (
    LimitExceededError,
    MissingVariableError,
    TemplateExecutionError,
    TemplateSyntaxError,
)
from shared.rendering.limits import Limits
from shared.rendering.suggestions import suggest_other_engine
from shared.texts import excerpt

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    """Check that the text of a content is a template in its language, and can be rendered.

    Raises:
        InvalidTemplate: The text is not a template, or has something that its engine leaves out.
            The details suggest what to write where the text looks like the other engine's.
        LimitReached: The text is too large for a template.
    """
    if gap := _compile(content, settings).find_gap():
        # Texts that were stored before are rendered as far as they get.
        raise InvalidTemplate(f"invalid template: {gap}")


def render(content: Content, variables: Mapping[str, Any], settings: Settings) -> str:
    """Render the text of a content.

    Raises:
        TemplateFailed: The text is not a template, or cannot be rendered with these variables. The
            details name all that are missing.
        LimitReached: The text is too large, its output is too large, or it takes too many steps.
    """
    try:
        template = _compile(content, settings)
    except InvalidTemplate as error:
        # The other dialects store texts that are not templates.
        raise TemplateFailed(
            f"template execution failed: {error.__cause__}", details=error.details
        ) from error
    try:
        return template.render(variables, limits=build_limits(settings))
    except TemplateExecutionError as error:
        missing = (
            [name for name in template.list_required_variables() if name not in variables]
            if isinstance(error, MissingVariableError)
            else []
        )
        raise TemplateFailed(
            f"template execution failed: {error}",
            details=[_dump_missing_variable(name) for name in missing[:MAX_DETAILS]],
        ) from error
    except LimitExceededError as error:
        raise LimitReached(f"template execution failed: {error}") from error


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
    try:
        return compile_template(content.text, engine=content.engine, limits=build_limits(settings))
    except TemplateSyntaxError as error:
        suggestion = suggest_other_engine(content.text, engine=content.engine)
        raise InvalidTemplate(
            f"invalid template: {error}",
            details=[{"path": "template", "message": suggestion}] if suggestion else (),
        ) from error
    except LimitExceededError as error:
        raise LimitReached(f"template execution failed: {error}") from error


def _dump_missing_variable(name: str) -> dict[str, str]:
    path = f"variables.{excerpt(name)}"
    return {"path": path, "message": f"{path} is missing; the template uses it"}
