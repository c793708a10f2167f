"""Prompts of Dotprompt, as Genkit has them: front matter, and a text of Handlebars."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .contents import (
    build_content,
    build_response_format,
    build_tool,
    join_model,
    rename_parameters,
    take,
)
from .files import load_each, split_front_matter
from .imports import (
    ImportedPrompt,
    ImportedVersion,
    Item,
    Losses,
    UnreadableError,
    UntranslatableError,
    convert_each,
)
from .mustache import translate
from .schemas import list_inputs, load_picoschema
from .source import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .files import File
    from .imports import Document

SUFFIX = ".prompt"
# What begins another message.
MARK = re.compile(r"\{\{\s{0,20}(?:role\s{1,20}[\"']([a-z]+)[\"']|(history))\s{0,20}\}\}")
ROLES = {"model": "assistant"}
FIELDS = ("name", "variant", "description", "model", "config", "input", "output", "tools")


def read(files: Iterable[File]) -> Iterator[Item]:
    """Read prompts from `.prompt` files."""
    yield from convert_each(load_each(files, split_front_matter), _convert)


def _convert(origin: str, document: tuple[Document, str]) -> ImportedPrompt:
    fields, text = document
    losses = Losses()
    losses.note_fields(fields, "", besides=FIELDS)
    name = _get_name(origin, fields)
    engine, messages = _convert_text(text)
    config = rename_parameters(take(fields, "config", dict, {}))
    if config.pop("version", None) is not None:
        losses.note("config.version")
    variables = take(fields, "input", dict, {})
    losses.note_fields(variables, "input.", besides=("schema",))
    content = build_content(
        engine,
        messages,
        model=join_model(None, take(fields, "model", str, "")),
        model_params=config,
        tools=_convert_tools(take(fields, "tools", list, []), losses),
        response_format=_convert_output(take(fields, "output", dict, {}), losses),
        inputs=_convert_input(variables.get("schema"), losses),
    )
    return ImportedPrompt(
        origin=origin,
        name=name,
        description=take(fields, "description", str, ""),
        versions=(ImportedVersion(label=origin, content=content, is_live=True),),
        losses=losses.names,
    )


def _get_name(origin: str, fields: Document) -> str:
    """Get the name of a prompt: that in its file, or else that of the file, with its variant."""
    name = take(fields, "name", str, "")
    variant = take(fields, "variant", str, "")
    if not name:
        return origin.removesuffix(SUFFIX)  # a variant is a part of it
    return f"{name}.{variant}" if variant else name


def _convert_text(text: str) -> tuple[str, list[Document]]:
    """Split a text into messages; what is before the first mark is of the user."""
    pieces = MARK.split(text.strip())
    # Between two texts are the role and the word `history`, one of which is None.
    texts, roles, histories = pieces[::3], pieces[1::3], pieces[2::3]
    if any(each.endswith("\\") for each in texts[:-1]):
        raise UntranslatableError("it escapes a helper, which has no equivalent")
    engine, texts = translate(texts)
    messages: list[Document] = []
    # After the history comes what the model has said, unless there is a mark.
    for role, history, part in zip(["user", *roles], [None, *histories], texts, strict=True):
        if history:
            messages.append({"type": "placeholder", "name": "history"})
        if content := part.strip():
            role = role or "assistant"
            messages.append({"role": ROLES.get(role, role), "content": content})
    return engine, messages


def _convert_input(schema: Any, losses: Losses) -> list[Document]:
    if schema is None:
        return []
    try:
        return list_inputs(load_picoschema(schema))
    except UnreadableError:
        losses.note("input.schema")
        return []


def _convert_output(output: Document, losses: Losses) -> Document | None:
    losses.note_fields(output, "output.", besides=("schema", "format"))
    kind = take(output, "format", str, "json" if output.get("schema") else "text")
    if kind == "text":
        return None
    if kind != "json":
        losses.note("output.format")
        return None
    if output.get("schema") is None:
        return {"type": "json_object"}
    try:
        return build_response_format(load_picoschema(output["schema"]))
    except UnreadableError:
        losses.note("output.schema")
        return {"type": "json_object"}


def _convert_tools(tools: list[Any], losses: Losses) -> list[Document]:
    """Convert the tools that the file defines; of others it has only the name."""
    result = []
    for tool in tools:
        schema = tool.get("inputSchema", tool.get("input")) if isinstance(tool, dict) else None
        if isinstance(tool, dict) and isinstance(tool.get("name"), str):
            schema = None if schema is None else load_picoschema(schema)
            result.append(build_tool(tool["name"], tool.get("description"), schema))
        else:
            losses.note("tools by their names")
    return result


SOURCE = Source(suffixes=(SUFFIX,), engines=("simple", "liquid"), read=read)
