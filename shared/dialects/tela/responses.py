"""Tela's responses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from shared.dialects.formats import dump_js_time
from shared.dialects.tela.contents import dump_content
from shared.dialects.tela.validation import TITLE_LENGTH
from shared.problems import NotDraft, WrongState
from shared.responses import Response

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shared.dialects.tela import models
    from shared.domain import model
    from shared.domain.changes import Change
    from shared.problems import Problem
    from shared.settings import Settings


def dump_title(version: model.Version) -> str:
    """Dump the title of a version: its message, which can be longer in other dialects."""
    return version.message[:TITLE_LENGTH]


def revise_message(version: model.Version, fields: Mapping[str, Any]) -> str:
    """Get the message for the title in a body; the title that was dumped keeps the message."""
    title = dump_title(version)
    return version.message if fields.get("title", title) == title else str(fields["title"])


def dump_version(
    version: model.Version, prompt: model.Prompt, settings: Settings
) -> models.CanvasVersion:
    """Dump a version: Tela's fields, and the version's number."""
    status, is_untouched = prompt.get_status(version), version.created_at == version.updated_at
    return {
        "id": version.id,
        "promptId": version.prompt_id,
        "title": dump_title(version),
        **dump_content(version.content, settings),
        "promoted": status == "live",
        "draft": status == "draft",
        "workspaceId": prompt.team_id,
        "isWorkflow": False,
        "workflowSpec": None,
        "createdBy": version.author.id,
        # Only the prompt's history records who changed a version later.
        "updatedBy": version.author.id if is_untouched else None,
        "deletedBy": None,
        "createdAt": dump_js_time(version.created_at),
        "updatedAt": dump_js_time(version.updated_at),
        "deletedAt": None,
        "version": version.number,
    }


def dump_deleted_version(
    change: Change[model.Version], settings: Settings
) -> models.DeletedVersion:
    """Dump a version after its deletion."""
    body = dump_version(change.subject, change.after, settings)
    body["deletedBy"] = change.events[-1].by.id
    body["deletedAt"] = dump_js_time(change.after.changed_at)
    return {**body, "deleted": True}


def dump_messages(version: model.Version, settings: Settings) -> list[models.VersionMessage]:
    """Dump the messages of a version, or its content as the only one."""
    texts = dump_content(version.content, settings)
    messages = texts.get("messages") or []
    rows: list[Mapping[str, Any]] = [*(messages if isinstance(messages, list) else [messages])]
    if not rows:
        markdown = texts.get("markdownContent")
        only = {"role": "system", "content": texts.get("content"), "markdownContent": markdown}
        rows.append(only)
    is_untouched = version.created_at == version.updated_at
    return [
        {
            "id": str(uuid5(UUID(version.id), str(number))),
            "promptVersionId": version.id,
            "role": row["role"],
            "index": row.get("index", number),
            "content": row.get("content"),
            "markdownContent": row.get("markdownContent"),
            "createdAt": dump_js_time(version.created_at),
            "createdBy": version.author.id,
            "updatedAt": dump_js_time(version.updated_at),
            "updatedBy": version.author.id if is_untouched else None,
            "deletedAt": None,
        }
        for number, row in enumerate(rows)
    ]


def dump_environment(
    prompt: model.Prompt, name: str, settings: Settings, version: model.Version | None = None
) -> models.Environment:
    """Dump an environment of a prompt with its version, if one has been published to it."""
    return {
        "resourceType": "prompt",
        "resourceId": prompt.id,
        "name": name,
        "currentVersionId": version.id if version else None,
        "currentVersion": dump_version(version, prompt, settings) if version else None,
    }


def dump_canvas(prompt: model.Prompt) -> models.Canvas:
    """Dump a prompt; the head does not record who created or changed it."""
    return {
        "id": prompt.id,
        "title": prompt.name,
        "projectId": prompt.team_id,
        "workspaceId": prompt.team_id,
        "createdBy": None,
        "updatedBy": None,
        "deletedBy": None,
        "createdAt": dump_js_time(prompt.created_at),
        "updatedAt": dump_js_time(prompt.changed_at),
        "deletedAt": None,
    }


def dump_project(team: model.Team) -> models.Project:
    """Dump a team, which is a workspace and its only project."""
    return {
        "id": team.id,
        "title": team.name,
        "workspaceId": team.id,
        "createdAt": dump_js_time(team.created_at),
        "updatedAt": dump_js_time(team.created_at),
        "deletedAt": None,
    }


def dump_problem(problem: Problem, request_id: str) -> Response[models.Error]:
    """Convert a problem to a response; a wrong state of a version is a conflict.

    Tela's SDK chooses its error class by `status`, and repeats a request with a conflict up to five
    times unless a header tells it not to. Repeating does not help here.
    """
    status = 409 if isinstance(problem, NotDraft | WrongState) else problem.status
    body: models.Error = {
        "status": status,
        "message": problem.message,
        "code": problem.code,
        "requestId": request_id,
    }
    if problem.details:
        body["details"] = list(problem.details)
    headers = {"X-Should-Retry": "false"} if status == 409 else {}
    return Response(status=status, body=body, headers=headers)
