"""Prompts of LangWatch: the objects of its API, and the YAML files of its command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from .apis import Api, fetch_each
from .contents import (
    build_content,
    build_response_format,
    join_model,
    rename_parameters,
    take,
    take_name,
    take_objects,
    take_response_format,
)
from .files import load_each, load_json, load_yaml
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

URL = "https://app.langwatch.ai"
PATH = "/api/prompts"
YAML = (".prompt.yaml", ".prompt.yml")
LIVE = "production"
SETTINGS = (
    "temperature",
    "maxTokens",
    "topP",
    "topK",
    "minP",
    "frequencyPenalty",
    "presencePenalty",
    "repetitionPenalty",
    "seed",
    "reasoning",
    "verbosity",
)
PLAIN_OUTPUT = {"identifier": "output", "type": "str"}
# Fields that have no equivalent.
LOSSES = ("demonstrations", "promptingTechnique", "parameters")


def read(files: Iterable[File]) -> Iterator[Item]:
    """Read prompts from JSON of the API, and from files of LangWatch's command line."""
    files = [*files]
    prompts: dict[str, list[tuple[str, Document]]] = {}
    for origin, document in load_each(_leave_out_yaml(files), load_json):
        if isinstance(document, Failure):
            yield document
            continue
        for row in document if isinstance(document, list) else [document]:
            if isinstance(row, dict) and isinstance(row.get("id"), str) and "prompt" in row:
                prompts.setdefault(row["id"], []).append((origin, row))
            else:
                yield Failure(origin, "it is no prompt of LangWatch: id and prompt are missing")
    yield from convert_each(((rows[0][0], rows) for rows in prompts.values()), _convert)
    local = [file for file in files if file.name.endswith(YAML)]
    yield from convert_each(load_each(local, load_yaml), _convert_yaml)


def fetch(environment: Mapping[str, str]) -> Iterator[Item]:
    """Fetch all versions of all prompts of a project from the API."""
    key = environment["LANGWATCH_API_KEY"]
    headers = {"Authorization": f"Bearer {key}", "X-Auth-Token": key}
    if project := environment.get("LANGWATCH_PROJECT_ID"):
        headers["X-Project-Id"] = project
    with Api("LangWatch", environment.get("LANGWATCH_ENDPOINT", URL), headers) as api:

        def fetch_prompt(prompt: Document) -> Iterator[Item]:
            path = f"{PATH}/{quote(take_name(prompt, 'id'), safe='')}/versions"
            rows = api.get_objects(path) or [(api.describe(PATH), prompt)]
            yield from convert_each([(api.describe(path), rows)], _convert)

        yield from fetch_each(api.get_objects(PATH), fetch_prompt)


def _leave_out_yaml(files: Iterable[File]) -> Iterator[File]:
    return (file for file in files if not file.name.endswith(YAML))


def _name(row: Document) -> str:
    return take(row, "handle", str, "") or take_name(row)


def _convert(origin: str, rows: list[tuple[str, Document]]) -> ImportedPrompt:
    losses = Losses()
    rows = sort_rows(rows, _get_number)
    tags = convert_rows(rows, _list_tags)
    # Without a tag, programs get the newest version.
    live = next((row for (_, row), names in zip(rows, tags, strict=True) if LIVE in names), None)
    if live is None:
        live = rows[-1][1]
    return ImportedPrompt(
        origin=origin,
        name=convert_rows(rows, _name)[-1],
        versions=convert_rows(rows, lambda row: _convert_version(row, losses, is_live=row is live)),
        losses=losses.names,
    )


def _get_number(row: Document) -> int:
    return take(row, "version", int, 0)


def _list_tags(row: Document) -> list[str]:
    return [take_name(tag) for tag in take_objects(row, "tags")]


def _convert_version(row: Document, losses: Losses, *, is_live: bool) -> ImportedVersion:
    return ImportedVersion(
        label=str(_get_number(row)),
        content=_convert_content(row, losses),
        message=take(row, "commitMessage", str, "") or None,
        tags=tuple(tag for tag in _list_tags(row) if tag not in (LIVE, "latest")),
        is_live=is_live,
    )


def _convert_content(row: Document, losses: Losses) -> Document:
    messages = take_objects(row, "messages")
    # The prompt is the first message too, except in older responses.
    if not messages or messages[0].get("role") != "system":
        prompt = take(row, "prompt", str, "")
        messages = [*([{"role": "system", "content": prompt}] if prompt else []), *messages]
    for name in LOSSES:
        if row.get(name):
            losses.note(name)
    settings = {name: row[name] for name in SETTINGS if row.get(name) is not None}
    return build_content(
        "liquid",
        [_convert_message(message) for message in messages],
        model=join_model(None, take(row, "model", str, "")),
        model_params=rename_parameters(settings),
        response_format=_convert_outputs(take_objects(row, "outputs"), losses),
        inputs=[
            {"name": take_name(item, "identifier"), "type": take(item, "type", str, "str")}
            for item in take_objects(row, "inputs")
        ],
    )


def _convert_message(message: Document) -> Document:
    content: Any = message.get("content")
    if not isinstance(content, str):
        raise UnreadableError("the content of a message is not a text")
    return {"role": take_name(message, "role"), "content": content}


def _convert_outputs(outputs: list[Document], losses: Losses) -> Document | None:
    """Convert the first output with a schema; a plain text is the default."""
    result = None
    for output in outputs:
        schema = output.get("json_schema")
        if result is None and isinstance(schema, dict):
            result = build_response_format(schema, {"name": output.get("identifier")})
        elif output != PLAIN_OUTPUT:
            losses.note("outputs without a schema, and all but one with a schema")
    return result


def _convert_yaml(origin: str, document: Any) -> ImportedPrompt:
    """Convert a file of LangWatch's command line, whose place is the handle of the prompt."""
    if not isinstance(document, dict):
        raise UnreadableError("it has no names of fields")
    losses = Losses()
    losses.note_fields(
        document, "", besides=("handle", "model", "modelParameters", "messages", "response_format")
    )
    name = take(document, "handle", str, "") or origin.removesuffix(
        next(suffix for suffix in YAML if origin.endswith(suffix))
    )
    parameters = rename_parameters(take(document, "modelParameters", dict, {}))
    parameters |= {"response_format": document.get("response_format")}
    response_format = take_response_format(parameters, losses, "")
    content = build_content(
        "liquid",
        [_convert_message(message) for message in take_objects(document, "messages")],
        model=join_model(None, take(document, "model", str, "")),
        model_params=parameters,
        response_format=response_format,
    )
    return ImportedPrompt(
        origin=origin,
        name=name,
        versions=(ImportedVersion(label=origin, content=content, is_live=True),),
        losses=losses.names,
    )


SOURCE = Source(
    suffixes=(".json", *YAML),
    read=read,
    fetch=fetch,
    variables=("LANGWATCH_API_KEY", "LANGWATCH_ENDPOINT", "LANGWATCH_PROJECT_ID"),
    needs=1,
)
