"""Contents from LangWatch's `configData`, and `configData` from contents.

All bodies can be converted to such a document: the first API uses it as it is, the current API has
its fields in camel case among others. Therefore both share one mapping.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shared import exact_json
from shared.conversations import join_texts
from shared.dialects.langwatch import liquid
from shared.dialects.lenses import Lens, Lenses, only_extra
from shared.domain.content import split_model
from shared.templates import find_variables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from shared.domain.content import Content, Document
    from shared.settings import Settings

DEFAULT_INPUTS = ({"identifier": "input", "type": "str"},)
DEFAULT_OUTPUTS = ({"identifier": "output", "type": "str"},)
# Settings of the model, which have the same names in the content's parameters.
NUMBERS = (
    "temperature",
    "max_tokens",
    "top_p",
    "frequency_penalty",
    "presence_penalty",
    "seed",
    "top_k",
    "min_p",
    "repetition_penalty",
)
WORDS = ("reasoning", "verbosity")
SETTINGS = (*NUMBERS, *WORDS)
# Fields that only LangWatch has.
OWN = ("version", "demonstrations", "prompting_technique")
LARGEST_TEMPERATURE = 2
LARGEST_FLOAT = 10**308
ROLES = {"user": "user", "assistant": "assistant", "system": "system", "developer": "system"}
TYPES = {
    "int": "int",
    "integer": "int",
    "float": "float",
    "number": "float",
    "bool": "bool",
    "boolean": "bool",
    "array": "list",
    "object": "dict",
    "json": "dict",
} | {name: name for name in ("image", "list", "dict", "chat_messages")}
TYPES |= {name: name for name in ("list[str]", "list[float]", "list[int]", "list[bool]")}
OUTPUT_TYPES = {
    "int": "float",
    "integer": "float",
    "float": "float",
    "number": "float",
    "bool": "bool",
    "boolean": "bool",
} | dict.fromkeys(("json_schema", "json", "object", "dict"), "json_schema")


# -- whole documents


def dump_config(content: Content, settings: Settings) -> Document:
    """Dump the content of a version of any dialect as configuration data."""
    config: Document = {
        # With all fields that the messages were written with.
        **LENSES.read(content, "texts", settings),
        "inputs": LENSES.read(content, "inputs", settings),
        "outputs": LENSES.read(content, "outputs", settings),
        "model": LENSES.read(content, "model", settings),
        **LENSES.read(content, "settings", settings),
    }
    own = {name: LENSES.read(content, name, settings) for name in OWN}
    return config | {name: value for name, value in own.items() if value is not None}


def can_clients_read(name: str, value: Any) -> bool:
    """Tell whether LangWatch's clients can read the value of a setting.

    They refuse others, and with them the whole list of prompts. Source: LangWatch's clients for
    TypeScript (0.16.1, 1.8.0) and Python (1.4.0).
    """
    if name == "temperature":
        return bool(0 <= value <= LARGEST_TEMPERATURE)
    return name != "max_tokens" or bool(0 < value < LARGEST_FLOAT and value == int(value))


def list_unreadable_settings(config: Document) -> set[str]:
    """List the settings in a configuration that reads leave out, because of their clients."""
    return {
        name for name in SETTINGS if name in config and not can_clients_read(name, config[name])
    }


def get_runtime_parameters(content: Content, settings: Settings) -> Document:
    """Get the values for the application in a version, which are not parameters of the model."""
    parameters: Document | None = LENSES.read(content, "parameters", settings)
    return parameters or {}


def get_author_id(content: Content, settings: Settings) -> str | None:
    """Get the `authorId` that a version was written with."""
    author: str | None = LENSES.read(content, "author_id", settings)
    return author


def load_content(
    config: Document,
    settings: Settings,
    *,
    author: str | None = None,
    base: Content | None = None,
    sources: Iterable[Content] = (),
) -> Content:
    """Load the content of a prompt's first version, or of a version of the first API.

    Args:
        config: The configuration.
        settings: The settings of the deployment.
        author: The `authorId`.
        base: The content of the newest version, whose fields of other dialects stay.
        sources: Contents of other versions that the client may have been shown.
    """
    config = {"prompt": "", "messages": [], **config}
    texts = {} if base is None else LENSES.read(base, "texts", settings)
    parts = {"author_id": author, **_split_parts(config, texts, {})}
    if base is not None:
        parts = {"settings": {}, **parts}  # those that others have stay
    return LENSES.create(parts, settings, base=base, sources=sources)


def revise_content(
    content: Content, config: Document, settings: Settings, *, sources: Iterable[Content] = ()
) -> Content:
    """Replace the fields of a content that a configuration has; null removes a setting.

    Args:
        content: The content of the newest version.
        config: The fields.
        settings: The settings of the deployment.
        sources: Contents of other versions that the client may have been shown.
    """
    texts = LENSES.read(content, "texts", settings)
    parameters = LENSES.read(content, "settings", settings)
    parts = {"author_id": None, **_split_parts(config, texts, parameters)}
    return LENSES.revise(content, parts, settings, sources=sources)


def sign_content(content: Content, author: str | None, settings: Settings) -> Content:
    """Set the `authorId` of a new version."""
    return LENSES.revise(content, {"author_id": author}, settings)


def replace_parameters(content: Content, parameters: Document, settings: Settings) -> Content:
    """Replace the values for the application."""
    return LENSES.revise(content, {"parameters": parameters or None}, settings)


def _split_parts(config: Document, texts: Document, parameters: Document) -> dict[str, Any]:
    """Split a configuration into parts, without those that it does not have.

    Args:
        config: All fields, or only those to replace.
        texts: The current prompt and messages, if there are any.
        parameters: The current settings of the model.
    """
    parts: dict[str, Any] = {
        name: config[name] for name in ("inputs", "outputs", "model", *OWN) if name in config
    }
    if config.keys() & {"prompt", "messages"}:
        current = texts.get("messages", [])
        messages = config.get("messages", current)
        if exact_json.is_equal(messages, _simplify_all(current)):
            messages = current
        prompt = config["prompt"] if "prompt" in config else texts["prompt"]
        parts["texts"] = {"prompt": prompt, "messages": messages}
    if changes := {name: config[name] for name in SETTINGS if name in config}:
        after = parameters | changes
        parts["settings"] = {name: value for name, value in after.items() if value is not None}
    return parts


def declare_variables(config: Document) -> Document:
    """Add the variables in the texts of a configuration to its inputs, `input` first."""
    inputs = {item["identifier"]: item for item in config.get("inputs", ())}
    texts = [config["prompt"], *(message["content"] for message in config["messages"])]
    for name in set().union(*map(liquid.list_variables, texts)) - inputs.keys():
        inputs[name] = {"identifier": name, "type": "str"}
    order = sorted(inputs, key=lambda name: (name != "input", name.casefold(), name))
    return config | {"inputs": [inputs[name] for name in order]}


def describe_differences(local: Document, remote: Document) -> list[str]:
    """Describe how a local configuration differs, with LangWatch's texts in its order."""
    differences = []
    for name, sentence in (
        ("model", ""),
        ("prompt", "prompt content differs"),
        ("messages", "messages differ"),
        ("inputs", "inputs differ"),
        ("outputs", "outputs differ"),
        *((name, "") for name in SETTINGS),
        ("demonstrations", "demonstrations differ"),
        ("prompting_technique", "prompting_technique differs"),
    ):
        local_value, remote_value = local.get(name), remote.get(name)
        if name == "messages" and exact_json.is_equal(
            local_value, _simplify_all(remote_value or ())
        ):
            continue  # LangWatch's own clients send these fields alone
        if not exact_json.is_equal(local_value, remote_value):
            values = f"{_describe_value(local_value)} → {_describe_value(remote_value)}"
            differences.append(sentence or f"{name}: {values}")
    return differences


