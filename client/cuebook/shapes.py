"""Rendered prompts in the form of the requests of model providers.

No library of a provider is needed. Sources: OpenAI, API reference, "Create chat completion";
Anthropic, API reference, "Create a Message"; AWS, Bedrock API reference, "Converse".
"""

from __future__ import annotations

import json
from base64 import b64decode
from typing import TYPE_CHECKING, Any

from .errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ._contents import Document
    from .prompts import Rendering

MAX_TOKENS = 1024  # which Anthropic requires, where the prompt does not say
# Names of parameters that Converse has for all models; it takes others in a field of their own.
CONVERSE_NAMES = {
    "max_tokens": "maxTokens",
    "temperature": "temperature",
    "top_p": "topP",
    "stop": "stopSequences",
}


def to_openai(rendering: Rendering, messages: Sequence[Mapping[str, Any]] = ()) -> Document:
    """Build the arguments of `chat.completions.create` of OpenAI's client.

    Args:
        rendering: What was rendered.
        messages: More messages after those of the prompt, in the same form.
    """
    prompt = rendering.prompt
    fields = {
        "model": _get_model(rendering),
        "messages": [*rendering.messages, *map(dict, messages)],
        "tools": prompt.tools or None,
        "response_format": prompt.response_format,
    }
    return {**prompt.params, **_drop_none(fields)}


def to_anthropic(rendering: Rendering, messages: Sequence[Mapping[str, Any]] = ()) -> Document:
    """Build the arguments of `messages.create` of Anthropic's client.

    Args:
        rendering: What was rendered.
        messages: More messages after those of the prompt, in OpenAI's form.

    Raises:
        ConfigurationError: Something of the prompt has no equivalent there.
    """
    prompt = rendering.prompt
    _require_no_format(rendering, "Anthropic's messages")
    params = prompt.params
    if "stop" in params:
        params["stop_sequences"] = _list_stops(params.pop("stop"))
    system, turns = _split_system([*rendering.messages, *messages])
    tools = [
        _drop_none(
            {
                "name": function["name"],
                "description": function.get("description"),
                "input_schema": function.get("parameters") or {"type": "object"},
            }
        )
        for function in _list_functions(prompt.tools)
    ]
    fields = {
        "model": _get_model(rendering),
        "system": system or None,
        "messages": _join_turns(map(_to_anthropic_turn, turns)),
        "tools": tools or None,
    }
    return {"max_tokens": MAX_TOKENS, **params, **_drop_none(fields)}


def to_converse(rendering: Rendering, messages: Sequence[Mapping[str, Any]] = ()) -> Document:
    """Build the arguments of `converse` of boto3's client for Bedrock.

    Args:
        rendering: What was rendered.
        messages: More messages after those of the prompt, in OpenAI's form.

    Raises:
        ConfigurationError: Something of the prompt has no equivalent there.
    """
    prompt = rendering.prompt
    _require_no_format(rendering, "Converse")
    params = prompt.params
    if "stop" in params:
        params["stop"] = _list_stops(params["stop"])
    names = [name for name in CONVERSE_NAMES if name in params]
    configuration = {CONVERSE_NAMES[name]: params.pop(name) for name in names}
    system, turns = _split_system([*rendering.messages, *messages])
    tools = [
        {
            "toolSpec": _drop_none(
                {
                    "name": function["name"],
                    "description": function.get("description"),
                    "inputSchema": {"json": function.get("parameters") or {"type": "object"}},
                }
            )
        }
        for function in _list_functions(prompt.tools)
    ]
    fields = {
        "modelId": _get_model(rendering),
        "system": [{"text": system}] if system else None,
        "messages": _join_turns(map(_to_converse_turn, turns)),
        "inferenceConfig": configuration or None,
        "toolConfig": {"tools": tools} if tools else None,
        "additionalModelRequestFields": params or None,
    }
    return _drop_none(fields)


def _to_anthropic_turn(message: Mapping[str, Any]) -> Document:
    if message["role"] == "tool":
        result = {
            "type": "tool_result",
            "tool_use_id": message.get("tool_call_id"),
            "content": _join_texts(message),
        }
        return {"role": "user", "content": [result]}
    blocks: list[Document] = []
    for part in _list_parts(message):
        if part["type"] == "text":
            blocks.append({"type": "text", "text": part["text"]})
        else:
            blocks.append({"type": "image", "source": _build_source(part["image_url"]["url"])})
    blocks += [
        {"type": "tool_use", "id": call_id, "name": name, "input": arguments}
        for call_id, name, arguments in _list_calls(message)
    ]
    return {"role": message["role"], "content": blocks}


