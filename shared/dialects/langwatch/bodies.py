"""Contents and names from the request bodies of both APIs, with LangWatch's checks and errors."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from shared.dialects.formats import to_camel_case
from shared.dialects.langwatch import contents
from shared.dialects.langwatch.contents import DEFAULT_INPUTS, DEFAULT_OUTPUTS
from shared.dialects.langwatch.models import HANDLE
from shared.dialects.langwatch.problems import (
    ModelNotConfigured,
    SchemaFailure,
    SystemPromptClash,
    SystemPromptConflict,
    SystemPromptRequired,
)
from shared.dialects.langwatch.requests import check_handle
from shared.domain.checks import check_message

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.dialects.langwatch.models import (
        FlatVersion,
        HandleChanges,
        NewConfigVersion,
        NewHandle,
        RequestBody,
    )
    from shared.domain.content import Content, Document
    from shared.domain.model import Prompt
    from shared.settings import Settings

STOCK_MODEL = "openai/gpt-4o-mini"
# Names of a configuration's fields in the current API.
CAMEL_CASE = {
    name: to_camel_case(name)
    for name in (
        "prompt",
        "inputs",
        "outputs",
        "model",
        "temperature",
        "max_tokens",
        "demonstrations",
        "prompting_technique",
    )
}


def load_message(body: RequestBody, *, default: str = "") -> str:
    """Load the commit message.

    Raises:
        InvalidRequest: The message is too long or contains a NUL character.
    """
    return check_message(body.fields.get("commitMessage", default), "commitMessage")


def load_names(changes: HandleChanges, prompt: Prompt) -> tuple[str | None, str | None]:
    """Load the new name and handle of a prompt; None for one that does not change.

    In LangWatch the handle is also the name; only other dialects can set another name.

    Raises:
        SchemaFailure: The handle is malformed.
        RuleBroken: The handle is reserved.
    """
    handle = changes.fields.get("handle", prompt.slug)
    if handle == prompt.slug:
        return None, None
    if not re.fullmatch(HANDLE, handle):
        issue = {"code": "invalid_string", "path": ["handle"], "message": f"Must match {HANDLE}"}
        raise SchemaFailure(details=[issue])
    check_handle(handle)
    return (handle if prompt.name == prompt.slug else None), handle


def load_whole_content(
    new: NewConfigVersion, settings: Settings, *, base: Content, sources: Iterable[Content]
) -> Content:
    """Load the content of a version of the first API, after the newest one's.

    Args:
        new: The body.
        settings: The settings of the deployment.
        base: The content of the newest version, whose fields of other dialects stay.
        sources: Contents of other versions that the client may have been shown.
    """
    data: Document = {**new.configData}
    demonstrations = {"rows": [], **data["demonstrations"]}
    config = {"messages": [], **data, "demonstrations": demonstrations}
    author = new.fields.get("authorId")
    return contents.load_content(config, settings, author=author, base=base, sources=sources)


def load_first_content(new: NewHandle, settings: Settings) -> Content:
    """Load the content of a prompt's first version.

    Raises:
        SystemPromptConflict: The body has both a prompt and a system message.
        SystemPromptRequired: The body has neither.
        ModelNotConfigured: The body has no model, and the deployment has no default model.
    """
    fields = new.fields
    prompt, messages = _split_texts(fields, conflict=SystemPromptConflict)
    if prompt is None:
        raise SystemPromptRequired
    if not (model := fields.get("model", settings.default_model)):
        raise ModelNotConfigured
    defaults = {"inputs": [*DEFAULT_INPUTS], "outputs": [*DEFAULT_OUTPUTS]}
    own = {"prompt": prompt, "messages": messages or [], "model": model}
    config = {**defaults, **_load_config(fields), **own}
    content = contents.load_content(config, settings, author=fields.get("authorId"))
    return contents.replace_parameters(content, fields.get("parameters", {}), settings)


def load_stock_content(settings: Settings) -> Content:
    """Load the content that a prompt of the first API begins with. Source: LangWatch."""
    config = {
        "prompt": "You are a helpful assistant",
        "messages": [{"role": "user", "content": "{{input}}"}],
        "inputs": [*DEFAULT_INPUTS],
        "outputs": [*DEFAULT_OUTPUTS],
        "model": settings.default_model or STOCK_MODEL,
    }
    return contents.load_content(config, settings)


def revise_content(
    content: Content,
    changes: HandleChanges | FlatVersion,
    settings: Settings,
    *,
    sources: Iterable[Content],
) -> Content:
    """Replace the fields of a content that the body has.

    Args:
        content: The content of the newest version.
        changes: The body.
        settings: The settings of the deployment.
        sources: Contents of other versions that the client may have been shown.

    Raises:
        SystemPromptClash: The body has both a prompt and a system message.
    """
    fields = changes.fields
    current = contents.dump_config(content, settings)
    conversation = [{"role": "system", "content": current["prompt"]}, *current["messages"]]
    if fields.get("messages") == conversation and "prompt" not in fields:
        del fields["messages"]
    prompt, messages = _split_texts(fields, conflict=SystemPromptClash)
    config = _load_config(fields)
    config |= {"prompt": prompt} if prompt is not None else {}
    config |= {"messages": messages} if messages is not None else {}
    content = contents.revise_content(content, config, settings, sources=sources)
    if "parameters" in fields:
        content = contents.replace_parameters(content, fields["parameters"], settings)
    return content


def _split_texts(
    fields: Document, *, conflict: type[SystemPromptConflict]
) -> tuple[str | None, list[Document] | None]:
    """Split off the system prompt from the other messages; None for what the fields do not have."""
    prompt: str | None = fields.get("prompt")
    messages: list[Document] | None = fields.get("messages")
    system = [message for message in messages or () if message["role"] == "system"]
    if len(system) > (prompt is None):
        raise conflict
    if messages is None or not system:
        return prompt, messages
    return system[0]["content"], [message for message in messages if message not in system]


def _load_config(fields: Document) -> Document:
    """Convert fields in camel case to those of a configuration, except its texts."""
    config = {name: fields[camel] for name, camel in CAMEL_CASE.items() if camel in fields}
    config.pop("prompt", None)
    if schema := _load_schema(fields.get("responseFormat")):
        outputs = config.get("outputs") or DEFAULT_OUTPUTS
        if not any("json_schema" in output for output in outputs):
            name = schema.get("name") or outputs[0]["identifier"]
            output = {"identifier": name, "type": "json_schema", "json_schema": schema["schema"]}
            config["outputs"] = [output]
    return config


def _load_schema(response_format: Any) -> Document | None:
    """Load the named schema of a response format, if it has one."""
    schema = response_format.get("json_schema") if isinstance(response_format, dict) else None
    if not isinstance(schema, dict) or not isinstance(schema.get("schema"), dict):
        return None
    return schema if isinstance(schema.get("name", ""), str) else None
