"""Contents from Langfuse's `prompt` and `config`, and both from contents."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from shared import exact_json
from shared.conversations import PLACEHOLDER, is_placeholder, join_texts
from shared.dialects.lenses import Lens, Lenses
from shared.domain.content import split_model
from shared.domain.outputs import RESPONSE_FORMAT, dump_parameters
from shared.problems import InvalidRequest
from shared.texts import excerpt

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from shared.domain.content import Content, Document
    from shared.settings import Settings

    Prompt = str | list[Document]

# Parameters of models among the fields of a configuration, which is free otherwise.
NUMBERS = frozenset(
    {
        "temperature",
        "max_tokens",
        "top_p",
        "frequency_penalty",
        "presence_penalty",
        "seed",
        "top_k",
        "min_p",
        "repetition_penalty",
    }
)
WORDS = frozenset({"reasoning", "reasoning_effort", "verbosity"})
VARIABLE = re.compile(r"\{\{([A-Za-z][A-Za-z0-9_]*)\}\}")


def load_content(
    prompt: Prompt,
    config: Any,
    settings: Settings,
    *,
    base: Content | None,
    sources: Iterable[Content] = (),
) -> Content:
    """Load the content of a new version.

    Args:
        prompt: The text, or the messages.
        config: The configuration; None for an empty one.
        settings: The settings of the deployment.
        base: The content of the newest version, whose fields of other dialects stay.
        sources: Contents of other versions that the client may have been shown.
    """
    # The order of keys counts, which texts keep.
    parts = {"prompt": prompt, "config": exact_json.encode({} if config is None else config)}
    return LENSES.create(parts, settings, base=base, sources=sources)


def load_messages(messages: Sequence[Mapping[str, Any]]) -> list[Document]:
    """Load messages, of which only a role and a text, or a placeholder, are kept.

    Raises:
        InvalidRequest: A placeholder has the name of a variable.
    """
    result: list[Document] = [
        {"role": message["role"], "content": message["content"]}
        if "role" in message
        else {"type": PLACEHOLDER, "name": message["name"]}
        for message in messages
    ]
    texts = [message.get("content", "") for message in result]
    variables = {name for text in texts for name in VARIABLE.findall(text)}
    names = dict.fromkeys(message["name"] for message in result if "name" in message)
    if clashes := [name for name in names if name in variables]:
        raise InvalidRequest(
            "Cannot create prompt, variables and placeholders must be unique, the following are "
            f"not: {excerpt(', '.join(clashes))}"
        )
    return result


def get_prompt(content: Content, settings: Settings) -> Prompt:
    """Get the text or the messages of a version."""
    prompt: Prompt = LENSES.read(content, "prompt", settings)
    return prompt


def get_config(content: Content, settings: Settings) -> Any:
    """Get the configuration of a version: as it was written, or what others say of its model."""
    return exact_json.decode_unbounded(LENSES.read(content, "config", settings))


# -- parts


def _get_prompt(content: Content, settings: Settings) -> Prompt:
    if content.messages is None:
        return content.template or ""
    return [_get_message(message) for message in content.messages]


def _get_message(message: Mapping[str, Any]) -> Document:
    if is_placeholder(message):
        return {"type": PLACEHOLDER, "name": str(message.get("name", ""))}
    return {"role": str(message.get("role", "")), "content": join_texts(message)}


def _put_prompt(content: Content, part: Prompt, before: Any, settings: Settings) -> Document:
    """Convert texts; unchanged messages keep the fields that only other dialects have."""
    if isinstance(part, str):
        return {"template": part, "messages": None}
    previous = before if isinstance(before, list) else []
    whole = content.messages or ()
    return {
        "template": None,
        "messages": [
            whole[place] if previous[place : place + 1] == [message] else message
            for place, message in enumerate(part)
        ],
    }


def _get_config(content: Content, settings: Settings) -> str:
    config: Document = {"provider": content.provider, "model": content.model}
    config = {name: value for name, value in config.items() if value is not None}
    config |= dump_parameters(content.outputs, content.parameters or {})
    tools = {} if content.tools is None else {"tools": [*content.tools]}
    return exact_json.encode(config | tools)


def _put_config(content: Content, part: str, before: Any, settings: Settings) -> Document:
    """Convert what a configuration says of the model; unchanged fields may contain more."""
    after, previous = _load_config(part, content), _load_config(before, content)
    fields = {
        name: value
        for name, value in after.items()
        if before is None or not exact_json.is_equal(value, previous[name])
    }
    response_format = (content.parameters or {}).get(RESPONSE_FORMAT)
    if RESPONSE_FORMAT in fields:
        response_format = fields.pop(RESPONSE_FORMAT)
        fields |= {"outputs": None, "parameters": after["parameters"]}
    if "parameters" in fields and response_format is not None:
        fields["parameters"] = {**(fields["parameters"] or {}), RESPONSE_FORMAT: response_format}
    return fields


def _load_config(text: str | None, content: Content) -> Document:
    """Load what a configuration says of the model, in the fields of a content."""
    config = {} if text is None else exact_json.decode_unbounded(text)
    document: Document = config if isinstance(config, dict) else {}
    provider, model = (
        value if isinstance(value := document.get(name), str) and value else None
        for name in ("provider", "model")
    )
    if model and not provider:
        provider, model = split_model(model)
    others = (content.parameters or {}).keys()
    parameters = {
        name: value
        for name, value in document.items()
        if (name in NUMBERS and exact_json.is_number(value))
        or (name in WORDS and isinstance(value, str))
        or (name in others and name != RESPONSE_FORMAT)
    }
    response_format = document.get(RESPONSE_FORMAT)
    is_format = isinstance(response_format, dict) and isinstance(response_format.get("type"), str)
    tools = document.get("tools")
    return {
        "provider": provider,
        "model": model,
        "parameters": parameters or None,
        "tools": tools if isinstance(tools, list) and all(map(_is_tool, tools)) else None,
        RESPONSE_FORMAT: response_format if is_format else None,
    }


def _is_tool(value: Any) -> bool:
    """Tell whether a value is a tool in OpenAI's format."""
    function = value.get("function") if isinstance(value, dict) else None
    return isinstance(function, dict) and isinstance(function.get("name"), str)


LENSES = Lenses(
    "langfuse",
    {
        "prompt": Lens(
            fields=("template", "messages"), get=_get_prompt, put=_put_prompt, has_texts=True
        ),
        "config": Lens(
            fields=("provider", "model", "parameters", "outputs", "tools"),
            get=_get_config,
            put=_put_config,
        ),
    },
    language="simple",
    has_placeholders=True,
)
