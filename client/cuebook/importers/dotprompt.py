"""Prompts of Dotprompt, as Genkit has them: front matter, and a text of Handlebars.

A prompt can have variants, each in a file of its own: they become versions with tags. A file
whose name begins with `_` is a partial, a text that prompts include.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
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
from .items import (
    Failure,
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
    from .items import Document

SUFFIX = ".prompt"
# What begins another message.
MARK = re.compile(r"\{\{\s{0,20}(?:role\s{1,20}[\"']([a-z]+)[\"']|(history))\s{0,20}\}\}")
# A partial without arguments. Alone in a line, it takes the place of the line with its end.
PARTIAL = r"\{\{>\s{0,20}([\w/.-]{1,200})\s{0,20}\}\}"
LINE = re.compile(rf"^([ \t]{{0,200}}){PARTIAL}[ \t]{{0,200}}(?:\n|\Z)", re.M)
WITHIN_LINE = re.compile(rf"(\\?){PARTIAL}")
LONGEST_TEXT = 1_000_000  # characters, with all partials
ROLES = {"model": "assistant"}
FIELDS = ("name", "variant", "description", "model", "config", "input", "output", "tools")


@dataclass(frozen=True)
class Variant:
    """One file of a prompt.

    Attributes:
        name: The name of the variant; empty for the prompt itself.
        fields: The front matter.
        text: The text after it.
    """

    name: str
    fields: Document
    text: str


def read(files: Iterable[File]) -> Iterator[Item]:
    """Read prompts from `.prompt` files."""
    partials: dict[str, str] = {}
    prompts: dict[str, list[tuple[str, Variant]]] = {}
    for origin, document in load_each(files, split_front_matter):
        if isinstance(document, Failure):
            yield document
            continue
        fields, text = document
        stem = origin.removesuffix(SUFFIX).rpartition("/")[2]
        if stem.startswith("_"):
            partials[stem[1:]] = text
            yield Failure(origin, "it is a partial, a part of prompts that include it", True)
            continue
        try:
            name, variant = _get_name(origin, fields)
        except UnreadableError as error:
            yield Failure(origin, str(error))
        else:
            prompts.setdefault(name, []).append((origin, Variant(variant, fields, text)))
    for name, rows in prompts.items():
        yield from _convert(name, rows, partials)


def _get_name(origin: str, fields: Document) -> tuple[str, str]:
    """Get the names of a prompt and of its variant: those in its file, or else of its file."""
    folder, slash, stem = origin.removesuffix(SUFFIX).rpartition("/")
    name, _, variant = stem.partition(".")
    return (
        take(fields, "name", str, "").strip() or f"{folder}{slash}{name}",
        take(fields, "variant", str, "").strip() or variant,
    )


def _convert(
    name: str, rows: list[tuple[str, Variant]], partials: dict[str, str]
) -> Iterator[Item]:
    """Convert a prompt; what is wrong with one variant does not stop the others."""
    losses, origins = Losses(), dict[str, str]()

    def convert(origin: str, row: Variant) -> ImportedVersion:
        if origins.setdefault(row.name, origin) != origin:
            raise UnreadableError(f"{origins[row.name]} has a prompt of the name {name!r} too")
        return ImportedVersion(
            label=origin,
            content=_convert_content(row.fields, _include(row.text, partials), losses),
            message=f"Imported from {origin}",
            tags=(row.name,) if row.name else (),
            is_live=not row.name,
        )

    rows = sorted(rows, key=lambda row: row[1].name)  # the prompt itself first
    versions = []
    for item in convert_each(rows, convert):
        if isinstance(item, Failure):
            yield item
        else:
            versions.append(item)
    if versions:
        descriptions = (row.fields.get("description") for _, row in rows)
        yield ImportedPrompt(
            origin=rows[0][0],
            name=name,
            description=next((each for each in descriptions if isinstance(each, str)), ""),
            versions=(*versions,),
            losses=losses.names,
        )


def _include(text: str, partials: dict[str, str]) -> str:
    """Replace the partials of a text; those that are in no file stay, and are refused later.

    Raises:
        UntranslatableError: A partial includes itself, or the text is too long with all.
    """
    size = 0

    def include(text: str, outer: tuple[str, ...]) -> str:
        def get(name: str) -> str:
            nonlocal size
            if name in outer:
                raise UntranslatableError(f"its partial {name!r} includes itself")
            result = include(partials[name], (*outer, name))
            size += len(result) + 1
            if size > LONGEST_TEXT:
                raise UntranslatableError("its partials are too long")
            return result

        def replace_line(match: re.Match[str]) -> str:
            if match[2] not in partials:
                return match[0]
            return re.sub("^(?=.)", match[1], get(match[2]), flags=re.M)

        def replace(match: re.Match[str]) -> str:
            return match[0] if match[1] or match[2] not in partials else get(match[2])

        return WITHIN_LINE.sub(replace, LINE.sub(replace_line, text))

    return include(text, ())


def _convert_content(fields: Document, text: str, losses: Losses) -> Document:
    losses.note_fields(fields, "", besides=FIELDS)
    engine, messages = _convert_text(text)
    config = rename_parameters(take(fields, "config", dict, {}))
    if config.pop("version", None) is not None:
        losses.note("config.version")
    variables = take(fields, "input", dict, {})
    losses.note_fields(variables, "input.", besides=("schema",))
    return build_content(
        engine,
        messages,
        model=join_model(None, take(fields, "model", str, "")),
        model_params=config,
        tools=_convert_tools(take(fields, "tools", list, []), losses),
        response_format=_convert_output(take(fields, "output", dict, {}), losses),
        inputs=_convert_input(variables.get("schema"), losses),
    )


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


SOURCE = Source(suffixes=(SUFFIX,), read=read)
