"""What goes wrong in LangWatch's own ways, and how any failure is told there.

Its errors come in two styles, of which clients read both: by code (`error` is a code, `message` a
sentence) and in prose (both are the same sentence).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shared.errors import (
    Conflict,
    Forbidden,
    Internal,
    InvalidRequest,
    NameTaken,
    NotFound,
    Problem,
    Unauthorized,
    Unprocessable,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

PERMISSIONS = {"read": "prompts:view", "write": "prompts:update", "curate": "prompts:manage"}


class Malformed(InvalidRequest):
    code, default = "malformed_request", "The request body is not valid JSON"


class SchemaFailure(Unprocessable):
    """A body of today's API breaks its schema; the details are the issues."""

    code, default = "validation_error", "The request body is not valid"


class ConfigSchemaFailure(InvalidRequest):
    """A body of the first API's breaks its schema; the details are the issues."""

    code, default = "zod_error", "The request body is not valid"


class SystemPromptRequired(InvalidRequest):
    code, default = "system_prompt_required", "Prompt or system message is required."


class ModelNotConfigured(InvalidRequest):
    code, default = "model_not_configured", "No model was given and there is no default model."


class SystemPromptConflict(Conflict):
    code = "system_prompt_conflict"
    default = "System prompt and prompt cannot be set at the same time"


class InProse:
    """Marks a failure whose `error` is a sentence."""


class SystemPromptClash(InProse, SystemPromptConflict):
    """The same on an update, where LangWatch tells it in prose."""


class HandleTaken(InProse, NameTaken):
    pass


class TagTaken(InProse, Conflict):
    code = "tag_taken"


class StaleBase(Conflict):
    """The version that an update was made from is no longer the newest."""

    code = "Conflict"
    default = "A newer version exists than the one that this update is based on."


class Refused(InProse, Unprocessable):
    """Well-formed, but against a rule on tags, versions or what to select."""

    code = "refused"


def told(problem: Problem) -> dict[str, Any]:
    """The body of a failure, but for the request's id."""
    if isinstance(problem, ConfigSchemaFailure):
        return {"success": False, "error": {"issues": [*problem.details], "name": "ZodError"}}
    if isinstance(problem, Unauthorized):
        bare = problem.message == problem.default
        return _coded("Unauthorized", "Invalid API key" if bare else problem.message)
    if isinstance(problem, Internal):
        return _coded("Internal server error", "An unknown error occurred")
    # Not found in words of its own is told by those words.
    if isinstance(problem, InProse) or (
        isinstance(problem, NotFound) and problem.message != problem.default
    ):
        return _coded(problem.message, problem.message)
    if isinstance(problem, NotFound):
        return _coded("prompt_not_found", "Prompt not found")
    if isinstance(problem, Forbidden):
        return _forbidden(problem)
    if isinstance(problem, Malformed):
        return _coded(problem.code, problem.message) | {
            "target": "json",
            "detail": problem.message,
            "tips": ["Send a JSON body with the header Content-Type: application/json."],
            "fault": "customer",
        }
    if isinstance(problem, SchemaFailure):
        return _schema_failure(problem)
    return _coded(problem.code, problem.message)


def _coded(error: str, message: str) -> dict[str, Any]:
    return {"error": error, "message": message}


def _forbidden(problem: Forbidden) -> dict[str, Any]:
    needed = [PERMISSIONS[detail["permission"]] for detail in _mappings(problem)]
    return _coded("api_key_permission_denied", "The API key lacks a permission.") | {
        "permission": next(iter(needed), None),
        "tips": ["Use an API key that may write."],
        "docsUrl": "https://langwatch.ai/docs",
        "fault": "customer",
    }


def _schema_failure(problem: SchemaFailure) -> dict[str, Any]:
    issues = [(_field(issue), issue) for issue in _mappings(problem)]
    return _coded(problem.code, problem.message) | {
        "target": "json",
        "fields": list(dict.fromkeys(field for field, _ in issues)),
        "reasons": [
            {
                "code": "schema_failure",
                "kind": "schema_failure",
                "fault": "customer",
                "meta": _meta(field, issue),
            }
            for field, issue in issues
        ],
        "tips": ["Correct the fields that are named, and send the request again."],
        "fault": "customer",
    }


def _meta(field: str, issue: Mapping[str, Any]) -> dict[str, Any]:
    meta = {"field": field, "type": issue["code"], "message": issue["message"]}
    if (expected := issue.get("options", issue.get("expected"))) is not None:
        meta["expected"] = expected
    if "received" in issue:
        meta["received"] = issue["received"]
    return meta


def _field(issue: Mapping[str, Any]) -> str:
    return ".".join(map(str, issue["path"])) or ", ".join(issue.get("keys", ()))


def _mappings(problem: Problem) -> list[Mapping[str, Any]]:
    return [detail for detail in problem.details if isinstance(detail, dict)]
