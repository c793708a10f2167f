"""Prompts of LangWatch: the objects of its API, and the YAML files of its command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from .apis import Api
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

URL = "https://app.langwatch.ai"
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
    rows: dict[str, tuple[str, list[Document]]] = {}
    for origin, document in load_each(_leave_out_yaml(files), load_json):
        if isinstance(document, Failure):
            yield document
            continue
        for row in document if isinstance(document, list) else [document]:
            if isinstance(row, dict) and isinstance(row.get("id"), str) and "prompt" in row:
                rows.setdefault(row["id"], (origin, []))[1].append(row)
            else:
                yield Failure(origin, "it is no prompt of LangWatch: id and prompt are missing")
    yield from convert_each(rows.values(), _convert)
    local = [file for file in files if file.name.endswith(YAML)]
    yield from convert_each(load_each(local, load_yaml), _convert_yaml)


def fetch(environment: Mapping[str, str]) -> Iterator[Item]:
    """Fetch all versions of all prompts of a project from the API."""
    key = environment["LANGWATCH_API_KEY"]
    headers = {"Authorization": f"Bearer {key}", "X-Auth-Token": key}
    if project := environment.get("LANGWATCH_PROJECT_ID"):
        headers["X-Project-Id"] = project
    with Api(environment.get("LANGWATCH_ENDPOINT", URL), headers) as api:
        for prompt in take_objects({"prompts": api.get("/api/prompts")}, "prompts"):
            path = f"/api/prompts/{quote(take_name(prompt, 'id'), safe='')}/versions"
            rows = take_objects({"versions": api.get(path)}, "versions")
            yield from convert_each([(_name(prompt), rows or [prompt])], _convert)


def _leave_out_yaml(files: Iterable[File]) -> Iterator[File]:
    return (file for file in files if not file.name.endswith(YAML))


def _name(row: Document) -> str:
    return take(row, "handle", str, "") or take_name(row)


def _convert(origin: str, rows: list[Document]) -> ImportedPrompt:
    losses = Losses()
    rows = sorted(rows, key=lambda row: take(row, "version", int, 0))
    tags = [[take_name(tag) for tag in take_objects(row, "tags")] for row in rows]
    # Without a tag, programs get the newest version.
    live = next((at for at, names in enumerate(tags) if LIVE in names), len(rows) - 1)
    name = _name(rows[-1])
    return ImportedPrompt(
        origin=origin,
        name=name,
        versions=tuple(
            ImportedVersion(
                label=str(take(row, "version", int, 0)),
                content=_convert_content(row, losses),
                message=take(row, "commitMessage", str, ""),
                tags=tuple(tag for tag in tags[at] if tag not in (LIVE, "latest")),
                is_live=at == live,
            )
            for at, row in enumerate(rows)
        ),
        losses=losses.names,
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
    engines=("liquid",),
    read=read,
    fetch=fetch,
    variables=("LANGWATCH_API_KEY", "LANGWATCH_ENDPOINT", "LANGWATCH_PROJECT_ID"),
    needs=1,
)
