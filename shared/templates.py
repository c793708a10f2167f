"""Templates of contents, under the deployment's limits and with the engines' errors as problems."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from shared import exact_json
from shared.conversations import is_placeholder
from shared.problems import MAX_DETAILS, InvalidTemplate, LimitReached, TemplateFailed
from shared.rendering.engines import COMPILERS, compile_template
from shared.rendering.errors import (
    LimitExceededError,
    MissingVariableError,
    TemplateExecutionError,
    TemplateSyntaxError,
)
from shared.rendering.limits import Limits, Usage, check_tokens
from shared.settings import is_started_ahead
from shared.texts import excerpt

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shared.domain.content import Content, Document
    from shared.rendering.engines import Template
    from shared.settings import Settings


USUAL_ENGINE = "go"  # of prompts that the native dialect creates


@cache
def load_engines() -> None:
    """Load engines while a function starts: all where no caller waits, else the usual one."""
    for engine in COMPILERS if is_started_ahead() else [USUAL_ENGINE]:
        COMPILERS[engine]("", ())


def build_limits(settings: Settings) -> Limits:
    """Build the limits of an engine from a deployment's settings."""
    return Limits(
        template_bytes=settings.template_bytes,
        output_bytes=settings.output_bytes,
        steps=settings.render_steps,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """What a content was rendered to.

    Attributes:
        text: The text; of a conversation its texts, without those of placeholders.
        messages: The messages; None for a template, and for a conversation that is one text.
        missing: The variables that its texts use and that had no value, sorted.
    """

    text: str
    messages: Sequence[Document] | None
    missing: list[str]


def check_template(content: Content, settings: Settings) -> None:
    """Check that the texts of a content are templates in their language, and can be rendered.

    Raises:
        InvalidTemplate: A text is not a template, or has something that its engine leaves out.
            The details suggest what to write where the text looks like another engine's.
        LimitReached: A text is too large for a template.
    """
    for template in _compile_all(content, build_limits(settings)):
        if gap := template.find_gap():
            # Texts that were stored before are rendered as far as they get.
            raise InvalidTemplate(f"invalid template: {gap}")


def is_template(content: Content, settings: Settings) -> bool:
    """Tell whether the texts of a content are templates in their language."""
    try:
        check_template(content, settings)
    except (InvalidTemplate, LimitReached):
        return False
    return True


def render(
    content: Content,
    variables: Mapping[str, Any],
    settings: Settings,
    *,
    histories: Mapping[str, list[Document]] | None = None,
    is_strict: bool = False,
) -> Rendering:
    """Render each text of a content, under limits that all of them share.

    Args:
        content: The content.
        variables: Values by name.
        settings: The settings of the deployment.
        histories: The messages for its placeholders, by their names.
        is_strict: Whether a missing variable is an error, as it always is in Go and Jinja.

    Raises:
        TemplateFailed: A text is not a template, or cannot be rendered with these variables. The
            details name all that are missing.
        LimitReached: A text is too large, the output is too large, or it takes too many steps.
    """
    limits, usage = build_limits(settings), Usage()
    try:
        templates = _compile_all(content, limits)
    except InvalidTemplate as error:
        # The other dialects store texts that are not templates.
        raise TemplateFailed(
            f"template execution failed: {error.__cause__}", details=error.details
        ) from error
    histories = histories or {}
    is_conversation = content.messages is not None and not content.is_one_text
    names = content.placeholder_names if is_conversation else ()
    placeholders = [name for name in dict.fromkeys(names) if name not in histories]
    try:
        texts = [
            template.render(variables, limits=limits, is_strict=is_strict, usage=usage)
            for template in templates
        ]
    except TemplateExecutionError as error:
        absent = set[str]()
        if isinstance(error, MissingVariableError):
            for template in templates:
                absent |= {*template.list_required_variables()} & {
                    *template.list_missing(variables)
                }
        raise TemplateFailed(
            f"template execution failed: {error}",
            details=[
                _dump_missing_variable(name)
                for name in [*sorted(absent), *placeholders][:MAX_DETAILS]
            ],
        ) from error
    except LimitExceededError as error:
        raise LimitReached(f"template execution failed: {error}") from error
    if placeholders:
        raise TemplateFailed(
            "template execution failed: a placeholder has no messages; send a list of messages in "
            "the variable of its name",
            details=[_dump_missing_variable(name) for name in placeholders[:MAX_DETAILS]],
        )
    missing = sorted({name for one in templates for name in one.list_missing(variables)})
    if not is_conversation:
        return Rendering(text=texts[0], messages=None, missing=missing)
    results = iter(texts)
    content = content.map_texts(lambda text: next(results))
    _check_size(content, histories, limits, usage)
    return Rendering(
        text=content.text, messages=_fill_placeholders(content, histories), missing=missing
    )


def _check_size(
    content: Content, histories: Mapping[str, list[Document]], limits: Limits, usage: Usage
) -> None:
    """Check the size of a conversation before its placeholders are filled.

    A short one can have many placeholders of one name, and a long list for it.

    Raises:
        LimitReached: It would be too large, or take too many steps.
    """
    for name, count in Counter(content.placeholder_names).items():
        messages = histories[name]
        usage.steps += count * (1 + len(messages))
        usage.output_bytes += count * len(exact_json.encode(messages).encode())
        if usage.steps > limits.steps or usage.output_bytes > limits.output_bytes:
            raise LimitReached(
                f"template execution failed: with the messages for {excerpt(name)} the output "
                f"would be larger than {limits.output_bytes} bytes, or take more than "
                f"{limits.steps} steps; send fewer"
            )


def _fill_placeholders(
    content: Content, histories: Mapping[str, list[Document]]
) -> Sequence[Document]:
    """Replace each placeholder by the messages for it."""
    messages: list[Document] = []
    for message in content.messages or ():
        if is_placeholder(message):
            messages += histories[str(message.get("name"))]
        else:
            messages.append(message)
    return messages


def list_variables(content: Content, settings: Settings) -> list[str]:
    """List what a rendering may be given: variables of the texts, and names of placeholders.

    Raises:
        InvalidTemplate: A text is not a template.
        LimitReached: A text is too large for a template.
    """
    return sorted({*_list_text_variables(content, settings), *content.placeholder_names})


def _list_text_variables(content: Content, settings: Settings) -> set[str]:
    templates = _compile_all(content, build_limits(settings))
    return {name for template in templates for name in template.list_variables()}


def find_variables(content: Content, settings: Settings) -> list[str]:
    """List the variables that the texts may use; none if one of them is not a template.

    Texts of literals and plain references, which most are, are read without loading an engine.
    """
    from shared.rendering.translation import parse_pieces

    names = content.own_names
    pieces = [parse_pieces(text, content.engine, names) for text in content.texts]
    if None not in pieces:
        references = (
            piece for part in pieces for piece in part or () if not isinstance(piece, str)
        )
        return sorted({reference.path[0] for reference in references})
    try:
        return sorted(_list_text_variables(content, settings))
    except (InvalidTemplate, LimitReached):
        return []


def _compile_all(content: Content, limits: Limits) -> list[Template]:
    if content.is_one_text:
        return [_compile(content.text, content, limits)]
    texts = content.numbered_texts
    try:
        check_tokens([text for _, text in texts], content.engine)
    except LimitExceededError as error:
        raise LimitReached(f"template execution failed: {error}") from error
    templates = []
    for number, text in texts:
        try:
            templates.append(_compile(text, content, limits))
        except InvalidTemplate as problem:
            if number is not None:
                problem.message = f"{problem.message} (in messages[{number}])"
            raise
    return templates


def _compile(text: str, content: Content, limits: Limits) -> Template:
    try:
        return compile_template(text, engine=content.engine, limits=limits, names=content.own_names)
    except TemplateSyntaxError as error:
        from shared.rendering.suggestions import suggest_other_engine

        suggestion = suggest_other_engine(text, engine=content.engine)
        raise InvalidTemplate(
            f"invalid template: {error}",
            details=[{"path": "template", "message": suggestion}] if suggestion else (),
        ) from error
    except LimitExceededError as error:
        raise LimitReached(f"template execution failed: {error}") from error


def _dump_missing_variable(name: str) -> dict[str, str]:
    path = f"variables.{excerpt(name)}"
    return {"path": path, "message": f"{path} is missing; the template uses it"}
