"""Prompts of Maxim: the responses of its public API, from files or from the API itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .apis import Api, fetch_each
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
from .items import (
    ImportedPrompt,
    ImportedVersion,
    Item,
    Losses,
    UnreadableError,
    convert_each,
    convert_rows,
    sort_rows,
)
from .records import Record, join_files
from .source import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from .files import File
    from .items import Document

URL = "https://api.getmaxim.ai"
PROMPTS = "/v1/prompts"
VERSIONS = "/v1/prompts/versions"
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
    with Api("Maxim", environment.get("MAXIM_BASE_URL", URL), headers) as api:

        def fetch_prompt(prompt: Document) -> Iterator[Item]:
            page = api.get(VERSIONS, promptId=take_name(prompt, "id"))
            record = prompt, _list_objects(api, VERSIONS, page)
            yield from convert_each([(api.describe(PROMPTS), record)], _convert)

        while True:
            page = api.get(PROMPTS, **query)
            yield from fetch_each(_list_objects(api, PROMPTS, page), fetch_prompt)
            paging = page.get("pagination") if isinstance(page, dict) else None
            paging = paging if isinstance(paging, dict) else {}
            cursor = paging.get("cursor") or paging.get("nextCursor")
            if not (isinstance(cursor, str) and paging.get("hasMore")):
                return
            query["cursor"] = cursor


def _list_objects(api: Api, path: str, response: Any) -> list[tuple[str, Document]]:
    """List the objects of a response, which are in `data` or are the response."""
    is_page = isinstance(response, dict) and "data" in response
    return api.list_objects(path, response, "data" if is_page else "")


def _convert(origin: str, record: Record) -> ImportedPrompt:
    prompt, rows = record
    losses = Losses()
    if prompt.get("deploymentHistory"):
        losses.note("deployments by conditions")
    losses.note_fields(prompt, "", besides=set(prompt) - {"meta", "folderId"})
    rows = sort_rows((row for row in rows if row[1].get("deletedAt") is None), _get_number)
    newest = rows[-1][1] if rows else None
    return ImportedPrompt(
        origin=origin,
        name=take_name(prompt),
        description=take(prompt, "description", str, ""),
        versions=convert_rows(
            rows, lambda row: _convert_version(row, losses, is_live=row is newest)
        ),
        losses=losses.names,
    )


def _get_number(row: Document) -> int:
    return take(row, "version", int, 0)


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
        label=str(_get_number(row)),
        content=build_content(
            "simple",
            [_convert_message(message, losses) for message in take_objects(config, "messages")],
            model=join_model(take(config, "provider", str, ""), take(config, "model", str, "")),
            model_params=parameters,
            response_format=response_format,
            tools=_convert_tools(tools, losses),
        ),
        message=take(row, "description", str, "") or None,
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
    read=read,
    fetch=fetch,
    variables=("MAXIM_API_KEY", "MAXIM_WORKSPACE_ID", "MAXIM_BASE_URL"),
    needs=2,
)
