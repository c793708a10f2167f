"""Responses in px0's format: its fields in its order, followed by fields of this project."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

from shared.domain.splits import describe_shares
from shared.responses import Response

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from shared.dialects.registry import models
    from shared.domain import model
    from shared.domain.splits import Share
    from shared.problems import Problem

    Page = TypeVar("Page", bound=models.Page)


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
    }


def dump_version(version: model.Version, prompt: model.Prompt) -> models.PromptVersion:
    """Dump a version of a prompt."""
    content = version.content
    return {
        "id": version.id,
        "prompt_id": version.prompt_id,
        "version": version.number,
        "template": content.text,
        "status": prompt.get_status(version),
        "created_at": dump_time(version.created_at),
        "published_at": dump_time(version.published_at) if version.published_at else None,
        "tags": prompt.list_tags(version.number),
        "model": content.qualified_model,
        "model_params": content.parameters,
        "engine": content.engine,
        "message": version.message,
        "author": dump_author(version.author),
    }


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


def dump_rendering(text: str, prompt: model.Prompt, version: model.Version) -> models.Rendering:
    """Dump the text that a version of a prompt was rendered to."""
    return {
        "rendered": text,
        "slug": prompt.slug,
        "tags": prompt.list_tags(version.number),
        "version": version.number,
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
