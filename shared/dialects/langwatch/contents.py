"""Content as LangWatch's `configData`, and the other way round.

Every body of LangWatch's comes down to such a document, of which its generations say more or less:
the first posts it whole, today's API says it in camel case beside other things. So one mapping, in
each direction, serves them all.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from shared import templates, wire
from shared.dialects.langwatch import liquid
from shared.domain.content import Content, Document, provider_and_model, text_of
from shared.errors import InvalidTemplate, LimitReached

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from shared.settings import Settings

OURS = "langwatch"  # among what each dialect wrote
DEFAULT_INPUTS = ({"identifier": "input", "type": "str"},)
DEFAULT_OUTPUTS = ({"identifier": "output", "type": "str"},)
# Settings of the model: canonical parameters of the same names.
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
# What LangWatch alone says of a version.
EXTRAS = ("version", "demonstrations", "prompting_technique")
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


# -- what is shown


def config(content: Content, settings: Settings) -> Document:
    """A version as configuration data, whoever wrote it."""
    prompt, messages = _spoken(content)
    parameters = content.parameters or {}
    shown: Document = {
        "prompt": prompt,
        "messages": messages,
        "inputs": _inputs(content, settings),
        "outputs": [_output(output) for output in content.outputs or ()] or [*DEFAULT_OUTPUTS],
        "model": content.qualified_model or settings.default_model,
    }
    shown |= {name: parameters[name] for name in NUMBERS if _is_number(parameters.get(name))}
    shown |= {name: parameters[name] for name in WORDS if isinstance(parameters.get(name), str)}
    return shown | {name: own(content)[name] for name in EXTRAS if name in own(content)}


def own(content: Content) -> Document:
    """What only LangWatch says of a version."""
    return content.written.get(OURS, {})


def runtime_parameters(content: Content) -> Document:
    """The values for the application that a version carries; not the model's parameters."""
    parameters: Document = own(content).get("parameters", {})
    return parameters


def author_id(content: Content) -> str | None:
    author: str | None = own(content).get("author_id")
    return author


def verbatim(messages: Sequence[Document], content: Content) -> list[Document]:
    """Shown messages with whatever else they were written with."""
    full = own(content).get("messages", messages)
    return [*full] if [_plain(message) for message in full] == messages else [*messages]


def _spoken(content: Content) -> tuple[str, list[Document]]:
    """What the system says first, and the messages that follow, with texts for contents."""
    conversation = content.conversation
    start = int(_starts_with_system(conversation))
    prompt = text_of(conversation[0]) if start else ""
    return prompt, [
        {
            # What a tool says is put in as its user would.
            "role": ROLES.get(str(message.get("role")), "user"),
            "content": text_of(message),
        }
        for message in conversation[start:]
    ]


def _starts_with_system(conversation: Sequence[Document]) -> bool:
    return bool(conversation) and ROLES.get(str(conversation[0].get("role"))) == "system"


def _plain(message: Mapping[str, Any]) -> Document:
    return {"role": message["role"], "content": message["content"]}


def _inputs(content: Content, settings: Settings) -> list[Document]:
    if content.inputs is not None:
        return [
            {"identifier": item["name"], "type": TYPES.get(str(item.get("type")), "str")}
            for item in content.inputs
        ]
    try:
        names = templates.variables(content, settings)
    except (InvalidTemplate, LimitReached):
        names = []
    return [{"identifier": name, "type": "str"} for name in names]


def _output(output: Mapping[str, Any]) -> Document:
    shown = {
        "identifier": output["name"],
        "type": OUTPUT_TYPES.get(str(output.get("type")), "str"),
    }
    schema = output.get("schema")
    return shown | ({"json_schema": schema} if isinstance(schema, dict) else {})


def _is_number(value: object) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


# -- what is written


def first(changes: Document, *, author: str | None = None) -> Content:
    """The content of a version that follows from no other."""
    return signed(_revised(Content(engine="jinja"), changes, {}, None), author)


def revised(content: Content, changes: Document, settings: Settings) -> Content:
    """The content with what the changes name replaced; null takes something away.

    What is given as it is shown stays what it is, so that reading a version and writing the same
    back alters nothing in any dialect.
    """
    return signed(_revised(content, changes, config(content, settings), settings), None)


def signed(content: Content, author: str | None) -> Content:
    """The content with the user that its writer names; of each version anew."""
    return _with_own(content, {"author_id": author})


def with_parameters(content: Content, parameters: Document) -> Content:
    return _with_own(content, {"parameters": parameters or None})


def with_detected_inputs(changes: Document) -> Document:
    """With the variables of its texts declared: `input` first, the others by name."""
    declared = {item["identifier"]: item for item in changes.get("inputs", ())}
    texts = [changes["prompt"], *(message["content"] for message in changes["messages"])]
    for name in set().union(*map(liquid.variables, texts)) - declared.keys():
        declared[name] = {"identifier": name, "type": "str"}
    ordered = sorted(declared, key=lambda name: (name != "input", name.casefold(), name))
    return changes | {"inputs": [declared[name] for name in ordered]}