def _to_converse_turn(message: Mapping[str, Any]) -> Document:
    if message["role"] == "tool":
        result = {
            "toolUseId": message.get("tool_call_id"),
            "content": [{"text": _join_texts(message)}],
        }
        return {"role": "user", "content": [{"toolResult": result}]}
    blocks: list[Document] = []
    for part in _list_parts(message):
        if part["type"] == "text":
            blocks.append({"text": part["text"]})
        else:
            source = _build_source(part["image_url"]["url"])
            if source["type"] != "base64":
                raise ConfigurationError("Converse takes the bytes of an image, and no URL of it")
            image = {
                "format": source["media_type"].removeprefix("image/"),
                "source": {"bytes": b64decode(source["data"])},
            }
            blocks.append({"image": image})
    blocks += [
        {"toolUse": {"toolUseId": call_id, "name": name, "input": arguments}}
        for call_id, name, arguments in _list_calls(message)
    ]
    return {"role": message["role"], "content": blocks}


def _split_system(
    messages: Sequence[Mapping[str, Any]],
) -> tuple[str, list[Mapping[str, Any]]]:
    """Split messages into the text of those that instruct the model, and the others."""
    roles = ("system", "developer")
    system = [_join_texts(message) for message in messages if message.get("role") in roles]
    turns = [message for message in messages if message.get("role") not in roles]
    return "\n\n".join(filter(None, system)), turns


def _join_turns(turns: Iterator[Document]) -> list[Document]:
    """Join turns of the same role that follow each other, which providers want to alternate."""
    joined: list[Document] = []
    for turn in turns:
        if joined and joined[-1]["role"] == turn["role"]:
            joined[-1]["content"] += turn["content"]
        else:
            joined.append(turn)
    return joined


def _list_parts(message: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    content = message.get("content")
    if isinstance(content, str):
        # Providers refuse empty texts, which a message with calls of tools may have.
        yield from [{"type": "text", "text": content}] if content else []
        return
    for part in content or ():
        if part.get("type") not in ("text", "image_url"):
            raise ConfigurationError(f"a part of the type {part.get('type')} has no equivalent")
        yield part


def _join_texts(message: Mapping[str, Any]) -> str:
    return "\n".join(part["text"] for part in _list_parts(message) if part["type"] == "text")


def _list_calls(message: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """List the calls of tools in a message: id, name, and arguments as a JSON value.

    Raises:
        ConfigurationError: The arguments of a call are not JSON.
    """
    for call in message.get("tool_calls") or ():
        function = call.get("function") or {}
        try:
            arguments = json.loads(function.get("arguments") or "{}")
        except ValueError as error:
            raise ConfigurationError(
                f"the arguments of the call of {function.get('name')} are not JSON"
            ) from error
        yield str(call.get("id")), str(function.get("name")), arguments


def _list_functions(tools: Sequence[Document]) -> Iterator[Document]:
    for tool in tools:
        if tool.get("type", "function") != "function" or "function" not in tool:
            raise ConfigurationError(f"a tool of the type {tool.get('type')} has no equivalent")
        yield tool["function"]


def _build_source(url: str) -> Document:
    """Build the source of an image, in Anthropic's form."""
    if not url.startswith("data:"):
        return {"type": "url", "url": url}
    head, _, data = url.partition(",")
    media_type = head.removeprefix("data:").removesuffix(";base64")
    return {"type": "base64", "media_type": media_type, "data": data}


def _get_model(rendering: Rendering) -> str | None:
    """Get the name of the model, without its provider."""
    model = rendering.prompt.model
    return None if model is None else model.partition("/")[2] or model


def _require_no_format(rendering: Rendering, name: str) -> None:
    if rendering.prompt.response_format not in (None, {"type": "text"}):
        raise ConfigurationError(f"the prompt's response_format has no equivalent in {name}")


def _list_stops(stop: Any) -> list[str]:
    return [stop] if isinstance(stop, str) else list(stop)


def _drop_none(fields: Mapping[str, Any]) -> Document:
    return {name: value for name, value in fields.items() if value is not None}
