"""The API of Maxim's SDKs: one bundle per prompt, with all versions that an SDK may choose.

The Python SDK parses a list in one expression, so a single bundle that it cannot parse makes the
whole list fail. Therefore versions of all dialects are converted to the few formats that it
accepts. Source: Maxim's SDK, tested field by field.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from shared import exact_json
from shared.dialects.formats import dump_js_time
from shared.dialects.maxim import contents, deployments
from shared.responses import measure_encoded_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from shared.dialects.maxim import models
    from shared.domain.content import Document
    from shared.domain.model import Prompt, Version
    from shared.settings import Settings

    Versions = Mapping[tuple[str, int], Version]  # by the prompt's id and the number

DETAILS = ("auto", "low", "high")
# An SDK reads the list every minute, and drops a prompt only if the list has it without versions.
DELETED_SHOWN_FOR = timedelta(days=1)
BATCH = 50  # prompts whose versions are read together
ENVELOPE_BYTES = 100  # the JSON around the bundles


def list_numbers(prompt: Prompt) -> list[int]:
    """List the versions that can be served: of deployments, newest first, then the live one."""
    if prompt.is_deleted:
        return []
    targets = [deployment["number"] for deployment in deployments.list_deployments(prompt)]
    live = [] if prompt.live_version is None else [prompt.live_version]
    return list(dict.fromkeys([*targets, *live]))


def is_listed(prompt: Prompt, now: datetime) -> bool:
    """Tell whether the list of all prompts includes a prompt, possibly without versions."""
    if prompt.is_deleted:
        return now - prompt.changed_at < DELETED_SHOWN_FOR
    return bool(list_numbers(prompt)) or prompt.has_been_live


def dump_bundles(
    prompts: Sequence[Prompt],
    find_versions: Callable[[Iterable[tuple[Prompt, int]]], Versions],
    settings: Settings,
) -> Iterator[models.Bundle]:
    """Dump the bundles of prompts, reading their versions in batches.

    Args:
        prompts: The prompts.
        find_versions: Finds existing versions by prompt and number.
        settings: The settings of the deployment.
    """
    for start in range(0, len(prompts), BATCH):
        batch = prompts[start : start + BATCH]
        versions = find_versions(
            (prompt, number) for prompt in batch for number in list_numbers(prompt)
        )
        for prompt in batch:
            yield dump_bundle(prompt, versions, settings)


def select_fitting(bundles: Iterable[models.Bundle], max_bytes: int) -> list[models.Bundle]:
    """Select the bundles that fit into one response of `max_bytes` bytes.

    A bundle that alone is too large is left out. The selection ends at the first other bundle that
    does not fit.
    """
    selection: list[models.Bundle] = []
    whole = remaining = max_bytes - ENVELOPE_BYTES
    for bundle in bundles:
        size = measure_encoded_bytes(exact_json.encode(bundle)) + 1
        if remaining < size <= whole:
            break
        if size <= remaining:
            selection.append(bundle)
            remaining -= size
    return selection


def dump_bundle(prompt: Prompt, versions: Versions, settings: Settings) -> models.Bundle:
    """Dump the bundle of a prompt; without versions if the prompt is deleted.

    Args:
        prompt: The prompt.
        versions: Its existing versions; those that have been archived since are left out.
        settings: The settings of the deployment.
    """
    bodies = {
        number: dump_version(versions[prompt.id, number], settings)
        for number in list_numbers(prompt)
        if (prompt.id, number) in versions and versions[prompt.id, number].stage == "stable"
    }
    return {
        "promptId": prompt.id,
        "rules": deployments.build_rules(
            deployment
            for deployment in deployments.list_deployments(prompt)
            if deployment["number"] in bodies
        ),
        "versions": list(bodies.values()),
        "fallbackVersion": bodies.get(prompt.live_version) if prompt.live_version else None,
        "folderId": deployments.get_settings(prompt).get("folderId"),
    }


def dump_bundle_of_version(prompt: Prompt, version: Version, settings: Settings) -> models.Bundle:
    """Dump the bundle of one version of any status, for requests with a version number."""
    return {
        "promptId": prompt.id,
        "rules": {},
        "versions": [dump_version(version, settings)],
        "fallbackVersion": None,
        "folderId": deployments.get_settings(prompt).get("folderId"),
    }


def dump_version(version: Version, settings: Settings) -> models.RuntimeVersion:
    """Dump a version in the SDKs' format."""
    provider, model = contents.get_provider_and_model(version.content, settings)
    messages = contents.get_messages(version.content, settings)
    return {
        "id": version.id,
        "version": version.number,
        "promptId": version.prompt_id,
        "description": version.message,
        "config": {
            "messages": [_dump_message(message) for message in messages],
            "modelParameters": contents.get_model_parameters(version.content, settings),
            "model": model,
            "provider": provider,
            "tags": {},
        },
        "createdAt": dump_js_time(version.created_at),
        "updatedAt": dump_js_time(version.updated_at),
        "deletedAt": None,
    }


def _dump_message(message: Mapping[str, Any]) -> models.RuntimeMessage:
    """Dump a message, with tool calls under the names of both SDKs; neither accepts null there."""
    role, call_id = message.get("role"), message.get("tool_call_id")
    body: models.RuntimeMessage = {
        "role": role if isinstance(role, str) else "user",
        "content": _dump_content(message.get("content")),
    }
    if calls := list(_dump_tool_calls(message.get("tool_calls"))):
        body["toolCalls"] = body["tool_calls"] = calls
    if isinstance(call_id, str):
        body["tool_call_id"] = call_id
    return body


def _dump_content(content: Any) -> str | list[Document]:
    """Dump the content of a message; null, which messages with tool calls have, becomes empty."""
    if isinstance(content, list):
        return list(_dump_parts(content))
    return content if isinstance(content, str) else ""


def _dump_parts(parts: Iterable[Any]) -> Iterator[Document]:
    """Dump the parts that the SDK supports; the public API has all of them."""
    for part in parts:
        match part:
            case {"type": "text", "text": str(text)}:
                yield {"type": "text", "text": text}
            case {"type": "image_url", "image_url": {"url": str(url), **others}}:
                detail = {"detail": others["detail"]} if others.get("detail") in DETAILS else {}
                yield {"type": "image_url", "image_url": {"url": url, **detail}}


def _dump_tool_calls(calls: Any) -> Iterator[models.ToolCall]:
    for call in calls if isinstance(calls, list) else ():
        match call:
            case {"id": str(id), "function": {"name": str(name), "arguments": str(arguments)}}:
                yield {
                    "id": id,
                    "type": "function",
                    "function": {"name": name, "arguments": arguments},
                }


def dump_folder(entry: Mapping[str, Any]) -> models.RuntimeFolder:
    """Dump a folder; the SDK ignores folders without `tags`."""
    return {
        "id": entry["id"],
        "name": entry["name"],
        "parentFolderId": entry["parentId"],
        "tags": {},
    }