def _describe_value(value: object) -> str:
    return "undefined" if value is None else str(value)


# -- texts


def _dump_texts(content: Content) -> Document:
    """Convert a conversation to the system prompt and the other messages, with plain texts."""
    conversation = content.conversation
    start = int(_starts_with_system(conversation))
    return {
        "prompt": join_texts(conversation[0]) if start else "",
        "messages": [
            {
                # LangWatch has no role for the results of tools.
                "role": ROLES.get(str(message.get("role")), "user"),
                "content": join_texts(message),
            }
            for message in conversation[start:]
        ],
    }


def _get_texts(content: Content, settings: Settings) -> Document:
    return _dump_texts(content)


def _put_texts(content: Content, part: Document, before: Any, settings: Settings) -> Document:
    """Convert texts; unchanged messages keep the fields that only other dialects have."""
    prompt, messages = part["prompt"], part["messages"]
    conversation = content.conversation if before else []
    start = int(_starts_with_system(conversation))
    result = conversation[:start]
    # An empty prompt needs no message, unless the first message would count as the prompt.
    is_new_prompt = before is None or prompt != before["prompt"]
    if is_new_prompt or (not start and _starts_with_system(messages)):
        result = [{"role": "system", "content": prompt}]
    simple = _simplify_all(before["messages"] if before else [])
    previous = list(zip(simple, conversation[start:], strict=True))
    for number, message in enumerate(map(_simplify, messages)):
        current, whole = previous[number] if number < len(previous) else (None, message)
        result.append(whole if current == message else message)
    if content.messages is None and len(result) == 1 and _starts_with_system(result):
        fields: Document = {"template": join_texts(result[0])}
    else:
        fields = {"template": None, "messages": result}
    return fields


