"""What the contents of several products have in common, in the words of the service."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeVar

from .items import Document, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .items import Losses

Kind = TypeVar("Kind")
KINDS: dict[type, str] = {str: "a text", dict: "an object", list: "a list", int: "a number"}
# Parameters of models that other products name differently.
PARAMETERS = {
    "max_output_tokens": "max_tokens",
    "stop_sequences": "stop",
}
# Parameters that are taken from where anything can stand.
COMMON_PARAMETERS = frozenset(
    {
        "frequency_penalty",
        "logit_bias",
        "logprobs",
        "max_completion_tokens",
        "max_tokens",
        "min_p",
        "n",
        "parallel_tool_calls",
        "presence_penalty",
        "reasoning",
        "reasoning_effort",
        "repetition_penalty",
        "seed",
        "stop",
        "temperature",
        "tool_choice",
        "top_k",
        "top_logprobs",
        "top_p",
        "verbosity",
    }
)


def take(document: Mapping[str, Any], field: str, kind: type[Kind], default: Kind) -> Kind:
    """Take a field of a document.

    Args:
        document: The document.
        field: The name of the field.
        kind: What it must be, where it has a value.
        default: What it is without a value.

    Raises:
        UnreadableError: It is something else.
    """
    value = document.get(field)
    if value is None:
        return default
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise UnreadableError(f"{field} is not {KINDS[kind]}")
    return value


def take_objects(document: Mapping[str, Any], field: str) -> list[Document]:
    """Take a field that is a list of objects; an empty list if it has no value.

    Raises:
        UnreadableError: It is something else.
    """
    values = take(document, field, list, [])
    if not all(isinstance(value, dict) for value in values):
        raise UnreadableError(f"{field} is not a list of objects")
    return values


def take_texts(document: Mapping[str, Any], field: str) -> tuple[str, ...]:
    """Take a field that is a list of texts; none if it has no value.

    Raises:
        UnreadableError: It is something else.
    """
    values = take(document, field, list, [])
    if not all(isinstance(value, str) for value in values):
        raise UnreadableError(f"{field} is not a list of texts")
    return (*dict.fromkeys(values),)


def take_name(document: Mapping[str, Any], field: str = "name") -> str:
    """Take a name, which must be there.

    Raises:
        UnreadableError: It is missing, or no text.
    """
    name = take(document, field, str, "").strip()
    if not name:
        raise UnreadableError(f"{field} is missing")
    return name


def join_model(provider: str | None, model: str | None) -> str | None:
    """Join the names of a provider and of its model, as in `openai/gpt-4o`.

    Returns:
        The name as the service keeps it; None without one.
    """
    model = (model or "").strip()
    return (f"{provider}/{model}".strip() if provider else model) if model else None


def rename_parameters(parameters: Mapping[str, Any]) -> Document:
    """Rename parameters of a model, such as `maxOutputTokens` to `max_tokens`.

    Returns:
        Those that have a value.
    """
    names = {name: re.sub(r"(?<=[a-z0-9])[A-Z]", r"_\g<0>", name).lower() for name in parameters}
    return {
        PARAMETERS.get(names[name], names[name]): value
        for name, value in parameters.items()
        if value is not None
    }


def take_response_format(parameters: Document, losses: Losses, path: str) -> Document | None:
    """Take the response format out of parameters, in the form in which the service keeps it.

    Args:
        parameters: The parameters, which have none afterwards.
        losses: Notes one that has no equivalent.
        path: Where the parameters are, for that.
    """
    match parameters.pop("response_format", None):
        case {"type": "json_schema", "json_schema": {"schema": dict(schema), **others}}:
            return build_response_format(schema, others)
        case {"type": "json_object"}:
            return {"type": "json_object"}
        case None | {"type": "text"}:
            return None
    losses.note(f"{path}response_format")
    return None


def build_response_format(schema: Document, others: Mapping[Any, Any] | None = None) -> Document:
    """Build a response format in the form in which the service keeps it.

    Args:
        schema: The JSON schema of what the model must produce.
        others: Its `name`, `description` and `strict`, as far as there are any.
    """
    others = others or {}
    name = others.get("name")
    named_schema: Document = {"name": name if isinstance(name, str) and name else "output"}
    named_schema |= {field: others[field] for field in ("description", "strict") if field in others}
    return {"type": "json_schema", "json_schema": {**named_schema, "schema": schema}}


def build_tool(
    name: str, description: Any = None, schema: Any = None, *, strict: Any = None
) -> Document:
    """Build a tool in OpenAI's format, of the fields that have a value."""
    function = {"name": name, "description": description, "parameters": schema, "strict": strict}
    return {
        "type": "function",
        "function": {field: value for field, value in function.items() if value is not None},
    }


def is_tool(value: Any) -> bool:
    """Tell whether a value is a tool in OpenAI's format."""
    function = value.get("function") if isinstance(value, dict) else None
    return isinstance(function, dict) and isinstance(function.get("name"), str)


def build_content(engine: str, messages: Sequence[Document], **fields: Any) -> Document:
    """Build the content of a version: a template of a system message alone, else a conversation.

    Args:
        engine: The language of the texts.
        messages: The messages.
        fields: Other fields of the content; those that are empty are left out.

    Raises:
        UnreadableError: There is no text.
    """
    content: Document = {"engine": engine}
    content |= {name: value for name, value in fields.items() if value not in (None, {}, [])}
    match messages:
        case [{"role": "system", "content": str(text), **others}] if not others:
            return {**content, "template": require_text(text)}
        case []:
            raise UnreadableError("it has no messages")
    return {**content, "messages": [*messages]}


def require_text(text: str) -> str:
    """Require that a template has a text.

    Raises:
        UnreadableError: It is empty.
    """
    if not text:
        raise UnreadableError("its text is empty, which a version here cannot be")
    return text
