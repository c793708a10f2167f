"""Tela's documents to content, and content to documents.

A document falls into parts, each of which says in Tela's words what some fields of the content say
in everybody's. What these fields cannot hold of a part is kept beside them as it was written, and
shown for as long as they say what they said then: another dialect may have changed them since.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from shared import templates, wire
from shared.domain.content import Content, Document, provider_and_model, text_of
from shared.errors import InvalidTemplate, LimitReached

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from shared.settings import Settings

NAME = "tela"  # under which a content holds what only Tela says
TEXTS = ("content", "markdownContent", "messages")
ROLES = {"developer": "system", "tool": "function"} | {
    role: role for role in ("user", "assistant", "system", "function")
}
FILES = ("file", "image")
# Types of outputs, which are LangWatch's, in JSON Schema.
TYPES = {"str": "string", "float": "number", "int": "integer", "bool": "boolean"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Args:
    fields: of the content, which say the same.
    guessed: whether something is shown where the fields say nothing.
    put: the fields' values that a document of this part stands for.
    get: the document that stands for a content.
    """

    fields: tuple[str, ...]
    guessed: bool = False
    put: Callable[[Document], Document]
    get: Callable[[Content, Settings], Document]

    def state(self, content: Content) -> str:
        """Changes whenever the fields do."""
        said = wire.canonical([getattr(content, field) for field in self.fields])
        return sha256(said.encode()).hexdigest()[:16]

    def is_said(self, content: Content) -> bool:
        return any(getattr(content, field) is not None for field in self.fields)


# -- whole documents


def new_content(given: Document, settings: Settings) -> Content:
    """The texts are taken as they are: braces that are no template are braces."""
    content = Content(engine="jinja")
    parts: dict[str, Document] = {"texts": {}}
    for name, document in (parts | _parts(given)).items():
        part = PARTS[name]
        content = _kept(replace(content, **part.put(document)), name, document, settings)
    return content


def revised(content: Content, given: Document, settings: Settings) -> Content:
    """The content with what is given replaced, or the very same where that changes nothing.

    What is given as it is shown stays what it is, so that reading a version and writing the same
    back alters nothing in any dialect.
    """
    for name, document in _parts(given).items():
        shown = _shown(content, name, settings)
        if name == "texts":
            if all(wire.same(shown.get(field), text) for field, text in document.items()):
                continue
            document = _merged(content, shown, document)
        if wire.same(shown, document):
            continue
        part = PARTS[name]
        before, after = part.put(shown), part.put(document)
        changed = {
            field: value for field, value in after.items() if not wire.same(value, before[field])
        }
        content = _kept(replace(content, **changed), name, document, settings)
    return content


def shown(content: Content, settings: Settings) -> Document:
    """A version's content as Tela tells it, whoever wrote it."""
    parts = {name: _shown(content, name, settings) for name in PARTS}
    configuration = parts["model"] | parts["parameters"] | parts["type"] | parts["output"]
    return {**parts["texts"], "configuration": configuration, **parts["variables"]}


def _parts(given: Document) -> dict[str, Document]:
    """The parts that a document speaks of, by name."""
    parts = {}
    if texts := {name: given[name] for name in TEXTS if name in given}:
        parts["texts"] = texts
    if "variables" in given:
        parts["variables"] = {"variables": given["variables"]}
    if "configuration" in given:
        rest = dict(given["configuration"])
        for part, name in (("model", "model"), ("type", "type"), ("output", "structuredOutput")):
            parts[part] = {name: rest.pop(name)} if name in rest else {}
        parts["parameters"] = rest
    return parts


def _shown(content: Content, name: str, settings: Settings) -> Document:
    part, kept = PARTS[name], _written(content).get(name)
    if kept is not None and kept["state"] == part.state(content):
        document: Document = kept["document"]
        return document
    return part.get(content, settings)


def _merged(content: Content, shown: Document, given: Document) -> Document:
    """The texts with those replaced that are given.

    Of another dialect's conversation messages and text are two views, and each replaces the other.
    """
    kept = _written(content).get("texts")
    views = content.messages is not None and not (kept and kept["document"] is shown)
    replaces = views and given.keys() != {"markdownContent"}
    return given if replaces else shown | given


def _kept(content: Content, name: str, document: Document, settings: Settings) -> Content:
    """The content with a part as it was written, unless that can be told from the content."""
    part = PARTS[name]
    ours = {key: kept for key, kept in _written(content).items() if key != name}
    told = part.is_said(content) or not part.guessed
    if not told or not wire.same(part.get(content, settings), document):
        ours[name] = {"document": document, "state": part.state(content)}
    others = {dialect: kept for dialect, kept in content.written.items() if dialect != NAME}
    return replace(content, written=others | ({NAME: ours} if ours else {}))


def _written(content: Content) -> Document:
    return content.written.get(NAME, {})


# -- texts


def _put_texts(document: Document) -> Document:
    """A conversation if there is one, else one text.

    What the plain text says beside the messages is what the system says before them.
    """
    text = document.get("content") or document.get("markdownContent") or ""
    given = document.get("messages", [])
    messages = [
        {"role": message["role"], "content": message.get("content")}
        for message in (given if isinstance(given, list) else [given])
    ]
    if not messages:
        return {"template": text, "messages": None}
    if text not in Content(messages=messages).text:
        messages.insert(0, {"role": "system", "content": text})
    return {"template": None, "messages": messages}


