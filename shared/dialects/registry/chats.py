"""Conversations in the native dialect: their messages, tools, inputs and response format."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shared.conversations import is_placeholder
from shared.dialects.lenses import Lens, Lenses
from shared.domain import outputs
from shared.domain.checks import MAX_ITEMS, check_document
from shared.problems import InvalidRequest, TemplateFailed
from shared.texts import excerpt

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shared.domain.content import Content, Document
    from shared.settings import Settings

ROLES = ("system", "developer", "user", "assistant", "tool")
SETTINGS: Any = None  # this dialect's lens needs none


def load_messages(value: Any) -> list[Document]:
    """Load messages in OpenAI's format, in which every field is kept.

    A placeholder, `{"type": "placeholder", "name": "history"}`, stands for messages that the
    variables of a rendering have by this name.

    Raises:
        InvalidRequest: They are no messages.
    """
    messages = load_items(value, "messages")
    if not messages:
        raise _build_problem("messages", "send at least one message")
    for number, message in enumerate(messages):
        path = f"messages[{number}]"
        if is_placeholder(message):
            _check_name(message, path)
        else:
            _check_message(message, path, ", or a placeholder, which has a type and a name")
    return messages


def load_histories(content: Content, variables: Mapping[str, Any]) -> dict[str, list[Document]]:
    """Load the messages that variables have for the placeholders of a content, by their names.

    Raises:
        TemplateFailed: A variable of a placeholder's name is no list of messages.
    """
    histories = {}
    for name in dict.fromkeys(content.placeholder_names):
        if name not in variables:
            continue
        path = f"variables.{excerpt(name)}"
        try:
            histories[name] = load_items(variables[name], path)
            for number, message in enumerate(histories[name]):
                _check_message(message, f"{path}[{number}]")
        except InvalidRequest as problem:
            raise TemplateFailed(
                f"template execution failed: {problem.message}", details=problem.details
            ) from problem
    return histories


def _check_message(message: Document, path: str, others: str = "") -> None:
    if message.get("role") not in ROLES:
        raise _build_problem(f"{path}.role", f"use {', '.join(ROLES)}{others}")
    _check_content(message.get("content"), f"{path}.content")
    if message.get("tool_calls") is not None:
        load_items(message["tool_calls"], f"{path}.tool_calls")


def _check_content(content: Any, path: str) -> None:
    if content is None or isinstance(content, str):
        return
    if not isinstance(content, list):
        raise _build_problem(path, "send a text, a list of parts, or null")
    for number, part in enumerate(load_items(content, path)):
        if not isinstance(part.get("type"), str):
            raise _build_problem(f"{path}[{number}].type", "send the type of the part")
        if part["type"] == "text" and not isinstance(part.get("text"), str):
            raise _build_problem(f"{path}[{number}].text", "send a text")


def load_inputs(value: Any) -> list[Document]:
    """Load declarations of variables: `name`, and where there are any, `type` and others.

    Raises:
        InvalidRequest: They are no declarations, or declare a variable twice.
    """
    inputs = load_items(value, "inputs")
    for number, item in enumerate(inputs):
        path = f"inputs[{number}]"
        _check_name(item, path)
        for name, kind in (("type", str), ("description", str), ("required", bool)):
            if name in item and not isinstance(item[name], kind):
                what = "true or false" if kind is bool else "a text"
                raise _build_problem(f"{path}.{name}", f"send {what}, or leave it out")
    if len({item["name"] for item in inputs}) < len(inputs):
        raise _build_problem("inputs", "declare each name once")
    return inputs


def load_items(value: Any, path: str) -> list[Document]:
    """Load a list of JSON objects.

    Raises:
        InvalidRequest: It is no such list, too long, or contains NUL characters.
    """
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise _build_problem(path, "send a list of objects")
    if len(value) > MAX_ITEMS:
        raise _build_problem(path, f"send at most {MAX_ITEMS}")
    check_document({"": value}, path)
    return value


def load_response_format(content: Content, value: Any) -> Content:
    """Replace what the model must produce by that of a response format, in OpenAI's format.

    Raises:
        InvalidRequest: It is no object with a type.
    """
    if value is not None and not (isinstance(value, dict) and isinstance(value.get("type"), str)):
        raise _build_problem("response_format", "send an object with a type")
    if value is not None:
        check_document(value, "response_format")
    part = {"response_format": value}
    return LENSES.revise(content, part, SETTINGS)


def get_response_format(content: Content) -> Document | None:
    """Get the response format of a version of any dialect; None for a plain text."""
    response_format: Document | None = LENSES.read(content, "response_format", SETTINGS)
    return response_format


def _put_response_format(content: Content, part: Any, before: Any, settings: Settings) -> Document:
    result = outputs.load_outputs({outputs.RESPONSE_FORMAT: part})
    is_removal = result is None and outputs.load_outputs(content.parameters) is not None
    return {"outputs": [] if is_removal else result}


def _check_name(item: Document, path: str) -> None:
    if not isinstance(item.get("name"), str) or not item["name"]:
        raise _build_problem(f"{path}.name", "send a name")


def _build_problem(path: str, message: str) -> InvalidRequest:
    return InvalidRequest(
        f"{path}: {message}", details=[{"path": path, "message": f"{path}: {message}"}]
    )


LENSES = Lenses(
    "registry",
    {
        "response_format": Lens(
            fields=("expected_outputs",),
            get=lambda content, settings: outputs.get_response_format(
                content.outputs, content.parameters
            ),
            put=_put_response_format,
        )
    },
    language="simple",  # of no consequence: no lens here has texts
)
