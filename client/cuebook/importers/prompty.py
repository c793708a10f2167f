"""Prompts of Prompty, version 1 and 2: front matter, and a text of Jinja or Mustache."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .contents import (
    build_content,
    build_response_format,
    build_tool,
    is_tool,
    join_model,
    rename_parameters,
    take,
    take_name,
    take_objects,
    take_response_format,
    take_texts,
)
from .files import load_each, split_front_matter
from .items import (
    ImportedPrompt,
    ImportedVersion,
    Item,
    Losses,
    UntranslatableError,
    convert_each,
)
from .mustache import translate
from .schemas import INPUT_TYPES, KINDS, load_properties
from .source import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .files import File
    from .items import Document

SUFFIX = ".prompty"
# A line that begins a message, such as `system:` or `user[name="Ada"]:`.
MARK = re.compile(r"#?\s{0,20}(system|developer|user|assistant)(\[[^\]]*\])?\s{0,20}:", re.I)
NAME = re.compile(r"\[\s{0,20}name\s{0,20}=\s{0,20}\"?([^\",\]]{1,200})\"?\s{0,20}\]")
COMPUTED = re.compile(r"\{\{[^{}]*\}\}\s{0,20}:")
IMAGE = re.compile(r"!\[[^\]]{0,200}\]\([^)]{1,2000}\)")
PROVIDERS = {"azure_openai": "azure", "openai": "openai"}
FIELDS = (
    *("name", "description", "authors", "tags", "version", "metadata", "model", "inputs"),
    *("inputSchema", "outputs", "outputSchema", "tools", "template", "sample"),
)


def read(files: Iterable[File]) -> Iterator[Item]:
    """Read prompts from `.prompty` files."""
    yield from convert_each(load_each(files, split_front_matter), _convert)


def _convert(origin: str, document: tuple[Document, str]) -> ImportedPrompt:
    fields, text = document
    losses = Losses()
    losses.note_fields(fields, "", besides=FIELDS)
    metadata = {**take(fields, "metadata", dict, {})}
    metadata |= {name: fields[name] for name in ("authors", "tags", "version") if name in fields}
    losses.note_fields(metadata, "metadata.", besides=("tags",))
    model = fields.get("model")
    model = {"id": model} if isinstance(model, str) else take(fields, "model", dict, {})
    parameters = _convert_parameters(model)
    tools = take(parameters, "tools", list, []) or take(fields, "tools", list, [])
    parameters.pop("tools", None)
    schema_format = take_response_format(parameters, losses, "model.parameters.")
    inputs = _list_inputs(fields, losses)
    threads = {item["name"] for item in inputs if item.get("kind") == "thread"}
    engine, messages = _convert_text(fields, text, threads, losses)
    content = build_content(
        engine,
        messages,
        model=_convert_model(model, losses),
        model_params=parameters,
        tools=_convert_tools(tools, losses),
        response_format=_convert_outputs(fields, losses) or schema_format,
        inputs=[_convert_input(item) for item in inputs if item["name"] not in threads],
    )
    return ImportedPrompt(
        origin=origin,
        name=take(fields, "name", str, "").strip() or origin.removesuffix(SUFFIX),
        description=take(fields, "description", str, ""),
        keywords=take_texts(metadata, "tags"),
        versions=(ImportedVersion(label=origin, content=content, is_live=True),),
        losses=losses.names,
    )


def _convert_model(model: Document, losses: Losses) -> str | None:
    """Convert the model; its connection, which may have a key, is not even looked at."""
    configuration = take(model, "configuration", dict, {})
    if "connection" in model or configuration:
        losses.note("model.connection")
    if take(model, "apiType", str, take(model, "api", str, "chat")) != "chat":
        losses.note("model.apiType")
    if model.get("response") not in (None, "first"):
        losses.note("model.response")
    kind = take(configuration, "type", str, "")
    provider = take(model, "provider", str, PROVIDERS.get(kind, ""))
    name = next(
        (
            name
            for document, field in (
                (model, "id"),
                (configuration, "azure_deployment"),
                (configuration, "name"),
            )
            if (name := take(document, field, str, "")) and not name.startswith("${")
        ),
        None,
    )
    return join_model(provider, name)


def _convert_parameters(model: Document) -> Document:
    options = take(model, "options", dict, take(model, "parameters", dict, {}))
    extra = take(options, "additionalProperties", dict, {})
    fields = {name: value for name, value in options.items() if name != "additionalProperties"}
    return rename_parameters({**fields, **extra})


def _list_inputs(fields: Document, losses: Losses) -> list[Document]:
    """List the declared variables, each with a `name`; version 1 has them by their names."""
    schema = fields.get("inputSchema", fields.get("inputs"))
    if isinstance(schema, dict) and isinstance(schema.get("properties"), list | dict):
        schema = schema["properties"]
    if isinstance(schema, list):
        items = take_objects({"inputs": schema}, "inputs")
    else:
        items = [
            {**value, "name": name} if isinstance(value, dict) else {"name": name, "default": value}
            for name, value in take({"inputs": schema}, "inputs", dict, {}).items()
        ]
    if "sample" in fields or any({"default", "sample", "example"} & {*item} for item in items):
        losses.note("values of inputs")
    for item in items:
        take_name(item)
        if item.get("kind") == "image":
            losses.note("inputs of images")
    return items


def _convert_input(item: Document) -> Document:
    declaration: Document = {"name": item["name"]}
    kind = INPUT_TYPES.get(KINDS.get(str(item.get("kind", item.get("type"))), ""))
    if kind:
        declaration["type"] = kind
    for name, expected in (("description", str), ("required", bool)):
        if isinstance(item.get(name), expected):
            declaration[name] = item[name]
    return declaration


def _convert_outputs(fields: Document, losses: Losses) -> Document | None:
    schema = fields.get("outputSchema", fields.get("outputs"))
    if isinstance(schema, dict) and isinstance(schema.get("properties"), list | dict):
        schema = schema["properties"]
    if isinstance(schema, dict):
        schema = [
            {**value, "name": name} for name, value in schema.items() if isinstance(value, dict)
        ]
    if not schema:
        return None
    if not isinstance(schema, list) or not all(isinstance(item, dict) for item in schema):
        losses.note("outputs")
        return None
    return build_response_format(load_properties(schema))


def _convert_tools(tools: list[Any], losses: Losses) -> list[Document]:
    result = []
    for tool in tools:
        if is_tool(tool):
            result.append({"type": "function", "function": tool["function"]})
        elif isinstance(tool, dict) and tool.get("kind") == "function":
            parameters = tool.get("parameters")
            if isinstance(parameters, dict):
                parameters = parameters.get("properties")
            schema = load_properties(take_objects({"parameters": parameters}, "parameters"))
            result.append(build_tool(take_name(tool), tool.get("description"), schema))
        else:
            losses.note("tools that are not functions of the file")
    return result


def _convert_text(
    fields: Document, text: str, threads: set[str], losses: Losses
) -> tuple[str, list[Document]]:
    """Convert the text to messages, in the language that the file names."""
    messages = _split(text, threads, losses)
    if _get_format(fields) == "jinja2":
        return "jinja", messages
    engine, texts = translate([message.get("content", "") for message in messages])
    return engine, [
        # Where a comment was at an end, a line is empty now.
        {**message, "content": content.strip("\n")} if "content" in message else message
        for message, content in zip(messages, texts, strict=True)
    ]


def _get_format(fields: Document) -> str:
    """Get the language of the texts; version 1 has it as `template` or its `type`."""
    template = fields.get("template")
    if isinstance(template, str):
        kind: Any = template
    else:
        template = take(fields, "template", dict, {})
        kind = template.get("format", template.get("type", "jinja2"))
    kind = kind.get("kind", "jinja2") if isinstance(kind, dict) else kind
    if kind not in ("jinja2", "mustache"):
        raise UntranslatableError(f"its language {str(kind)[:40]!r} has no equivalent")
    return str(kind)


def _split(text: str, threads: set[str], losses: Losses) -> list[Document]:
    """Split a text into messages; what is before the first role is of the system."""
    messages: list[Document] = []
    fields: Document = {"role": "system"}
    lines: list[str] = []

    def end() -> None:
        if content := "\n".join(lines).strip("\n"):
            messages.append({**fields, "content": content})
        lines.clear()

    for line in text.split("\n"):
        stripped = line.strip()
        if match := MARK.fullmatch(stripped):
            end()
            fields = {"role": match[1].lower()}
            if name := NAME.fullmatch(match[2] or ""):
                fields["name"] = name[1].strip()
            elif match[2]:
                losses.note("attributes of roles")
        elif COMPUTED.fullmatch(stripped):
            raise UntranslatableError(f"it computes a role: {stripped[:40]}")
        elif stripped.startswith("{{") and stripped.strip("{} ") in threads:
            end()
            messages.append({"type": "placeholder", "name": stripped.strip("{} ")})
        else:
            lines.append(line)
            if IMAGE.search(line):
                losses.note("images in the text")
    end()
    return messages


SOURCE = Source(suffixes=(SUFFIX,), read=read)
