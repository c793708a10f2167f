"""Responses in Langfuse's format."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shared.dialects.formats import dump_js_time
from shared.dialects.langfuse.contents import get_config, get_prompt
from shared.dialects.langfuse.labels import list_labels
from shared.dialects.langfuse.problems import InvalidData
from shared.domain.compositions import MAX_DEPTH, build_graph
from shared.domain.model import ORGANISATION_ID
from shared.problems import (
    CompositionFailed,
    Conflict,
    Forbidden,
    IdempotencyMismatch,
    Included,
    InvalidComposition,
    MethodNotAllowed,
    PromptNotFound,
    Unauthorized,
    Unprocessable,
)
from shared.responses import Response

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.dialects.langfuse import models
    from shared.domain.model import Prompt, Team, Version, VersionSummary
    from shared.domain.organisation import Organisation
    from shared.problems import Problem
    from shared.settings import Settings

ERRORS = {
    400: "InvalidRequestError",
    401: "UnauthorizedError",
    403: "ForbiddenError",
    404: "LangfuseNotFoundError",
    405: "MethodNotAllowedError",
    409: "LangfuseConflictError",
    412: "PreconditionFailedError",
    413: "PayloadTooLargeError",
    429: "RateLimitError",
    501: "NotImplementedError",
    503: "ServiceUnavailableError",
}
INTERNAL = "InternalServerError"
# Langfuse's words for what cannot be included, by the reason.
PARTS = {
    "unknown": "Prompt dependency not found: {}",
    "archived": "Prompt dependency not found: {}",
    "chat": "Prompt dependency is not a text prompt: {}",
    "cycle": "Circular dependency detected involving prompt {}",
    "depth": f"Maximum nesting depth exceeded ({MAX_DEPTH + 1})",
}
# Langfuse's words for problems that nobody has said more of.
MESSAGES: dict[type[Problem], str] = {
    Unauthorized: "Invalid credentials. Confirm that you've configured the correct host.",
    Forbidden: "Access denied - insufficient permissions for this endpoint",
    MethodNotAllowed: "Method not allowed",
    PromptNotFound: "Prompt not found",
}


def dump_version(
    prompt: Prompt,
    version: Version,
    settings: Settings,
    *,
    is_newest: bool,
    is_active: bool | None = None,
    is_whole: bool = False,
) -> models.Prompt:
    """Dump a version with what its prompt says.

    Args:
        prompt: The prompt.
        version: The version.
        settings: The settings of the deployment.
        is_newest: Whether it is the newest version.
        is_active: Whether it is live, where the response says so.
        is_whole: Whether to put in what its texts include, if that is known.
    """
    content = version.content
    view = content if is_whole else content.compose(None)
    return {
        "id": version.id,
        "createdAt": dump_js_time(version.created_at),
        "updatedAt": dump_js_time(prompt.get_touched_at(version.number, version.updated_at)),
        "projectId": prompt.team_id,
        "createdBy": version.author.name or "API",
        "prompt": get_prompt(view, settings),
        "name": prompt.name,
        "version": version.number,
        "type": "text" if content.messages is None else "chat",
        "isActive": is_active,
        "config": get_config(content, settings),
        "tags": [*prompt.keywords],
        "labels": list_labels(prompt, version.number, is_newest=is_newest),
        "commitMessage": version.message or None,
    }


def dump_prompt(
    prompt: Prompt, version: Version, settings: Settings, *, is_newest: bool
) -> models.ResolvedPrompt:
    """Dump a version as reads show it."""
    is_active = prompt.live_version == version.number
    body = dump_version(
        prompt, version, settings, is_newest=is_newest, is_active=is_active, is_whole=True
    )
    graph = build_graph(prompt, version, version.content.composition)
    return {**body, "resolutionGraph": graph}


def dump_entry(
    prompt: Prompt,
    versions: Sequence[VersionSummary],
    last: Version | None,
    settings: Settings,
    *,
    has_newest: bool,
) -> models.PromptEntry:
    """Dump a prompt as an entry of a list.

    Args:
        prompt: The prompt.
        versions: Its versions that the entry is about, lowest number first; at least one.
        last: The last of the versions; None if it cannot be read.
        settings: The settings of the deployment.
        has_newest: Whether this one is the prompt's newest version.
    """
    labels = {
        label
        for each in versions
        for label in list_labels(prompt, each.number, is_newest=has_newest and each is versions[-1])
    }
    content = last.content if last else None
    return {
        "name": prompt.name,
        "tags": [*prompt.keywords],
        "lastUpdatedAt": dump_js_time(
            max(prompt.get_touched_at(each.number, each.updated_at) for each in versions)
        ),
        "versions": [each.number for each in versions],
        "labels": sorted(labels),
        "type": "chat" if content is not None and content.messages is not None else "text",
        "lastConfig": {} if content is None else get_config(content, settings),
    }


def dump_list(
    entries: Sequence[models.PromptEntry], *, page: int, limit: int, total: int
) -> models.PromptList:
    """Dump a page of a list."""
    meta: models.Meta = {
        "page": page,
        "limit": limit,
        "totalPages": -(-total // limit),
        "totalItems": total,
    }
    return {"data": [*entries], "meta": meta, "pagination": {**meta}}


def dump_project(team: Team, organisation: Organisation) -> models.Project:
    """Dump a team, which is a project."""
    return {
        "id": team.id,
        "name": team.name,
        "organization": {"id": ORGANISATION_ID, "name": organisation.name},
        "metadata": {},
    }


def dump_problem(problem: Problem, request_id: str) -> Response[models.Error]:
    """Convert a problem to a response.

    Issues of data that is not valid are in `error`, where all others have the name of an error.
    """
    status = problem.status
    if isinstance(problem, Conflict | Unprocessable):
        # Langfuse's clients repeat requests that get 409.
        status = 400
    if isinstance(problem, IdempotencyMismatch):
        status = problem.status  # whoever sends such a key is none of Langfuse's clients
    message = _describe_parts(problem) or problem.message
    if message == problem.default:
        message = next((MESSAGES[kind] for kind in MESSAGES if isinstance(problem, kind)), message)
    restrictions = [
        str(detail["message"])
        for detail in problem.details
        if isinstance(problem, Forbidden) and isinstance(detail, dict) and "message" in detail
    ]
    body: models.Error = {
        "message": ": ".join([message, *restrictions]),
        "error": ERRORS.get(status, INTERNAL),
        "code": problem.code,
        "requestId": request_id,
    }
    if isinstance(problem, InvalidData):
        body["error"] = [detail for detail in problem.details if isinstance(detail, dict)]
    elif problem.details:
        body["details"] = [*problem.details]
    return Response(status=status, body=body)


def _describe_parts(problem: Problem) -> str | None:
    """Describe what is wrong with what a prompt includes; None if it is something else."""
    details = [detail for detail in problem.details if isinstance(detail, dict)]
    if isinstance(problem, Included) and details:
        what = "move" if "message" in details[0] else "delete"
        lines = [
            f"{parent.get('name', parent['slug'])} v{parent['version']} depends on "
            f"{parent['reference']['name']} {_describe_reference(parent['reference'], '')}"
            for parent in details
            if "reference" in parent
        ]
        return "\n".join([f"Other prompts depend on what you are trying to {what}:", *lines])
    if not isinstance(problem, InvalidComposition | CompositionFailed):
        return None
    for detail in details:
        if detail.get("reason") in PARTS:
            name = f"{detail['name']} - {_describe_reference(detail, 'label ')}"
            return PARTS[detail["reason"]].format(name)
    return None


def _describe_reference(reference: dict[str, Any], prefix: str) -> str:
    if "version" in reference:
        return f"version {reference['version']}"
    return f"{prefix}{reference['label']}"
