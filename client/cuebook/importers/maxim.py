"""Prompts of Maxim: the responses of its public API, from files or from the API itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .apis import Api
from .contents import (
    build_content,
    build_tool,
    is_tool,
    join_model,
    rename_parameters,
    take,
    take_name,
    take_objects,
    take_response_format,
)
from .imports import (
    ImportedPrompt,
    ImportedVersion,
    Item,
    Losses,
    UnreadableError,
    convert_each,
)
from .records import Record, join_files
from .source import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from .files import File
    from .imports import Document

URL = "https://api.getmaxim.ai"
PAGE = 100
# Maxim's names of roles, where they differ.
ROLES = {"model": "assistant", "chatbot": "assistant"}
PARTS = frozenset({"text", "image_url"})
MESSAGE_FIELDS = ("role", "content", "tool_calls", "tool_call_id")


def read(files: Iterable[File]) -> Iterator[Item]:
    """Read prompts from files with responses: prompts, and the versions of each."""
    yield from convert_each(join_files(files, "promptId"), _convert)


def fetch(environment: Mapping[str, str]) -> Iterator[Item]:
    """Fetch all versions of all prompts of a workspace from the API."""
    headers = {"x-maxim-api-key": environment["MAXIM_API_KEY"]}
    query: dict[str, str | int] = {"workspaceId": environment["MAXIM_WORKSPACE_ID"], "limit": PAGE}
    with Api(environment.get("MAXIM_BASE_URL", URL), headers) as api:
        while True:
            page = api.get("/v1/prompts", **query)
            for prompt in _list_rows(page):
                versions = _list_rows(
                    api.get("/v1/prompts/versions", promptId=take_name(prompt, "id"))
                )
                yield from convert_each([(take_name(prompt), (prompt, versions))], _convert)
            paging = take(page, "pagination", dict, {}) if isinstance(page, dict) else {}
            cursor = paging.get("cursor") or paging.get("nextCursor")
            if not (isinstance(cursor, str) and paging.get("hasMore")):
                return
            query["cursor"] = cursor


def _list_rows(response: Any) -> list[Document]:
    """List the objects of a response: its documents show one where there can be several."""
    rows = response.get("data", response) if isinstance(response, dict) else response
    return [row for row in (rows if isinstance(rows, list) else [rows]) if isinstance(row, dict)]


def _convert(origin: str, record: Record) -> ImportedPrompt:
    prompt, rows = record
    losses = Losses()
    if prompt.get("deploymentHistory"):
        losses.note("deployments by conditions")
    losses.note_fields(prompt, "", besides=set(prompt) - {"meta", "folderId"})
    rows = sorted(
        (row for row in rows if row.get("deletedAt") is None),
        key=lambda row: take(row, "version", int, 0),
    )
    return ImportedPrompt(
        origin=origin,
        name=take_name(prompt),
        description=take(prompt, "description", str, ""),
        versions=tuple(_convert_version(row, losses, is_live=row is rows[-1]) for row in rows),
        losses=losses.names,
    )


def _convert_version(row: Document, losses: Losses, *, is_live: bool) -> ImportedVersion:
    config = take(row, "config", dict, {})
    losses.note_fields(
        config,
        "config.",
        besides=("author", "messages", "model", "modelId", "modelParameters", "provider"),
    )
    parameters = rename_parameters(take(config, "modelParameters", dict, {}))
    tools = parameters.pop("prompt_tools", None)
    response_format = take_response_format(parameters, losses, "modelParameters.")
    # A setting of Maxim's playground, which no provider takes.
    if parameters.pop("image_detail", None) is not None:
        losses.note("modelParameters.image_detail")
    return ImportedVersion(
        label=str(take(row, "version", int, 0)),
        content=build_content(
            "simple",
            [_convert_message(message, losses) for message in take_objects(config, "messages")],
            model=join_model(take(config, "provider", str, ""), take(config, "model", str, "")),
            model_params=parameters,
            response_format=response_format,
            tools=_convert_tools(tools, losses),
        ),
        message=take(row, "description", str, ""),
        is_live=is_live,
    )


def _convert_message(message: Document, losses: Losses) -> Document:
    """Convert a message, whose fields the public API has in `payload`."""
    payload = take(message, "payload", dict, message)
    role = take_name(payload, "role")
    fields = {name: payload[name] for name in MESSAGE_FIELDS if payload.get(name) is not None}
    fields |= {"role": ROLES.get(role, role), "content": payload.get("content")}
    if isinstance(fields["content"], list):
        if not all(isinstance(part, dict) for part in fields["content"]):
            raise UnreadableError("content is not a list of objects")
        if any(part.get("type") not in PARTS for part in fields["content"]):
            losses.note("parts of messages that are neither texts nor images")
        fields["content"] = [part for part in fields["content"] if part.get("type") in PARTS]
    return fields


def _convert_tools(tools: Any, losses: Losses) -> list[Document]:
    """Convert tools; of those in Maxim's library, a version has only the id or the name."""
    result = []
    for tool in tools if isinstance(tools, list) else ():
        config = tool.get("config") if isinstance(tool, dict) else None
        if is_tool(tool):
            result.append(tool)
        elif isinstance(config, dict) and isinstance(tool.get("name"), str):
            schema = config.get("parameters", config.get("schema"))
            result.append(build_tool(tool["name"], tool.get("description"), schema))
        else:
            losses.note("modelParameters.promptTools of the library")
    return result


SOURCE = Source(
    suffixes=(".json",),
    engines=("simple",),
    read=read,
    fetch=fetch,
    variables=("MAXIM_API_KEY", "MAXIM_WORKSPACE_ID", "MAXIM_BASE_URL"),
    needs=2,
)
