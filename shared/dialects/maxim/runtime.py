"""The API of Maxim's SDKs: one bundle per prompt, with all versions that an SDK may choose.

The Python SDK parses a list in one expression, so a single bundle that it cannot parse makes the
whole list fail. Therefore versions of all dialects are converted to the few formats that it
accepts. Source: Maxim's SDK, tested field by field.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import islice, tee
from typing import TYPE_CHECKING, Any, Protocol

from shared.dialects.formats import dump_js_time
from shared.dialects.maxim import contents
from shared.dialects.maxim.deployments import build_rules
from shared.paging import measure_row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime

    from shared.dialects.maxim import models
    from shared.domain.content import Document
    from shared.domain.model import Prompt, Version
    from shared.settings import Settings


class Loader(Protocol):
    """A version whose content has not been loaded yet."""

    @property
    def stage(self) -> str:
        """The stage of the version."""

    def load(self) -> Version | None:
        """Load the version with its content."""


DETAILS = ("auto", "low", "high")
# An SDK reads the list every minute, and drops a prompt only if the list has it without versions.
DELETED_SHOWN_FOR = timedelta(days=1)


def list_numbers(prompt: Prompt) -> list[int]:
    """List the versions that can be served: of deployments, newest first, then the live one."""
    if prompt.is_deleted:
        return []
    targets = [deployment["number"] for deployment in prompt.deployments]
    live = [] if prompt.live_version is None else [prompt.live_version]
    return list(dict.fromkeys([*targets, *live]))


def is_listed(prompt: Prompt, now: datetime) -> bool:
    """Tell whether the list of all prompts includes a prompt, possibly without versions."""
    if prompt.is_deleted:
        return now - prompt.changed_at < DELETED_SHOWN_FOR
    return bool(list_numbers(prompt)) or prompt.has_been_live


def dump_bundles(
    prompts: Iterable[Prompt],
    find_versions: Callable[[Iterable[tuple[Prompt, int]]], Iterator[Loader | None]],
    settings: Settings,
) -> Iterator[models.Bundle]:
    """Dump the bundles of prompts; a bundle larger than a response has no versions.

    Args:
        prompts: The prompts.
        find_versions: Finds versions by prompt and number, as they are needed.
        settings: The settings of the deployment.
    """
    prompts, others = tee(prompts)
    versions = find_versions(
        (prompt, number) for prompt in others for number in list_numbers(prompt)
    )
    for prompt in prompts:
        own_versions = [*islice(versions, len(list_numbers(prompt)))]
        yield dump_bundle(prompt, own_versions, settings, max_bytes=settings.page_bytes)


def select_fitting(bundles: Iterable[models.Bundle], max_bytes: int) -> list[models.Bundle]:
    """Select the bundles that fit into `max_bytes` bytes, up to the first that does not."""
    selection: list[models.Bundle] = []
    remaining = max_bytes
    for bundle in bundles:
        remaining -= measure_row(bundle)
        if remaining < 0:
            break
        selection.append(bundle)
    return selection


def dump_bundle(
    prompt: Prompt,
    versions: Iterable[Loader | None],
    settings: Settings,
    *,
    max_bytes: int | None = None,
) -> models.Bundle:
    """Dump the bundle of a prompt; without versions if the prompt is deleted.

    A bundle that is too large has no versions either, so that SDKs serve nothing rather than empty
    texts. This is found out without loading all of the versions.

    Args:
        prompt: The prompt.
        versions: Its versions by `list_numbers`; those that have been archived since are left out.
        settings: The settings of the deployment.
        max_bytes: The size of a bundle that is too large, in bytes; None for no limit.
    """
    empty: models.Bundle = {
        "promptId": prompt.id,
        "rules": {},
        "versions": [],
        "fallbackVersion": None,
        "folderId": prompt.folder_id,
    }
    bodies: dict[int, models.RuntimeVersion] = {}
    size = measure_row(empty) + measure_row(build_rules(prompt.deployments))
    for number, version in zip(list_numbers(prompt), versions, strict=True):
        if version is None or version.stage != "stable" or (whole := version.load()) is None:
            continue
        bodies[number] = dump_version(whole, settings)
        # The live version is in the bundle twice.
        size += measure_row(bodies[number]) * (2 if number == prompt.live_version else 1)
        if max_bytes is not None and size > max_bytes:
            return {**empty, "omissions": ["rules", "versions", "fallbackVersion"]}
    return {
        **empty,
        "rules": build_rules(
            deployment for deployment in prompt.deployments if deployment["number"] in bodies
        ),
        "versions": list(bodies.values()),
        "fallbackVersion": bodies.get(prompt.live_version) if prompt.live_version else None,
    }


def dump_bundle_of_version(prompt: Prompt, version: Version, settings: Settings) -> models.Bundle:
    """Dump the bundle of one version of any status, for requests with a version number."""
    return {
        "promptId": prompt.id,
        "rules": {},
        "versions": [dump_version(version, settings)],
        "fallbackVersion": None,
        "folderId": prompt.folder_id,
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
