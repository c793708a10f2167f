"""Prompts of Amazon Bedrock's Prompt management, from `get-prompt` in files or in the account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import ConfigurationError
from .contents import build_content, build_tool, join_model, take, take_name, take_objects
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

DRAFT = "DRAFT"
# Names of the inference parameters, and of those of the service.
PARAMETERS = {
    "temperature": "temperature",
    "topP": "top_p",
    "maxTokens": "max_tokens",
    "stopSequences": "stop",
}
CACHE_POINT = "cachePoint"


def read(files: Iterable[File]) -> Iterator[Item]:
    """Read prompts from files with what `aws bedrock-agent get-prompt` prints."""
    prompts: dict[str, list[tuple[str, Document]]] = {}
    for origin, document in load_each(files, load_json):
        if isinstance(document, Failure):
            yield document
            continue
        for row in document if isinstance(document, list) else [document]:
            if isinstance(row, dict) and isinstance(row.get("id"), str) and "variants" in row:
                prompts.setdefault(row["id"], []).append((origin, row))
            else:
                yield Failure(origin, "it is no prompt of Bedrock: id and variants are missing")
    yield from convert_each(((rows[0][0], rows) for rows in prompts.values()), _convert)


def fetch(environment: Mapping[str, str]) -> Iterator[Item]:
    """Fetch all versions of all prompts of the account in a region."""
    try:
        import boto3
        from botocore.exceptions import BotoCoreError, ClientError
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            "Bedrock's prompts are read with boto3: pip install boto3"
        ) from error
    try:
        # boto3 itself knows only AWS_DEFAULT_REGION, and the region of the profile.
        client = boto3.client("bedrock-agent", region_name=environment.get("AWS_REGION"))
        for entry in _list(client):
            id = take_name(entry, "id")
            origin = f"Bedrock: the prompt {id}"
            try:
                versions = [
                    take_name(each, "version") for each in _list(client, promptIdentifier=id)
                ]
                rows = [
                    (origin, client.get_prompt(promptIdentifier=id, promptVersion=version))
                    for version in dict.fromkeys(versions)
                ]
            except ClientError as error:
                yield Failure(origin, str(error))
            else:
                yield from convert_each([(origin, rows)], _convert)
    except (BotoCoreError, ClientError, UnreadableError) as error:
        raise UnreadableError(f"Bedrock: {error}") from error


def _list(client: Any, **which: str) -> Iterator[Document]:
    """List prompts, or with an identifier the versions of one."""
    for page in client.get_paginator("list_prompts").paginate(**which):
        yield from take_objects(page, "promptSummaries")


def _convert(origin: str, rows: list[tuple[str, Document]]) -> ImportedPrompt:
    losses = Losses()
    rows = sort_rows(rows, _get_place)
    if not rows:
        raise UnreadableError("it has no versions")
    numbered = [row for _, row in rows if row.get("version") != DRAFT]
    live = numbered[-1] if numbered else None
    return ImportedPrompt(
        origin=origin,
        name=convert_rows(rows, take_name)[-1],
        description=take(rows[-1][1], "description", str, ""),
        versions=convert_rows(rows, lambda row: _convert_version(row, losses, is_live=row is live)),
        losses=losses.names,
    )


def _convert_version(row: Document, losses: Losses, *, is_live: bool) -> ImportedVersion:
    return ImportedVersion(
        label=take(row, "version", str, DRAFT),
        content=_convert_content(row, losses),
        is_live=is_live,
        is_draft=row.get("version") == DRAFT,
    )


def _get_place(row: Document) -> float:
    """Get the place of a version: in the order of the numbers, then the draft."""
    version = take(row, "version", str, DRAFT)
    if version == DRAFT:
        return float("inf")
    if not (version.isascii() and version.isdigit()):
        raise UnreadableError("version is neither a number nor DRAFT")
    return int(version)


def _convert_content(row: Document, losses: Losses) -> Document:
    variants = take_objects(row, "variants")
    if not variants:
        raise UnreadableError("it has no variant, as where the key of its encryption is missing")
    if len(variants) > 1:
        losses.note("variants besides the default")
    default = take(row, "defaultVariant", str, "")
    variant = next((each for each in variants if each.get("name") == default), variants[0])
    losses.note_fields(
        variant,
        "",
        besides=(
            *("name", "templateType", "templateConfiguration", "modelId"),
            "inferenceConfiguration",
        ),
    )
    template = take(variant, "templateConfiguration", dict, {})
    inference = take(take(variant, "inferenceConfiguration", dict, {}), "text", dict, {})
    losses.note_fields(inference, "inferenceConfiguration.", besides=PARAMETERS)
    parameters = {
        name: inference[key] for key, name in PARAMETERS.items() if inference.get(key) is not None
    }
    if text := take(template, "text", dict, {}):
        # A model gets it as what the user says.
        messages = [{"role": "user", "content": _get_text([text], losses)}]
    elif chat := take(template, "chat", dict, {}):
        messages = _convert_messages(chat, losses)
    else:
        raise UnreadableError("its templateConfiguration is neither text nor chat")
    body: Document = text or chat
    tools = take(body, "toolConfiguration", dict, {})
    parameters |= _convert_choice(take(tools, "toolChoice", dict, {}), losses)
    return build_content(
        "simple",
        messages,
        model=join_model("bedrock", take(variant, "modelId", str, "")),
        model_params=parameters,
        tools=_convert_tools(tools, losses),
        inputs=[{"name": take_name(item)} for item in take_objects(body, "inputVariables")],
    )


def _convert_messages(chat: Document, losses: Losses) -> list[Document]:
    messages = [
        {
            "role": take_name(message, "role"),
            "content": _get_text(take_objects(message, "content"), losses),
        }
        for message in take_objects(chat, "messages")
    ]
    system = _get_text(take_objects(chat, "system"), losses)
    return [*([{"role": "system", "content": system}] if system else []), *messages]


def _get_text(blocks: list[Document], losses: Losses) -> str:
    """Get the text of blocks, which are texts and marks of where a provider may cache."""
    for block in blocks:
        losses.note_fields(block, "", besides=("text", "inputVariables"))
    return "\n\n".join(text for block in blocks if (text := take(block, "text", str, "")))


def _convert_tools(configuration: Document, losses: Losses) -> list[Document]:
    result = []
    for tool in take_objects(configuration, "tools"):
        if CACHE_POINT in tool:
            losses.note(CACHE_POINT)
            continue
        spec = take(tool, "toolSpec", dict, {})
        schema = take(spec, "inputSchema", dict, {}).get("json")
        result.append(
            build_tool(take_name(spec), spec.get("description"), schema, strict=spec.get("strict"))
        )
    return result


def _convert_choice(choice: Document, losses: Losses) -> Document:
    """Convert which tools the model must call."""
    match choice:
        case {"tool": {"name": str(name)}}:
            return {"tool_choice": {"type": "function", "function": {"name": name}}}
        case {"any": _}:
            return {"tool_choice": "required"}
        case {"auto": _}:
            return {"tool_choice": "auto"}
    losses.note_fields(choice, "toolChoice.", besides=())
    return {}


SOURCE = Source(
    suffixes=(".json",),
    read=read,
    fetch=fetch,
    variables=("AWS_REGION", "AWS_PROFILE"),
)
