"""Contents from Maxim's request bodies, and Maxim's configuration of a version from contents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shared import exact_json
from shared.dialects.lenses import Lens, Lenses, put_changes
from shared.domain.content import Content, split_model
from shared.domain.outputs import dump_parameters, replace_parameters

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from shared.dialects.maxim.models import NewPromptVersion
    from shared.domain.content import Content, Document
    from shared.settings import Settings


def load_content(
    new: NewPromptVersion,
    settings: Settings,
    *,
    base: Content | None = None,
    sources: Iterable[Content] = (),
) -> Content:
    """Load the content of a new version, whose texts need not be valid templates.

    Args:
        new: The body.
        settings: The settings of the deployment.
        base: The content of the newest version, whose fields of other dialects stay.
        sources: Contents of other versions that the client may have been shown.
    """
    parameters: Document = {**new.modelParameters}
    parts: dict[str, Any] = {
        # Every message has a content, which is null by default.
        "messages": [{"content": None, **message} for message in new.messages],
        "model": {"modelProvider": new.modelProvider, "modelName": new.modelName},
        "tools": parameters.pop("promptTools", None),
        "parameters": parameters,
    }
    return LENSES.create(parts, settings, base=base, sources=sources)


def get_messages(content: Content, settings: Settings) -> list[Document]:
    """Get the messages of a version; a template is a system message."""
    messages: list[Document] = LENSES.read(content, "messages", settings)
    return messages


def get_provider_and_model(content: Content, settings: Settings) -> tuple[str, str]:
    """Get provider and model as texts, without which Maxim's SDK cannot read a version."""
    model = LENSES.read(content, "model", settings)
    return model["modelProvider"], model["modelName"]


def get_model_parameters(content: Content, settings: Settings) -> Document:
    """Get the parameters, with the tools and the schema of the output among them."""
    parameters: Document = {**LENSES.read(content, "parameters", settings)}
    if (tools := LENSES.read(content, "tools", settings)) is not None:
        parameters["promptTools"] = tools
    return parameters


# -- parts


def _put_messages(
    content: Content, part: Sequence[Document], before: Any, settings: Settings
) -> Document:
    """Convert messages; a template, which is shown as a system message, stays one."""
    match part:
        case [{"role": "system", "content": str(text), **others}] if (
            content.template is not None and not others
        ):
            return {"template": text}
    return {"template": None, "messages": part}


def _get_model(content: Content, settings: Settings) -> Document:
    default_provider, default_model = split_model(settings.default_model)
    provider = content.provider or default_provider or ""
    model = default_model if content.model is None else content.model
    return {"modelProvider": provider, "modelName": model}


def _put_model(part: Document) -> Document:
    return {"provider": part["modelProvider"], "model": part["modelName"]}


def _get_tools(content: Content, settings: Settings) -> list[Document] | None:
    if content.tools is None:
        return None
    return [_get_prompt_tool(tool) for tool in content.tools]


def _get_prompt_tool(tool: Mapping[str, Any]) -> Document:
    function = tool.get("function")
    declaration: Mapping[str, Any] = function if isinstance(function, dict) else tool
    prompt_tool: Document = {"name": str(declaration.get("name", ""))}
    if isinstance(declaration.get("description"), str):
        prompt_tool["description"] = declaration["description"]
    if isinstance(declaration.get("parameters"), dict):
        prompt_tool["config"] = {"parameters": declaration["parameters"]}
    return prompt_tool


def _put_tools(
    content: Content,
    part: Sequence[Document] | None,
    before: Sequence[Document] | None,
    settings: Settings,
) -> Document:
    """Convert tools; unchanged ones keep the fields that only other dialects have."""
    if part is None:
        return {"tools": None}
    whole = dict(enumerate(content.tools or ()))
    current = dict(enumerate(before or ()))
    return {
        "tools": [
            whole[place]
            if place in whole and exact_json.is_equal(tool, current.get(place))
            else _put_tool(tool)
            for place, tool in enumerate(part)
        ]
    }


def _put_tool(tool: Mapping[str, Any]) -> Document:
    """Convert a tool to OpenAI's format; its configuration may have the schema of parameters."""
    config = tool.get("config", {})
    function = {"name": tool["name"], "description": tool.get("description")}
    function["parameters"] = config.get("parameters", config.get("schema"))
    present = {name: item for name, item in function.items() if item is not None}
    return {"type": "function", "function": present}


LENSES = Lenses(
    "maxim",
    {
        "messages": Lens(
            fields=("template", "messages"),
            get=lambda content, settings: content.conversation,
            put=_put_messages,
            has_texts=True,
        ),
        "model": Lens(
            fields=("provider", "model"),
            is_guess=True,
            get=_get_model,
            put=put_changes(_put_model),
        ),
        "parameters": Lens(
            fields=("parameters", "outputs"),
            get=lambda content, settings: dump_parameters(
                content.outputs, content.parameters or {}
            ),
            put=lambda content, part, before, settings: replace_parameters(
                content.parameters, part, before
            ),
        ),
        "tools": Lens(
            fields=("tools",),
            get=_get_tools,
            put=_put_tools,
            older_name="promptTools",
        ),
    },
    language="simple",
)
