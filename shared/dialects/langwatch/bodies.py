"""What bodies of each generation ask for: LangWatch's checks, in its words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from shared.dialects.langwatch import checked_name, contents
from shared.dialects.langwatch.contents import DEFAULT_INPUTS, DEFAULT_OUTPUTS
from shared.dialects.langwatch.models import HANDLE
from shared.dialects.langwatch.problems import (
    ModelNotConfigured,
    SchemaFailure,
    SystemPromptClash,
    SystemPromptConflict,
    SystemPromptRequired,
)
from shared.domain.prompts import MESSAGE_LENGTH, checked_text

if TYPE_CHECKING:
    from shared.dialects.langwatch.models import (
        Body,
        FlatVersion,
        HandleChanges,
        NewConfigVersion,
        NewHandle,
    )
    from shared.domain.content import Content, Document
    from shared.domain.prompts import Prompt
    from shared.settings import Settings

# Fields in camel case, by their names in a configuration.
SAME = ("prompt", "inputs", "outputs", "model", "temperature", "demonstrations")
CAMEL = {name: name for name in SAME} | {
    "max_tokens": "maxTokens",
    "prompting_technique": "promptingTechnique",
}


def message(body: Body, *, otherwise: str = "") -> str:
    """The commit message. Raises InvalidRequest."""
    text: str = body.given.get("commitMessage", otherwise)
    return checked_text(text, "commitMessage", longest=MESSAGE_LENGTH)


def new_names(changes: HandleChanges, prompt: Prompt) -> tuple[str | None, str | None]:
    """The name and the handle to give a prompt, where they change. Raises SchemaFailure; Refused.

    Here a prompt is called as its handle says; only other dialects give it a name of its own.
    """
    handle = changes.given.get("handle", prompt.slug)
    if handle == prompt.slug:
        return None, None
    if not re.fullmatch(HANDLE, handle):
        issue = {"code": "invalid_string", "path": ["handle"], "message": f"Must match {HANDLE}"}
        raise SchemaFailure(details=[issue])
    checked_name(handle)
    return (handle if prompt.name == prompt.slug else None), handle


def whole_content(new: NewConfigVersion) -> Content:
    """The content of a version that is posted whole."""
    data = new.configData.given
    demonstrations = {"rows": [], **data["demonstrations"]}
    changes = {"messages": [], **data, "demonstrations": demonstrations}
    return contents.first(changes, author=new.given.get("authorId"))


def new_content(new: NewHandle, settings: Settings) -> Content:
    """The content of a first version. Raises SystemPromptConflict, SystemPromptRequired."""
    given = new.given
    prompt, messages = _texts(given, clash=SystemPromptConflict)
    if prompt is None:
        raise SystemPromptRequired
    if not (model := given.get("model", settings.default_model)):
        raise ModelNotConfigured
    defaults = {"inputs": [*DEFAULT_INPUTS], "outputs": [*DEFAULT_OUTPUTS]}
    said = {"prompt": prompt, "messages": messages or [], "model": model}
    changes = {**defaults, **_config(given), **said}
    content = contents.first(changes, author=given.get("authorId"))
    return contents.with_parameters(content, given.get("parameters", {}))


def revised_content(
    content: Content, changes: HandleChanges | FlatVersion, settings: Settings
) -> Content:
    """The content with what the body names replaced. Raises SystemPromptClash."""
    given = changes.given
    shown = contents.config(content, settings)
    conversation = [{"role": "system", "content": shown["prompt"]}, *shown["messages"]]
    if given.get("messages") == conversation and "prompt" not in given:
        del given["messages"]
    prompt, messages = _texts(given, clash=SystemPromptClash)
    config = _config(given)
    config |= {"prompt": prompt} if prompt is not None else {}
    config |= {"messages": messages} if messages is not None else {}
    content = contents.revised(content, config, settings)
    if "parameters" in given:
        content = contents.with_parameters(content, given["parameters"])
    return content


def _texts(
    given: Document, *, clash: type[SystemPromptConflict]
) -> tuple[str | None, list[Document] | None]:
    """What the system says, wherever it is given, and the other messages; None if not given."""
    prompt: str | None = given.get("prompt")
    messages: list[Document] | None = given.get("messages")
    system = [message for message in messages or () if message["role"] == "system"]
    if len(system) > (prompt is None):
        raise clash
    if messages is None or not system:
        return prompt, messages
    return system[0]["content"], [message for message in messages if message not in system]


def _config(given: Document) -> Document:
    """Fields of a body in camel case as a configuration's, but for its texts."""
    config = {name: given[camel] for name, camel in CAMEL.items() if camel in given}
    config.pop("prompt", None)
    if schema := _schema(given.get("responseFormat")):
        outputs = config.get("outputs") or DEFAULT_OUTPUTS
        if not any("json_schema" in output for output in outputs):
            name = schema.get("name") or outputs[0]["identifier"]
            output = {"identifier": name, "type": "json_schema", "json_schema": schema["schema"]}
            config["outputs"] = [output]
    return config


def _schema(response_format: Any) -> Document | None:
    """The named schema of a response format, which outputs say as well."""
    schema = response_format.get("json_schema") if isinstance(response_format, dict) else None
    if not isinstance(schema, dict) or not isinstance(schema.get("schema"), dict):
        return None
    return schema if isinstance(schema.get("name", ""), str) else None