def _load_older_messages(messages: Sequence[Document], content: Content) -> Document | None:
    """Load the messages that earlier releases stored; None if the texts have changed since."""
    texts = _dump_texts(content)
    return {**texts, "messages": messages} if _simplify_all(messages) == texts["messages"] else None


def _simplify(message: Mapping[str, Any]) -> Document:
    return {"role": message["role"], "content": message["content"]}


def _simplify_all(messages: Sequence[Mapping[str, Any]]) -> list[Document]:
    return [_simplify(message) for message in messages]


def _starts_with_system(conversation: Sequence[Document]) -> bool:
    return bool(conversation) and ROLES.get(str(conversation[0].get("role"))) == "system"


# -- model and settings


def _get_model(content: Content, settings: Settings) -> str:
    return content.qualified_model or settings.default_model


def _put_model(content: Content, part: str, before: Any, settings: Settings) -> Document:
    provider, model = split_model(part)
    return {"provider": provider, "model": model}


def _get_settings(content: Content, settings: Settings) -> Document:
    parameters = content.parameters or {}
    part = {
        name: parameters[name] for name in NUMBERS if exact_json.is_number(parameters.get(name))
    }
    return part | {
        name: parameters[name] for name in WORDS if isinstance(parameters.get(name), str)
    }


def _put_settings(content: Content, part: Document, before: Any, settings: Settings) -> Document:
    """Convert settings; unchanged ones keep their exact value, and other parameters are kept."""
    previous = before or {}
    parameters = {
        name: value
        for name, value in (content.parameters or {}).items()
        if name in part or name not in previous
    }
    changes = {
        name: value
        for name, value in part.items()
        if name not in previous or not exact_json.is_equal(value, previous[name])
    }
    return {"parameters": parameters | changes}


# -- inputs and outputs


def _get_inputs(content: Content, settings: Settings) -> list[Document]:
    if content.inputs is not None:
        return [
            {"identifier": item["name"], "type": TYPES.get(str(item.get("type")), "str")}
            for item in content.inputs
        ]
    names = find_variables(content, settings)
    return [{"identifier": name, "type": "str"} for name in names]


def _put_inputs(
    content: Content, part: Sequence[Document], before: Any, settings: Settings
) -> Document:
    def load(item: Document, whole: Document) -> Document:
        return {**whole, "name": item["identifier"], "type": item["type"]}

    return {"inputs": _merge_items(part, before, content.inputs, load)}


def _get_outputs(content: Content, settings: Settings) -> list[Document]:
    return [_get_output(output) for output in content.expected_outputs or ()] or [*DEFAULT_OUTPUTS]


def _get_output(output: Mapping[str, Any]) -> Document:
    item = {
        "identifier": output["name"],
        "type": OUTPUT_TYPES.get(str(output.get("type")), "str"),
    }
    schema = output.get("schema")
    return item | ({"json_schema": schema} if isinstance(schema, dict) else {})


def _put_outputs(
    content: Content, part: Sequence[Document], before: Any, settings: Settings
) -> Document:
    def load(item: Document, whole: Document) -> Document:
        output = {**whole, "name": item["identifier"], "type": item["type"]}
        output.pop("schema", None)
        return output | ({"schema": item["json_schema"]} if "json_schema" in item else {})

    return {"outputs": _merge_items(part, before, content.expected_outputs, load)}


def _merge_items(
    items: Sequence[Document],
    before: Sequence[Document] | None,
    current: Sequence[Document] | None,
    load: Callable[[Document, Document], Document],
) -> list[Document]:
    """Convert items; those that exist already keep the fields that only other dialects have."""
    whole = {item["name"]: item for item in current or ()}
    previous = {item["identifier"]: item for item in before or ()}
    return [
        whole[name]
        if (name := item["identifier"]) in whole and exact_json.is_equal(item, previous.get(name))
        else load(item, whole.get(name, {}))
        for item in items
    ]


LENSES = Lenses(
    "langwatch",
    {
        "texts": Lens(
            fields=("template", "messages"),
            get=_get_texts,
            put=_put_texts,
            has_texts=True,
            older_name="messages",
            load_older=_load_older_messages,
            simplify=lambda part: {**part, "messages": _simplify_all(part["messages"])},
        ),
        "model": Lens(fields=("provider", "model"), is_guess=True, get=_get_model, put=_put_model),
        "settings": Lens(fields=("parameters",), get=_get_settings, put=_put_settings),
        "inputs": Lens(fields=("inputs",), is_guess=True, get=_get_inputs, put=_put_inputs),
        "outputs": Lens(
            fields=("expected_outputs",), is_guess=True, get=_get_outputs, put=_put_outputs
        ),
        **{name: only_extra() for name in (*OWN, "parameters", "author_id")},
    },
    language="liquid",
)
