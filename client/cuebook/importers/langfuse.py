"""Prompts of Langfuse: the objects of its API, from files or from the API itself."""

from __future__ import annotations

import re
from itertools import count
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from .apis import Api, fetch_each
from .contents import (
    COMMON_PARAMETERS,
    is_tool,
    join_model,
    require_text,
    take,
    take_name,
    take_objects,
    take_response_format,
    take_texts,
)
from .files import load_each, load_json
from .items import (
    Failure,
    ImportedPrompt,
    ImportedVersion,
    Item,
    Losses,
    UnreadableError,
    convert_each,
    convert_rows,
    sort_rows,
)
from .source import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from .files import File
    from .items import Document

HOST = "https://cloud.langfuse.com"
PATH = "/api/public/v2/prompts"
PAGE = 100
# A reference that names a version by its number, which may be another one here.
NUMBERED = re.compile(r"@@@langfusePrompt:name=[^|@]*\|version=")


def read(files: Iterable[File]) -> Iterator[Item]:
    """Read prompts from files: one object, a list of them, or a page of the API."""
    prompts: dict[str, list[tuple[str, Document]]] = {}
    for origin, document in load_each(files, load_json):
        if isinstance(document, Failure):
            yield document
            continue
        page = document.get("data", document) if isinstance(document, dict) else document
        for row in page if isinstance(page, list) else [page]:
            if isinstance(row, dict) and isinstance(row.get("name"), str) and "prompt" in row:
                prompts.setdefault(row["name"], []).append((origin, row))
            else:
                yield Failure(origin, "it is no prompt of Langfuse: name and prompt are missing")
    yield from convert_each(((rows[0][0], rows) for rows in prompts.values()), _convert)


def fetch(environment: Mapping[str, str]) -> Iterator[Item]:
    """Fetch all versions of all prompts from the API."""
    keys = environment["LANGFUSE_PUBLIC_KEY"], environment["LANGFUSE_SECRET_KEY"]
    with Api("Langfuse", environment.get("LANGFUSE_HOST", HOST), basic=keys) as api:

        def fetch_prompt(entry: Document) -> Iterator[Item]:
            path = f"{PATH}/{quote(take_name(entry), safe='')}"
            rows = [
                row
                for number in take(entry, "versions", list, [])
                for row in api.get_objects(path, version=number, resolve="false")
            ]
            yield from convert_each([(api.describe(path), rows)], _convert)

        for number in count(1):
            entries = api.get_objects(PATH, "data", page=number, limit=PAGE)
            yield from fetch_each(entries, fetch_prompt)
            if len(entries) < PAGE:
                return


def _convert(origin: str, rows: list[tuple[str, Document]]) -> ImportedPrompt:
    losses = Losses()
    rows = sort_rows(rows, _get_number)
    if not rows:
        raise UnreadableError("it has no versions")
    name = convert_rows(rows, take_name)[-1]
    return ImportedPrompt(
        origin=origin,
        name=name,
        keywords=take_texts(rows[-1][1], "tags"),
        versions=convert_rows(rows, lambda row: _convert_version(row, losses)),
        losses=losses.names,
    )


def _get_number(row: Document) -> int:
    return take(row, "version", int, 1)


def _convert_version(row: Document, losses: Losses) -> ImportedVersion:
    labels = take_texts(row, "labels")
    return ImportedVersion(
        label=str(_get_number(row)),
        content={**_convert_text(row, losses), **_convert_config(row, losses)},
        message=take(row, "commitMessage", str, "") or None,
        tags=tuple(label for label in labels if label not in ("production", "latest")),
        is_live="production" in labels,
    )


def _convert_text(row: Document, losses: Losses) -> Document:
    prompt = row.get("prompt")
    texts = [prompt]
    content: Document = {"engine": "simple"}
    if isinstance(prompt, str):
        content["template"] = require_text(prompt)
    else:
        messages = take_objects(row, "prompt")
        if not messages:
            raise UnreadableError("it has no messages")
        content["messages"] = [_convert_message(message) for message in messages]
        texts = [message.get("content") for message in content["messages"]]
    if any(isinstance(text, str) and NUMBERED.search(text) for text in texts):
        losses.note("references to versions by their numbers, which may differ here")
    return content


def _convert_message(message: Document) -> Document:
    if "role" not in message:
        return {"type": "placeholder", "name": take_name(message)}
    return {"role": take_name(message, "role"), "content": take(message, "content", str, "")}


def _convert_config(row: Document, losses: Losses) -> Document:
    """Convert what a configuration, which is free, says of the model."""
    config: Any = row.get("config")
    if config is not None and not isinstance(config, dict):
        losses.note("config")
        return {}
    config = {**(config or {})}
    content: Document = {"response_format": take_response_format(config, losses, "config.")}
    provider, model = config.get("provider"), config.get("model")
    if isinstance(model, str) and model and isinstance(provider, str | None):
        content["model"] = join_model(provider, model)
    parameters = {name: config[name] for name in config if name in COMMON_PARAMETERS}
    content["model_params"] = parameters or None
    tools = config.get("tools")
    if isinstance(tools, list) and tools and all(map(is_tool, tools)):
        content["tools"] = tools
    used = {*content} | ({"provider"} if "model" in content else set())
    losses.note_fields(config, "config.", besides=used | COMMON_PARAMETERS)
    return {name: value for name, value in content.items() if value is not None}


SOURCE = Source(
    suffixes=(".json", ".jsonl"),
    read=read,
    fetch=fetch,
    variables=("LANGFUSE_PUBLIC_KEY", "LANGFUSE_SECRET_KEY", "LANGFUSE_HOST"),
    needs=2,
)
