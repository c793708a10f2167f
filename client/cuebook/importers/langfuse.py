"""Prompts of Langfuse: the objects of its API, from files or from the API itself."""

from __future__ import annotations

import re
from itertools import count
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from .apis import Api
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
from .imports import (
    Failure,
    ImportedPrompt,
    ImportedVersion,
    Item,
    Losses,
    UnreadableError,
    convert_each,
)
from .source import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from .files import File
    from .imports import Document

HOST = "https://cloud.langfuse.com"
PAGE = 100
# A reference that names a version by its number, which may be another one here.
NUMBERED = re.compile(r"@@@langfusePrompt:name=[^|@]*\|version=")


def read(files: Iterable[File]) -> Iterator[Item]:
    """Read prompts from files: one object, a list of them, or a page of the API."""
    rows: list[tuple[str, Document]] = []
    for origin, document in load_each(files, load_json):
        if isinstance(document, Failure):
            yield document
            continue
        page = document.get("data", document) if isinstance(document, dict) else document
        for row in page if isinstance(page, list) else [page]:
            if isinstance(row, dict) and isinstance(row.get("name"), str) and "prompt" in row:
                rows.append((origin, row))
            else:
                yield Failure(origin, "it is no prompt of Langfuse: name and prompt are missing")
    yield from _group(rows)


def fetch(environment: Mapping[str, str]) -> Iterator[Item]:
    """Fetch all versions of all prompts from the API."""
    keys = environment["LANGFUSE_PUBLIC_KEY"], environment["LANGFUSE_SECRET_KEY"]
    with Api(environment.get("LANGFUSE_HOST", HOST), basic=keys) as api:
        for number in count(1):
            page = api.get("/api/public/v2/prompts", page=number, limit=PAGE)
            entries = take_objects(page if isinstance(page, dict) else {}, "data")
            for entry in entries:
                yield from _fetch(api, entry)
            if len(entries) < PAGE:
                return


def _fetch(api: Api, entry: Document) -> Iterator[Item]:
    name = take_name(entry)
    path = f"/api/public/v2/prompts/{quote(name, safe='')}"
    try:
        versions = [
            (name, api.get(path, version=number, resolve="false"))
            for number in take(entry, "versions", list, [])
        ]
    except UnreadableError as error:
        yield Failure(name, str(error))
    else:
        yield from _group(versions)


def _group(rows: Iterable[tuple[str, Document]]) -> Iterator[Item]:
    """Group versions by their prompts."""
    prompts: dict[str, tuple[str, list[Document]]] = {}
    for origin, row in rows:
        prompts.setdefault(take_name(row), (origin, []))[1].append(row)
    yield from convert_each(prompts.values(), _convert)


def _convert(origin: str, rows: list[Document]) -> ImportedPrompt:
    losses = Losses()
    rows = sorted(rows, key=lambda row: take(row, "version", int, 1))
    name = take_name(rows[-1])
    return ImportedPrompt(
        origin=origin,
        name=name,
        keywords=take_texts(rows[-1], "tags"),
        versions=tuple(_convert_version(row, losses) for row in rows),
        losses=losses.names,
    )


def _convert_version(row: Document, losses: Losses) -> ImportedVersion:
    labels = take_texts(row, "labels")
    return ImportedVersion(
        label=str(take(row, "version", int, 1)),
        content={**_convert_text(row, losses), **_convert_config(row, losses)},
        message=take(row, "commitMessage", str, ""),
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
    engines=("simple",),
    read=read,
    fetch=fetch,
    variables=("LANGFUSE_PUBLIC_KEY", "LANGFUSE_SECRET_KEY", "LANGFUSE_HOST"),
    needs=2,
)
