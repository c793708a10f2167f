"""Contents from px0's request bodies, with px0's checks in px0's order and with its error texts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from shared.domain.checks import check_document, check_text
from shared.domain.content import ENGINES, Content, Engine, split_model
from shared.domain.outputs import replace_outputs
from shared.problems import InvalidRequest

if TYPE_CHECKING:
    from shared.dialects.registry.models import NewVersion, VersionChanges

CONTENT_FIELDS = frozenset({"template", "model", "model_params", "engine"})
NO_TEXT = {"path": "template", "message": "send a template, or messages instead of it"}
CHAT_FIELDS = frozenset({"messages", "tools", "inputs", "response_format"})
CHANGEABLE_FIELDS = CONTENT_FIELDS | CHAT_FIELDS | {"message"}


def load_content(new: NewVersion, *, may_be_empty: bool = False) -> Content:
    """Load the content of a new version.

    Args:
        new: The body.
        may_be_empty: Whether there may be no text, as where somebody is about to write it.

    Raises:
        InvalidRequest: A field is missing or invalid.
    """
    provider, model = _load_model(new.model)
    is_chat = new.messages is not None
    if is_chat and new.template:
        raise InvalidRequest("send a template or messages, not both")
    content = Content(
        template=None if is_chat else _load_template(new.template, may_be_empty=may_be_empty),
        engine=_load_engine(new.engine),
        provider=provider,
        model=model,
        parameters=_load_parameters(new.model_params),
    )
    return _replace_chat(content, new)


def revise_content(content: Content, changes: VersionChanges) -> Content:
    """Replace the fields of a content that the changes have.

    Raises:
        InvalidRequest: The changes have no such field, or a field is invalid.
    """
    fields = changes.model_fields_set
    is_text = "messages" in fields and changes.messages is None
    if not (fields - {"messages"} if is_text else fields) & CHANGEABLE_FIELDS:
        raise InvalidRequest("template is required", details=[NO_TEXT])
    if changes.template is not None and changes.messages is not None:
        raise InvalidRequest("send a template or messages, not both")
    if changes.template is not None and (is_text or changes.template != content.text):
        content = replace(content, template=_load_template(changes.template), messages=None)
    if changes.engine is not None:
        content = replace(content, engine=_load_engine(changes.engine))
    if "model" in fields:
        provider, model = _load_model(changes.model)
        content = replace(content, provider=provider, model=model)
    if "model_params" in fields:
        parameters = _load_parameters(changes.model_params)
        content = replace(content, **replace_outputs(content.parameters, parameters))
    return _replace_chat(content, changes)


def _replace_chat(content: Content, body: NewVersion | VersionChanges) -> Content:
    """Replace what the body has of a conversation, without the modules for it where it has none."""
    fields = body.model_fields_set & CHAT_FIELDS
    if not fields:
        return content
    from shared.dialects.registry import chats

    if body.messages is not None:
        messages = chats.load_messages(body.messages)
        content = replace(content, template=None, messages=messages)
    if "tools" in fields:
        tools = None if body.tools is None else chats.load_items(body.tools, "tools")
        content = replace(content, tools=tools)
    if "inputs" in fields:
        inputs = None if body.inputs is None else chats.load_inputs(body.inputs)
        content = replace(content, inputs=inputs)
    if "response_format" in fields:
        content = chats.load_response_format(content, body.response_format)
    return content


def _load_template(text: str, *, may_be_empty: bool = False) -> str:
    if not text and not may_be_empty:
        raise InvalidRequest("template is required", details=[NO_TEXT])
    return check_text(text, "template")


def _load_engine(name: str) -> Engine:
    for engine in ENGINES:
        if name == engine:
            return engine
    raise InvalidRequest(f"engine must be one of: {', '.join(ENGINES)}")


def _load_model(name: str | None) -> tuple[str | None, str | None]:
    """Split the name into an optional provider and the model."""
    if name is None:
        return None, None
    if not name.strip():
        raise InvalidRequest("model must not be empty")
    return split_model(check_text(name.strip(), "model"))


def _load_parameters(value: Any) -> dict[str, Any] | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise InvalidRequest("model_params must be a JSON object")
    return check_document(value, "model_params")
