"""Responses in px0's format: its fields in its order, followed by fields of this project."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar, cast

from shared import exact_json
from shared.dialects.registry.chats import get_response_format
from shared.domain.model import LIVE
from shared.domain.splits import describe_shares
from shared.responses import Response

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from shared.dialects.registry import models
    from shared.domain import model
    from shared.domain.content import Content
    from shared.domain.restrictions import Restrictions
    from shared.domain.splits import Share
    from shared.problems import Problem
    from shared.templates import Rendering

    Page = TypeVar("Page", bound=models.Page)

# Characters of a conversation, which is in a response twice: as one text, and as messages.
LARGEST_CHAT = 1_300_000


def dump_time(at: datetime) -> str:
    """Format a time as RFC 3339 in UTC, without zeros at the end of the fraction."""
    text = at.replace(tzinfo=None).isoformat(timespec="seconds")
    fraction = f"{at.microsecond:06}".rstrip("0")
    return f"{text}.{fraction}Z" if fraction else f"{text}Z"


def dump_prompt(prompt: model.Prompt) -> models.Prompt:
    """Dump a prompt."""
    return {
        "id": prompt.id,
        "team_id": prompt.team_id,
        "slug": prompt.slug,
        "name": prompt.name,
        "description": prompt.description,
        # Deleted prompts are never dumped.
        "status": "archived" if prompt.status == "archived" else "active",
        "created_at": dump_time(prompt.created_at),
        "updated_at": dump_time(prompt.updated_at),
        "keywords": [*prompt.keywords],
    }


def dump_prompt_with_pointers(prompt: model.Prompt, restrictions: Restrictions) -> models.PromptRow:
    """Dump a prompt with what its head says of its versions, as far as the principal may know."""
    names = filter(restrictions.allows_pointer, [LIVE, *sorted(prompt.tags)])
    targets = (_dump_target(prompt, pointer) for pointer in names)
    row = cast("models.PromptRow", dump_prompt(prompt))
    row["pointers"] = [target for target in targets if target["split"]]
    if restrictions.pointers is None:
        row["last_version"] = prompt.last_version
        if prompt.newest_stable is not None:
            row["newest_stable"] = prompt.newest_stable or None
        row["changed_at"] = dump_time(prompt.changed_at)
        row["changed_by"] = dump_author(prompt.changed_by) if prompt.changed_by else None
    return row


def _dump_target(prompt: model.Prompt, pointer: str) -> models.PointerTarget:
    target: models.PointerTarget = {
        "pointer": pointer,
        "split": dump_shares(prompt.list_shares(pointer)),
    }
    if pointer == LIVE and (move := prompt.live_move):
        target["since"], target["by"] = dump_time(move.at), dump_author(move.by)
    return target


def dump_prompt_and_version(
    prompt: model.Prompt, version: model.Version | None
) -> models.PromptAndVersionResponse:
    """Dump a prompt with one of its versions, if there is one."""
    body: models.PromptAndVersionResponse = {"prompt": dump_prompt(prompt)}
    if version is not None:
        body["version"] = dump_version(version, prompt)
    return body


def dump_version(version: model.Version, prompt: model.Prompt) -> models.PromptVersion:
    """Dump a version of a prompt."""
    content = version.content
    body: models.PromptVersion = {
        "id": version.id,
        "prompt_id": version.prompt_id,
        "version": version.number,
        "template": content.text,
        "status": prompt.get_status(version),
        "created_at": dump_time(version.created_at),
        "published_at": dump_time(version.published_at) if version.published_at else None,
        "tags": prompt.list_tags(version.number),
        "model": content.qualified_model,
        "model_params": content.own_parameters,
        "engine": content.engine,
        "message": version.message,
        "author": dump_author(version.author),
        "messages": None if content.messages is None else [*content.messages],
        "tools": None if content.tools is None else [*content.tools],
        "response_format": get_response_format(content),
        "inputs": None if content.inputs is None else [*content.inputs],
    }
    if content.messages is not None and len(content.document) > LARGEST_CHAT:
        body["messages"], body["omissions"] = [], ["messages"]
    return body


def dump_resolved_version(version: model.Version, prompt: model.Prompt) -> models.ResolvableVersion:
    """Dump a version with all parts in its texts."""
    whole = replace(version, content=version.content.whole)
    return {"version": dump_version(whole, prompt), **_dump_includes(version.content)}


def _dump_includes(content: Content) -> models.Inclusion:
    if content.composition is None:
        return {}
    return {
        "includes": [
            {
                "prompt_id": part.prompt_id,
                "slug": part.slug,
                "version": part.number,
            }
            for part in content.composition.parts
        ]
    }


def dump_written_version(
    version: model.Version, prompt: model.Prompt, warnings: list[str]
) -> models.WrittenVersion:
    """Dump a version after it was written, with what other dialects' clients cannot read of it."""
    body: models.WrittenVersion = {"version": dump_version(version, prompt)}
    if warnings:
        body["warnings"] = warnings
    return body


