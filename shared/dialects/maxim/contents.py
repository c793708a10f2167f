"""Maxim's bodies to content, and content to what Maxim calls a version's configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shared.domain.content import Content
from shared.domain.content import provider_and_model as split

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shared.dialects.maxim.models import NewPromptVersion
    from shared.domain.content import Document

NAME = "maxim"  # under which a content holds what only Maxim says


def new_content(new: NewPromptVersion) -> Content:
    """The texts are taken as they are: braces that are no template are braces."""
    parameters = new.modelParameters.model_dump(exclude_unset=True)
    tools: list[Document] | None = parameters.pop("promptTools", None)
    return Content(
        messages=[
            # A content that is left out is null, for a message always has one.
            {"content": None, **message.model_dump(exclude_unset=True)}
            for message in new.messages
        ],
        engine="jinja",
        provider=new.modelProvider,
        model=new.modelName,
        parameters=parameters,
        tools=None if tools is None else [_tool(tool) for tool in tools],
        written={} if tools is None else {NAME: {"promptTools": tools}},
    )


def _tool(tool: Mapping[str, Any]) -> Document:
    """A tool as OpenAI has it; the schema of its parameters may lie in its configuration."""
    config = tool.get("config", {})
    function = {"name": tool["name"], "description": tool.get("description")}
    function["parameters"] = config.get("parameters", config.get("schema"))
    said = {name: item for name, item in function.items() if item is not None}
    return {"type": "function", "function": said}


def provider_and_model(content: Content, *, default_model: str) -> tuple[str, str]:
    """Both are texts for Maxim, whose SDK gives up on a version without them."""
    default_provider, default_name = split(default_model)
    if content.model is None:
        return content.provider or default_provider or "", default_name
    return content.provider or default_provider or "", content.model


def model_parameters(content: Content) -> Document:
    """Parameters and, beside them, tools and the schema of the answer."""
    parameters = dict(content.parameters or {})
    if (tools := _prompt_tools(content)) is not None:
        parameters["promptTools"] = tools
    if (schema := _answer_schema(content.outputs or ())) is not None:
        parameters.setdefault("response_format", schema)
    return parameters


def _prompt_tools(content: Content) -> list[Document] | None:
    """The tools as Maxim wrote them, or as it would have."""
    written = content.written.get(NAME, {}).get("promptTools")
    if written is not None or content.tools is None:
        return written
    return [_prompt_tool(tool) for tool in content.tools]


def _prompt_tool(tool: Mapping[str, Any]) -> Document:
    function = tool.get("function")
    said: Mapping[str, Any] = function if isinstance(function, dict) else tool
    shown: Document = {"name": str(said.get("name", ""))}
    if isinstance(said.get("description"), str):
        shown["description"] = said["description"]
    if isinstance(said.get("parameters"), dict):
        shown["config"] = {"parameters": said["parameters"]}
    return shown


def _answer_schema(outputs: Sequence[Mapping[str, Any]]) -> Document | None:
    """The first output that has a schema, in the words of the model parameters."""
    for output in outputs:
        if isinstance(output.get("schema"), dict):
            named = {"name": output.get("name", "output"), "schema": output["schema"]}
            return {"type": "json_schema", "json_schema": named}
    return None
