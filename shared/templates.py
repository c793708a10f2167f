"""Templates of contents, under the deployment's limits and with the engines' errors as problems."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from shared import exact_json
from shared.conversations import is_placeholder
from shared.domain.content import MESSAGES, TEMPLATE
from shared.problems import MAX_DETAILS, InvalidTemplate, LimitReached, TemplateFailed
from shared.rendering.engines import COMPILERS, compile_template
from shared.rendering.errors import (
    LimitExceededError,
    MissingVariableError,
    TemplateError,
    TemplateExecutionError,
    TemplateSyntaxError,
)
from shared.rendering.limits import Limits, Usage, check_tokens
from shared.settings import is_started_ahead
from shared.texts import excerpt

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from shared.domain.content import Content, Document, Engine
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
    for _, problem in find_problems(content, settings):
        raise problem


def find_problems(
    content: Content, settings: Settings
) -> Iterator[tuple[str, InvalidTemplate | LimitReached]]:
    """Find what is wrong with each text of a content, for which `check_template` refuses it.

    Yields:
        The path of a text, and its problem.
    """
    limits = build_limits(settings)
    try:
        texts = _list_texts(content)
    except LimitReached as problem:
        yield MESSAGES, problem
        return
    for path, text in texts:
        try:
            gap = _compile(path, text, content, limits).find_gap()
        except (InvalidTemplate, LimitReached) as problem:
            yield path, problem
        else:
            # Texts that were stored before are rendered as far as they get.
            if gap is not None:
                yield path, _build_problem(gap, path, text, content)


def recognise_engine(content: Content, settings: Settings) -> Engine:
    """Find the engine of texts whose engine nobody has chosen.

    Where their markup may be that of several, it is the first in which they are templates.
    """
    from shared.rendering.recognition import list_candidates

    names = {item["name"] for item in content.inputs or ()}
    first, *others = (
        replace(content, engine=cast("Engine", engine))
        for engine in list_candidates(content.texts, names)
    )
    if not others:
        return first.engine
    return next((each for each in (first, *others) if is_template(each, settings)), first).engine


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
            f"template execution failed: {error.__cause__}",
            details=error.details,
            reason=error.reason,
        ) from error
    histories = histories or {}
    is_conversation = content.messages is not None and not content.is_one_text
    names = content.placeholder_names if is_conversation else ()
    placeholders = [name for name in dict.fromkeys(names) if name not in histories]
    texts: list[str] = []
    try:
        for _, template in templates:
            texts.append(
                template.render(variables, limits=limits, is_strict=is_strict, usage=usage)
            )
    except TemplateExecutionError as error:
        absent = set[str]()
        if isinstance(error, MissingVariableError):
            for _, template in templates:
                absent |= {*template.list_required_variables()} & {
                    *template.list_missing(variables)
                }
        missing = [*sorted(absent), *placeholders]
        place = [] if missing else [_dump_place(templates[len(texts)][0], error)]
        raise TemplateFailed(
            f"template execution failed: {error}",
            details=place or [_dump_missing_variable(name) for name in missing[:MAX_DETAILS]],
            reason=error.reason,
            missing=missing,
        ) from error
    except LimitExceededError as error:
        raise _build_limit_problem(error, templates[len(texts)][0]) from error
    if placeholders:
        raise TemplateFailed(
            "template execution failed: a placeholder has no messages; send a list of messages in "
            "the variable of its name",
            details=[_dump_missing_variable(name) for name in placeholders[:MAX_DETAILS]],
            missing=placeholders,
        )
    missing = sorted({name for _, one in templates for name in one.list_missing(variables)})
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
    return {name for _, template in templates for name in template.list_variables()}


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


def find_readable_variables(content: Content, settings: Settings) -> list[str]:
    """List what a rendering may be given, as `list_variables` does, of texts that are templates.

    Of texts that are too large together, none is read.
    """
    try:
        _list_texts(content)
    except LimitReached:
        return sorted(content.placeholder_names)
    names = {
        name
        for text in {*content.texts}
        for name in find_variables(replace(content, template=text, messages=None), settings)
    }
    return sorted(names.union(content.placeholder_names))


def _compile_all(content: Content, limits: Limits) -> list[tuple[str, Template]]:
    """Compile the texts of a content.

    Returns:
        The templates, each with the path of its text.

    Raises:
        InvalidTemplate: A text is not a template.
        LimitReached: A text is too large for a template, or all together are.
    """
    texts = _list_texts(content)
    return [(path, _compile(path, text, content, limits)) for path, text in texts]


def _list_texts(content: Content) -> list[tuple[str, str]]:
    """List the texts that are templates, each with its path.

    Raises:
        LimitReached: They have too many tokens together.
    """
    if content.is_one_text:
        return [(MESSAGES, content.text)]
    texts = content.placed_texts
    try:
        check_tokens([text for _, text in texts], content.engine)
    except LimitExceededError as error:
        raise _build_limit_problem(error, MESSAGES) from error
    return texts


def _compile(path: str, text: str, content: Content, limits: Limits) -> Template:
    try:
        return compile_template(text, engine=content.engine, limits=limits, names=content.own_names)
    except TemplateSyntaxError as error:
        raise _build_problem(error, path, text, content) from error
    except LimitExceededError as error:
        raise _build_limit_problem(error, path) from error


def _build_problem(
    error: TemplateSyntaxError, path: str, text: str, content: Content
) -> InvalidTemplate:
    from shared.rendering.suggestions import suggest_other_engine

    suggestion = suggest_other_engine(text, engine=content.engine)
    where = "" if path == TEMPLATE or content.is_one_text else f" (in {path})"
    return InvalidTemplate(
        f"invalid template: {error}{where}",
        details=[_dump_place(path, error, suggestion)],
        reason=error.reason,
    )


def _build_limit_problem(error: LimitExceededError, path: str) -> LimitReached:
    return LimitReached(
        f"template execution failed: {error}",
        details=[_dump_place(path, error)],
        reason=error.reason,
    )


def _dump_place(path: str, error: TemplateError, suggestion: str | None = None) -> dict[str, Any]:
    """Dump where an error is in a text, as far as its engine knows, and what to do."""
    place = {"line": error.line, "column": error.column}
    return {
        "path": path,
        **{name: number for name, number in place.items() if number is not None},
        "message": suggestion or error.reason,
    }


def _dump_missing_variable(name: str) -> dict[str, str]:
    path = f"variables.{excerpt(name)}"
    return {"path": path, "message": f"{path} is missing; the template uses it"}
