"""Contents from Tela's documents, and Tela's documents from contents."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, cast

from shared import exact_json
from shared.conversations import join_texts
from shared.dialects.formats import to_camel_case, to_snake_case
from shared.dialects.lenses import Lens, Lenses, put_changes
from shared.domain.content import Content, split_model
from shared.domain.outputs import build_schema, load_outputs, replace_outputs
from shared.templates import find_variables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from shared.dialects.tela import models
    from shared.domain.content import Document
    from shared.settings import Settings

TEXTS = ("content", "markdownContent", "messages")
ROLES = {"developer": "system", "tool": "function"} | {
    role: role for role in ("user", "assistant", "system", "function")
}
FILE_TYPES = ("file", "image")
VARIABLE_FIELDS = ("name", "type", "required", "description", "processingOptions")


def load_content(
    document: Document,
    settings: Settings,
    *,
    base: Content | None = None,
    sources: Iterable[Content] = (),
) -> Content:
    """Load the content of a new version, whose texts need not be valid templates.

    Args:
        document: The body.
        settings: The settings of the deployment.
        base: The content of the newest version, whose fields of other dialects stay.
        sources: Contents of other versions that the client may have been shown.
    """
    if "message" in document:
        document = {"messages": document["message"], **document}
    parts: dict[str, Document] = {"texts": {}}
    parts |= _split_parts(document)
    return LENSES.create(parts, settings, base=base, sources=sources)


def revise_content(content: Content, document: Document, settings: Settings) -> Content:
    """Replace the parts of a content that a document has.

    Returns:
        The revised content; the same object if the document changes nothing.
    """
    parts = _split_parts(document)
    if "texts" in parts:
        parts["texts"] = _merge_texts(content, parts["texts"], settings)
    return LENSES.revise(content, parts, settings)


def dump_content(content: Content, settings: Settings) -> models.CanvasContent:
    """Dump the content of a version of any dialect."""
    parts = {name: LENSES.read(content, name, settings) for name in LENSES.lenses}
    configuration = parts["model"] | parts["parameters"] | parts["type"] | parts["output"]
    body = {**parts["texts"], "configuration": configuration, **parts["variables"]}
    return cast("models.CanvasContent", body)


def _split_parts(document: Document) -> dict[str, Document]:
    """Split a document into parts by name, without those that it does not have."""
    parts = {}
    if texts := {name: document[name] for name in TEXTS if name in document}:
        parts["texts"] = texts
    if "variables" in document:
        parts["variables"] = {"variables": document["variables"]}
    if "configuration" in document:
        parameters = dict(document["configuration"])
        for part, name in (("model", "model"), ("type", "type"), ("output", "structuredOutput")):
            parts[part] = {name: parameters.pop(name)} if name in parameters else {}
        parts["parameters"] = parameters
    return parts


def _merge_texts(content: Content, texts: Document, settings: Settings) -> Document:
    """Merge the texts of a document into the current ones.

    If another dialect wrote a conversation, `messages` and `content` both show it, so a document
    with only one of them replaces both.
    """
    before = LENSES.read(content, "texts", settings)
    if all(exact_json.is_equal(before.get(field), text) for field, text in texts.items()):
        return dict(before)
    are_views = content.messages is not None and exact_json.is_equal(
        before, _get_texts(LENSES.show(content, settings), settings)
    )
    return texts if are_views and texts.keys() != {"markdownContent"} else before | texts


# -- texts


def _put_texts(part: Document) -> Document:
    """Convert texts to messages if there are any, else to a template.

    A text that the messages do not contain becomes a system message before them.
    """
    text = part.get("content") or part.get("markdownContent") or ""
    value = part.get("messages", [])
    messages = [
        {"role": message["role"], "content": message.get("content")}
        for message in (value if isinstance(value, list) else [value])
    ]
    if not messages:
        return {"template": text, "messages": None}
    if text not in Content(messages=messages).text:
        messages.insert(0, {"role": "system", "content": text})
    return {"template": None, "messages": messages}


def _get_texts(content: Content, settings: Settings) -> Document:
    """Convert a conversation to messages, and to a plain text of all their texts."""
    if content.messages is None:
        return {"content": content.text}
    return {
        "content": content.text,
        "messages": [
            {
                "role": ROLES.get(str(message.get("role")), "user"),
                "content": None if message.get("content") is None else join_texts(message),
            }
            for message in content.messages
        ],
    }


# -- configuration


def _put_model(part: Document) -> Document:
    name = part["model"].strip()
    provider, model = split_model(name) if name else (None, None)
    return {"provider": provider, "model": model}


def _get_model(content: Content, settings: Settings) -> Document:
    return {"model": content.qualified_model or settings.default_model}


def _put_parameters(content: Content, part: Document, before: Any, settings: Settings) -> Document:
    """Convert parameters; a new response format replaces the outputs too."""
    fields = put_changes(_convert_parameters)(content, part, before, settings)
    return fields and replace_outputs(content.parameters, fields["parameters"])


def _convert_parameters(part: Document) -> Document:
    """Convert parameters to their common names, such as Tela's `topP` to `top_p`."""
    parameters = {
        _respell(name, to_snake_case, to_camel_case, part): value for name, value in part.items()
    }
    return {"parameters": parameters or None}