def differences(local: Document, remote: Document) -> list[str]:
    """What a local configuration says otherwise, in LangWatch's words and order."""
    found = []
    for name, words in (
        ("model", ""),
        ("prompt", "prompt content differs"),
        ("messages", "messages differ"),
        ("inputs", "inputs differ"),
        ("outputs", "outputs differ"),
        *((name, "") for name in SETTINGS),
        ("demonstrations", "demonstrations differ"),
        ("prompting_technique", "prompting_technique differs"),
    ):
        here, there = local.get(name), remote.get(name)
        if not _same(here, there):
            found.append(words or f"{name}: {_word(here)} → {_word(there)}")
    return found


def _word(value: object) -> str:
    return "undefined" if value is None else str(value)


def _same(one: object, other: object) -> bool:
    return wire.canonical(one) == wire.canonical(other)


def _revised(
    content: Content, given: Document, shown: Document, settings: Settings | None
) -> Content:
    changes = {name: value for name, value in given.items() if not _same(value, shown.get(name))}
    fields: dict[str, Any] = {}
    if "model" in changes:
        fields["provider"], fields["model"] = provider_and_model(changes["model"])
    if "inputs" in changes:
        declared = changes["inputs"]
        fields["inputs"] = _merged(declared, shown.get("inputs"), content.inputs, _input_from)
    if "outputs" in changes:
        outputs = changes["outputs"]
        fields["outputs"] = _merged(outputs, shown.get("outputs"), content.outputs, _output_from)
    if chosen := {name: changes[name] for name in SETTINGS if name in changes}:
        parameters = {**(content.parameters or {}), **chosen}
        fields["parameters"] = {
            k: v for k, v in parameters.items() if k not in chosen or v is not None
        }
    content = replace(content, **fields)
    if changes.keys() & {"prompt", "messages"}:
        content = _said(content, changes, shown, settings)
    return _with_own(content, {name: changes[name] for name in EXTRAS if name in changes})


def _said(
    content: Content, changes: Document, shown: Document, settings: Settings | None
) -> Content:
    """The content with other texts; messages that stay keep what only other dialects show."""
    conversation = content.conversation if shown else []
    start = int(_starts_with_system(conversation))
    spoken = conversation[:start]
    before = list(zip(shown.get("messages", ()), conversation[start:], strict=True))
    messages: list[Document] = (shown | changes).get("messages", [])
    # An empty prompt goes without a message, unless another would be taken for it.
    if "prompt" in changes or (not start and _starts_with_system(messages)):
        spoken = [{"role": "system", "content": (shown | changes)["prompt"]}]
    for place, message in enumerate(messages):
        seen, kept = before[place] if place < len(before) else ({}, {})
        spoken.append(kept if seen == _plain(message) else _plain(message))
    if content.messages is None and len(spoken) == 1 and _starts_with_system(spoken):
        content = replace(content, template=text_of(spoken[0]))
    else:
        content = replace(content, template=None, messages=spoken)
    if content.engine != "jinja" and not _parses(content, settings):
        # Edited here, a text of another language has become Liquid.
        content = replace(content, engine="jinja")
    if "messages" not in changes:
        return content
    more = any(message.keys() - {"role", "content"} for message in messages)
    return _with_own(content, {"messages": messages if more else None})


def _parses(content: Content, settings: Settings | None) -> bool:
    try:
        if settings is not None:
            templates.check(content, settings)
    except (InvalidTemplate, LimitReached):
        return False
    return True


def _with_own(content: Content, said: Document) -> Content:
    """The content with more that only LangWatch says; null takes it away."""
    ours = {name: value for name, value in (own(content) | said).items() if value is not None}
    others = {dialect: document for dialect, document in content.written.items() if dialect != OURS}
    return replace(content, written=others | ({OURS: ours} if ours else {}))


def _merged(
    items: Iterable[Document],
    shown: Sequence[Document] | None,
    kept: Sequence[Document] | None,
    read: Any,
) -> list[Document]:
    """Items of a list; those that stay as shown are kept whole, others keep what is not shown."""
    known = {item["name"]: item for item in kept or ()}
    seen = {item["identifier"]: item for item in shown or ()}
    return [
        known[name]
        if (name := item["identifier"]) in known and _same(item, seen.get(name))
        else read(item, known.get(name, {}))
        for item in items
    ]


def _input_from(item: Document, known: Document) -> Document:
    return {**known, "name": item["identifier"], "type": item["type"]}


def _output_from(item: Document, known: Document) -> Document:
    output = {**known, "name": item["identifier"], "type": item["type"]}
    output.pop("schema", None)
    return output | ({"schema": item["json_schema"]} if "json_schema" in item else {})