def dump_author(author: model.Author) -> models.Author:
    """Dump an author."""
    return {"id": author.id, "name": author.name}


def dump_payload(payload: model.Payload) -> models.PromptPayload:
    """Dump a payload."""
    return {
        "id": payload.id,
        "prompt_id": payload.prompt_id,
        "name": payload.name,
        "variables": dict(payload.variables),
        "created_at": dump_time(payload.created_at),
        "updated_at": dump_time(payload.updated_at),
    }


def dump_split(prompt: model.Prompt, pointer: str) -> models.SplitResponse:
    """Dump the versions that a pointer hands out, with their weights."""
    return {"pointer": pointer, "split": dump_shares(prompt.list_shares(pointer))}


def dump_shares(shares: Iterable[Share]) -> list[models.SplitShare]:
    """Dump versions with their weights."""
    return cast("list[models.SplitShare]", describe_shares(shares))


def dump_rendering(
    rendering: Rendering, prompt: model.Prompt, version: model.Version
) -> models.Rendering:
    """Dump what a version of a prompt was rendered to."""
    content = version.content
    body: models.Rendering = {
        "rendered": rendering.text,
        "slug": prompt.slug,
        "tags": prompt.list_tags(version.number),
        "version": version.number,
        "missing": rendering.missing,
        "model": content.qualified_model,
        "model_params": content.own_parameters,
    }
    if content.tools is not None:
        body["tools"] = [*content.tools]
    if (response_format := get_response_format(content)) is not None:
        body["response_format"] = response_format
    return {**body, **dump_rendered_texts(rendering, content), **_dump_includes(content)}


def dump_rendered_texts(rendering: Rendering, content: Content) -> models.RenderedTexts:
    """Dump the texts that a content was rendered to."""
    text, messages = rendering.text, rendering.messages
    body: models.RenderedTexts = {"rendered": text}
    if content.messages is not None:
        # Conversations of earlier releases are rendered as one text, without messages.
        if messages is None or len(text) > LARGEST_CHAT:
            body["omissions"], messages = ["messages"], []
        body["messages"] = [*messages]
    return body


def compare_settings(before: Content, after: Content) -> list[models.SettingChange]:
    """Compare two contents in all but their texts; of messages, only their roles are compared."""
    old, new = _list_settings(before), _list_settings(after)
    return [
        {"field": field, "from": old.get(field), "to": new.get(field)}
        for field in dict.fromkeys([*old, *new])
        if not exact_json.is_equal(old.get(field), new.get(field))
    ]


def _list_settings(content: Content) -> dict[str, Any]:
    messages = content.messages
    return {
        "engine": content.engine,
        "model": content.qualified_model,
        **{f"model_params.{name}": value for name, value in (content.own_parameters or {}).items()},
        "messages": messages and [each.get("role", each.get("type")) for each in messages],
        "tools": content.tools and [*content.tools],
        "response_format": get_response_format(content),
        "inputs": content.inputs and [*content.inputs],
    }


def dump_event(event: model.Event) -> models.Event:
    """Dump an event of the history."""
    body: models.Event = {
        "id": event.id,
        "sequence": event.sequence,
        "event": event.kind,
        "at": dump_time(event.at),
        "by": dump_author(event.by),
        "detail": dict(event.detail),
    }
    if event.live_version is not None:
        body["live_version"] = event.live_version or None
    return body


def dump_tag(tag: str, number: int) -> models.Tag:
    """Dump a tag with the number of its version."""
    return {"tag": tag, "version": number}


def add_cursor(page: Page, cursor: str | None) -> Page:
    """Add the cursor of the next page to a page, if there is one."""
    if cursor is not None:
        page["next_cursor"] = cursor
    return page


def dump_problem(problem: Problem, request_id: str) -> Response[models.APIError]:
    """Convert a problem to a response."""
    body: models.APIError = {
        "error": problem.message,
        "code": problem.code,
        "request_id": request_id,
    }
    if problem.details:
        body["details"] = list(problem.details)
    return Response(status=problem.status, body=body)