def _get_parameters(content: Content, settings: Settings) -> Document:
    """Convert parameters to Tela's names, without those that mean something else in Tela."""
    parameters = content.parameters or {}
    part = {
        _respell(name, to_camel_case, to_snake_case, parameters): value
        for name, value in parameters.items()
    }
    own_names = {"model", "type", "structuredOutput"}
    if not exact_json.is_number(part.get("temperature", 0)):
        own_names.add("temperature")
    return {name: value for name, value in part.items() if name not in own_names}


def _respell(
    name: str, to: Callable[[str], str], back: Callable[[str], str], names: Mapping[str, Any]
) -> str:
    """Convert a name if the conversion can be reversed and the result is not another name."""
    other = to(name)
    return other if back(other) == name and other not in names else name


def _put_output(content: Content, part: Document, before: Any, settings: Settings) -> Document:
    """Convert a schema; without one, a response format among the parameters does not count."""
    outputs = content.expected_outputs or ()
    # One schema is shown without its name and what else is said of it, which stay.
    whole = outputs[0] if len(outputs) == 1 and "schema" in outputs[0] else {}
    fields = put_changes(partial(_convert_output, whole))(content, part, before, settings)
    is_removal = fields == {"outputs": None} and (part or before is not None)
    return {"outputs": []} if is_removal and load_outputs(content.parameters) else fields


def _convert_output(whole: Mapping[str, Any], part: Document) -> Document:
    """Convert a schema to an output, unless it is disabled."""
    output = part.get("structuredOutput", {})
    if "schema" not in output or output.get("enabled") is False:
        return {"outputs": None}
    schema = {"type": "json_schema", "schema": output["schema"]}
    return {"outputs": [{"name": "output", **whole, **schema}]}


def _get_output(content: Content, settings: Settings) -> Document:
    schema = build_schema(content.expected_outputs or ())
    return {} if schema is None else {"structuredOutput": {"enabled": True, "schema": schema}}


def _put_type(part: Document) -> Document:
    return {}


def _get_type(content: Content, settings: Settings) -> Document:
    return {"type": "chat"}


# -- variables


def _put_variables(part: Document) -> Document:
    """Convert variables to inputs; the first of several with the same name counts."""
    inputs: dict[str, Document] = {}
    for variable in part["variables"]:
        declaration = {name: variable[name] for name in VARIABLE_FIELDS if name in variable}
        declaration["type"] = "file" if variable["type"] == "file" else "str"
        inputs.setdefault(variable["name"], declaration)
    return {"inputs": [*inputs.values()] or None}


def _get_variables(content: Content, settings: Settings) -> Document:
    return {"variables": [_get_variable(item) for item in _list_inputs(content, settings)]}


def _list_inputs(content: Content, settings: Settings) -> Sequence[Document]:
    """List the declared variables or, without any, those in the texts."""
    if content.inputs is not None:
        return content.inputs
    return [{"name": name} for name in find_variables(content, settings)]


def _get_variable(item: Mapping[str, Any]) -> Document:
    variable: Document = {
        "name": item["name"],
        "type": "file" if item.get("type") in FILE_TYPES else "text",
        "required": item.get("required", True),
    }
    if isinstance(item.get("description"), str):
        variable["description"] = item["description"]
    if isinstance(item.get("processingOptions"), dict):
        variable["processingOptions"] = item["processingOptions"]
    return variable


def _list_names(content: Content, settings: Settings) -> set[str]:
    variables: Document = LENSES.read(content, "variables", settings)
    return {variable["name"] for variable in variables["variables"]}


LENSES = Lenses(
    "tela",
    {
        # The texts come first, because the default of variables depends on them.
        "texts": Lens(
            fields=("template", "messages"),
            put=put_changes(_put_texts),
            get=_get_texts,
            has_texts=True,
        ),
        "model": Lens(
            fields=("provider", "model"),
            is_guess=True,
            put=put_changes(_put_model),
            get=_get_model,
        ),
        "parameters": Lens(fields=("parameters",), put=_put_parameters, get=_get_parameters),
        "type": Lens(put=put_changes(_put_type), get=_get_type),
        "output": Lens(fields=("expected_outputs",), put=_put_output, get=_get_output),
        "variables": Lens(
            fields=("inputs",),
            is_guess=True,
            put=put_changes(_put_variables),
            get=_get_variables,
        ),
    },
    language="tela",
    list_names=_list_names,
)
