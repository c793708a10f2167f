"""What Maxim's SDKs read: a bundle for each prompt, with all that they may have to choose from.

The Python SDK parses a list in one expression: one bundle that it stumbles over costs its caller
all prompts. So whatever a version says, written in whatever dialect, comes out in the few shapes
that it takes. Source: Maxim's SDK, tried field by field.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from shared import wire
from shared.answers import carried_size
from shared.dialects import maxim
from shared.dialects.maxim import contents, deployments

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from shared.domain.content import Document
    from shared.domain.prompts import Prompt
    from shared.domain.versions import Version

DETAILS = ("auto", "low", "high")
# An SDK forgets a prompt only when a list says something else of it; it asks every minute.
MOURNED = timedelta(days=1)
AT_ONCE = 50  # prompts whose versions are read together
ENVELOPE = 100  # bytes around the bundles


def numbers(prompt: Prompt) -> list[int]:
    """The versions that may be served: the deployed ones, newest deployment first, then live."""
    if prompt.status == "deleted":
        return []
    deployed = [deployment["number"] for deployment in deployments.of(prompt)]
    live = [] if prompt.live_version is None else [prompt.live_version]
    return list(dict.fromkeys([*deployed, *live]))


def listed(prompt: Prompt, now: datetime) -> bool:
    """Whether the list of all prompts is to speak of this one, if only to say that it is gone."""
    if prompt.status == "deleted":
        return now - prompt.changed_at < MOURNED
    return bool(numbers(prompt)) or prompt.has_been_live


def bundles(
    heads: Sequence[Prompt],
    read: Callable[[Sequence[tuple[str, int]]], Mapping[tuple[str, int], Version]],
    *,
    default_model: str,
) -> Iterator[Document]:
    """The bundles of prompts, some at a time.

    Args:
        read: gives those of the versions, named by prompt and number, that exist.
    """
    for start in range(0, len(heads), AT_ONCE):
        some = heads[start : start + AT_ONCE]
        found = read([(prompt.id, number) for prompt in some for number in numbers(prompt)])
        for prompt in some:
            yield bundle(prompt, found, default_model=default_model)


def fitting(bundles: Iterable[Document], budget: int) -> list[Document]:
    """The bundles that one answer of so many bytes can carry.

    One that would not fit by itself is left out, and costs the others nothing; at the first that
    would have fitted were there not the others, the answer is full.
    """
    shown: list[Document] = []
    whole = left = budget - ENVELOPE
    for bundle in bundles:
        size = carried_size(wire.encode(bundle)) + 1
        if left < size <= whole:
            break
        if size <= left:
            shown.append(bundle)
            left -= size
    return shown


def bundle(
    prompt: Prompt, found: Mapping[tuple[str, int], Version], *, default_model: str
) -> Document:
    """What there is to choose from; nothing of a prompt that is gone.

    Args:
        found: by prompt and number; what has left `stable` since it was deployed is not served.
    """
    served = {
        number: found[prompt.id, number]
        for number in numbers(prompt)
        if (prompt.id, number) in found and found[prompt.id, number].stage == "stable"
    }
    said = {number: version(served[number], default_model=default_model) for number in served}
    return {
        "promptId": prompt.id,
        "rules": deployments.rules(
            deployment for deployment in deployments.of(prompt) if deployment["number"] in served
        ),
        "versions": list(said.values()),
        "fallbackVersion": said.get(prompt.live_version) if prompt.live_version else None,
        "folderId": deployments.kept(prompt).get("folderId"),
    }


def bundle_of(prompt: Prompt, found: Version, *, default_model: str) -> Document:
    """One version, whatever its status, for a caller who asks for it by its number."""
    return {
        "promptId": prompt.id,
        "rules": {},
        "versions": [version(found, default_model=default_model)],
        "fallbackVersion": None,
        "folderId": deployments.kept(prompt).get("folderId"),
    }


def version(version: Version, *, default_model: str) -> Document:
    provider, model = contents.provider_and_model(version.content, default_model=default_model)
    return {
        "id": version.id,
        "version": version.number,
        "promptId": version.prompt_id,
        "description": version.message,
        "config": {
            "messages": [_message(message) for message in version.content.conversation],
            "modelParameters": contents.model_parameters(version.content),
            "model": model,
            "provider": provider,
            "tags": {},
        },
        "createdAt": maxim.time(version.created_at),
        "updatedAt": maxim.time(version.updated_at),
        "deletedAt": None,
    }


def _message(message: Mapping[str, Any]) -> Document:
    """Tool calls have two spellings, one for each SDK; neither takes a null for them."""
    role, called = message.get("role"), message.get("tool_call_id")
    said: Document = {
        "role": role if isinstance(role, str) else "user",
        "content": _content(message.get("content")),
    }
    if calls := list(_tool_calls(message.get("tool_calls"))):
        said |= {"toolCalls": calls, "tool_calls": calls}
    if isinstance(called, str):
        said["tool_call_id"] = called
    return said


def _content(content: Any) -> str | list[Document]:
    """A null, as a message has that only calls tools, is an empty text."""
    if isinstance(content, list):
        return list(_parts(content))
    return content if isinstance(content, str) else ""


def _parts(parts: Iterable[Any]) -> Iterator[Document]:
    """The parts that the SDK knows; the others stay readable in the public API."""
    for part in parts:
        match part:
            case {"type": "text", "text": str(text)}:
                yield {"type": "text", "text": text}
            case {"type": "image_url", "image_url": {"url": str(url), **rest}}:
                detail = {"detail": rest["detail"]} if rest.get("detail") in DETAILS else {}
                yield {"type": "image_url", "image_url": {"url": url, **detail}}


def _tool_calls(calls: Any) -> Iterator[Document]:
    for call in calls if isinstance(calls, list) else ():
        match call:
            case {"id": str(id), "function": {"name": str(name), "arguments": str(arguments)}}:
                function = {"name": name, "arguments": arguments}
                yield {"id": id, "type": "function", "function": function}


def folder(entry: Mapping[str, Any]) -> Document:
    """Without `tags` the SDK takes the folder for missing."""
    return {
        "id": entry["id"],
        "name": entry["name"],
        "parentFolderId": entry["parentId"],
        "tags": {},
    }