def _get_texts(content: Content, _: Settings) -> Document:
    """A conversation is shown as its messages, and their texts together as the plain text."""
    if content.messages is None:
        return {"content": content.text}
    return {
        "content": content.text,
        "messages": [
            {
                "role": ROLES.get(str(message.get("role")), "user"),
                "content": None if message.get("content") is None else text_of(message),
            }
            for message in content.messages
        ],
    }


# -- configuration


def _put_model(document: Document) -> Document:
    name = document["model"].strip()
    provider, model = provider_and_model(name) if name else (None, None)
    return {"provider": provider, "model": model}


def _get_model(content: Content, settings: Settings) -> Document:
    return {"model": content.qualified_model or settings.default_model}


def _put_parameters(document: Document) -> Document:
    """By their common names: Tela's `topP` is everybody's `top_p`."""
    named = {_renamed(name, snake, camel, document): item for name, item in document.items()}
    return {"parameters": named or None}


def _get_parameters(content: Content, _: Settings) -> Document:
    """Without those whose names mean something else in Tela."""
    parameters = content.parameters or {}
    shown = {_renamed(name, camel, snake, parameters): item for name, item in parameters.items()}
    taken = {"model", "type", "structuredOutput"}
    if not is_number(shown.get("temperature", 0)):
        taken.add("temperature")
    return {name: item for name, item in shown.items() if name not in taken}


def is_number(value: object) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _renamed(
    name: str, to: Callable[[str], str], back: Callable[[str], str], names: Mapping[str, Any]
) -> str:
    """The other spelling of a name, where it is one and is not taken."""
    other = to(name)
    return other if back(other) == name and other not in names else name


def snake(name: str) -> str:
    return re.sub("[A-Z]", lambda found: f"_{found[0].lower()}", name)


def camel(name: str) -> str:
    return re.sub("_([a-z])", lambda found: found[1].upper(), name)


def _put_output(document: Document) -> Document:
    """A schema that is not switched off."""
    output = document.get("structuredOutput", {})
    if "schema" not in output or output.get("enabled") is False:
        return {"outputs": None}
    return {"outputs": [{"name": "output", "type": "json_schema", "schema": output["schema"]}]}


def _get_output(content: Content, _: Settings) -> Document:
    """The schema of the one output, or of an object of them all; none for a plain text."""
    outputs = content.outputs or ()
    schemas = {str(output["name"]): _schema(output) for output in outputs}
    if not schemas:
        return {}
    if len(schemas) > 1 or not isinstance(outputs[0].get("schema"), dict):
        if [output.get("type") for output in outputs] == ["str"]:
            return {}
        schema: Any = {"type": "object", "properties": schemas, "required": list(schemas)}
    else:
        (schema,) = schemas.values()
    return {"structuredOutput": {"enabled": True, "schema": schema}}


def _schema(output: Mapping[str, Any]) -> Document:
    if isinstance(schema := output.get("schema"), dict):
        return schema
    known = TYPES.get(str(output.get("type")))
    return {"type": known} if known else {}


def _put_type(_: Document) -> Document:
    return {}


def _get_type(_: Content, __: Settings) -> Document:
    return {"type": "chat"}


# -- variables


def _put_variables(document: Document) -> Document:
    """Of variables of one name the first counts."""
    inputs: dict[str, Document] = {}
    for variable in document["variables"]:
        said = {name: variable[name] for name in SHOWN if name in variable}
        said["type"] = "file" if variable["type"] == "file" else "str"
        inputs.setdefault(variable["name"], said)
    return {"inputs": [*inputs.values()] or None}


SHOWN = ("name", "type", "required", "description", "processingOptions")


def _get_variables(content: Content, settings: Settings) -> Document:
    return {"variables": [_variable(item) for item in _inputs(content, settings)]}


def _inputs(content: Content, settings: Settings) -> Sequence[Document]:
    """The declared variables, or else those that are found in the texts."""
    if content.inputs is not None:
        return content.inputs
    try:
        return [{"name": name} for name in templates.variables(content, settings)]
    except (InvalidTemplate, LimitReached):
        return []


def _variable(item: Mapping[str, Any]) -> Document:
    shown: Document = {
        "name": item["name"],
        "type": "file" if item.get("type") in FILES else "text",
        "required": item.get("required", True),
    }
    if isinstance(item.get("description"), str):
        shown["description"] = item["description"]
    if isinstance(item.get("processingOptions"), dict):
        shown["processingOptions"] = item["processingOptions"]
    return shown


# The texts come first, since variables are found in them.
PARTS: Mapping[str, Part] = {
    "texts": Part(fields=("template", "messages"), put=_put_texts, get=_get_texts),
    "model": Part(fields=("provider", "model"), guessed=True, put=_put_model, get=_get_model),
    "parameters": Part(fields=("parameters",), put=_put_parameters, get=_get_parameters),
    "type": Part(fields=(), put=_put_type, get=_get_type),
    "output": Part(fields=("outputs",), put=_put_output, get=_get_output),
    "variables": Part(fields=("inputs",), guessed=True, put=_put_variables, get=_get_variables),
}
