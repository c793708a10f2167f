"""Responses of Maxim's public API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from shared.dialects.formats import dump_js_time
from shared.dialects.maxim import contents, deployments
from shared.problems import InvalidRequest, Unprocessable
from shared.responses import Response

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shared.dialects.maxim import models
    from shared.domain.content import Document
    from shared.domain.model import Prompt, Version
    from shared.problems import Problem
    from shared.settings import Settings

NO_WORKSPACE = "Workspace not found"
RUN_ELSEWHERE = (
    "this registry does not run models; read the version, fill in its variables, and send its "
    "messages to the provider of its model"
)
# Maxim's statuses of problems, where its documents do not have the native one.
STATUSES = {Unprocessable.status: InvalidRequest.status}


def dump_prompt(prompt: Prompt) -> models.CreatedPrompt:
    """Dump a prompt for the response to its creation; see also `dump_whole_prompt`.

    There are no accounts, so the id of the account is that of the workspace.
    """
    settings = deployments.get_settings(prompt)
    return {
        "id": prompt.id,
        "name": prompt.name,
        "description": prompt.description,
        "workspaceId": prompt.team_id,
        "accountId": prompt.team_id,
        "folderId": settings.get("folderId"),
        "meta": {"slug": prompt.slug, "status": prompt.status},
        # Only prompts that were created in this dialect have it.
        "createdById": settings.get("createdById", ""),
        "createdAt": dump_js_time(prompt.created_at),
        "updatedAt": dump_js_time(prompt.updated_at),
        "deletedAt": None,
    }


def dump_whole_prompt(prompt: Prompt) -> models.WorkspacePrompt:
    """Dump a prompt with its deployments."""
    times = [deployment["timestamp"] for deployment in prompt.deployments]
    created_at = dump_js_time(prompt.created_at)
    rules = deployments.build_rules(prompt.deployments)
    body = cast("models.WorkspacePrompt", dump_prompt(prompt))
    body["deploymentHistory"] = {
        "id": prompt.id,
        "workspaceId": prompt.team_id,
        "accountId": prompt.team_id,
        "promptId": prompt.id,
        "strategy": {"type": "RULES", "config": rules},
        "createdAt": min(times, default=created_at),
        "updatedAt": max(times, default=created_at),
        "deletedAt": None,
    }
    return body


def dump_only_prompt(prompt: Prompt) -> models.WorkspacePromptsData:
    """Dump the list of a workspace's prompts with one id."""
    return {"data": [dump_whole_prompt(prompt)], "pagination": dump_pagination(None)}


def dump_version(version: Version, settings: Settings) -> models.PublishedVersion:
    """Dump a version for the response to its creation; an archived version counts as deleted."""
    content = version.content
    provider, model = contents.get_provider_and_model(content, settings)
    return {
        "id": version.id,
        "version": version.number,
        "promptId": version.prompt_id,
        "description": version.message,
        "config": {
            "model": model,
            "provider": provider,
            "author": {
                "id": version.author.id,
                "name": version.author.name,
                "email": "",
                "image": "",
            },
            "messages": [
                _wrap_message(message, number, version)
                for number, message in enumerate(contents.get_messages(content, settings))
            ],
            "modelParameters": contents.get_model_parameters(content, settings),
        },
        "createdAt": dump_js_time(version.created_at),
        "updatedAt": dump_js_time(version.updated_at),
        "deletedAt": dump_js_time(version.updated_at) if version.stage == "archived" else None,
    }


def dump_whole_version(
    version: Version, settings: Settings, *, with_tool_ids: bool
) -> models.PublishedVersion:
    """Dump a version for the response to a read.

    Args:
        version: The version.
        settings: The settings of the deployment.
        with_tool_ids: Whether tools have ids, as in `/v2`; the id is the name of the tool.
    """
    body = dump_version(version, settings)
    config = body["config"]
    config["tags"], config["modelId"] = {}, config["model"]
    parameters = config["modelParameters"]
    if with_tool_ids and "promptTools" in parameters:
        tools = [{"id": tool.get("name", ""), **tool} for tool in parameters["promptTools"]]
        config["modelParameters"] = parameters | {"promptTools": tools}
    return body


def _wrap_message(
    message: Mapping[str, Any], number: int, version: Version
) -> models.WrappedMessage:
    role = message.get("role", "user")
    return {
        "id": f"{version.id}-{number}",
        "index": number,
        "payload": {"role": role, "content": None, **message},
        # Not documented: the current and the original kind of the message.
        "currentType": role,
        "originalType": role,
    }


def dump_deployment(deployment: Document, prompt: Prompt) -> models.Deployment:
    """Dump a deployment of a prompt."""
    return {
        "id": deployment["id"],
        "promptId": prompt.id,
        "versionId": deployment["versionId"],
        "status": "active",
        "createdAt": deployment["timestamp"],
        "updatedAt": deployment["timestamp"],
    }


def dump_deployments(prompt: Prompt) -> models.DeploymentsData:
    """Dump the deployments of a prompt, newest first, which is also their precedence."""
    rows = prompt.deployments
    return {"data": [_dump_deployment_with_conditions(row, prompt) for row in rows]}


def _dump_deployment_with_conditions(
    deployment: Document, prompt: Prompt
) -> models.DeploymentWithConditions:
    """Dump a deployment of a prompt with its conditions."""
    return {
        **dump_deployment(deployment, prompt),
        "version": deployment["number"],
        "deploymentConditions": deployment["conditions"],
    }


def dump_config(prompt: Prompt) -> models.PromptConfig:
    """Dump the configuration of a prompt, which has the prompt's id."""
    config = deployments.get_settings(prompt).get("config", {})
    created_at = dump_js_time(prompt.created_at)
    return {
        "id": prompt.id,
        "promptId": prompt.id,
        "config": {"deploymentFields": config.get("deploymentFields", [])},
        "createdAt": config.get("createdAt", created_at),
        "updatedAt": config.get("updatedAt", created_at),
    }


def dump_pagination(cursor: str | None) -> models.CursorPagination:
    """Dump the cursor of the next page of a list of prompts or versions."""
    if cursor is None:
        return {"hasMore": False}
    return {"hasMore": True, "cursor": cursor}


def dump_folder_pagination(cursor: str | None) -> models.FolderPagination:
    """Dump the cursor of the next page of a list of folders, under Maxim's other name for it."""
    if cursor is None:
        return {"hasMore": False}
    return {"hasMore": True, "nextCursor": cursor}


def dump_problem(problem: Problem, request_id: str) -> Response[models.Error]:
    """Convert a problem to a response.

    Both SDKs show `error.message`, and ignore other fields and the status.
    """
    message = problem.message
    if message == problem.default:
        message = message[:1].upper() + message[1:]
    error: models.ErrorDetail = {"message": message, "code": problem.code}
    if problem.details:
        error["details"] = [detail for detail in problem.details if isinstance(detail, dict)]
    return Response(
        status=STATUSES.get(problem.status, problem.status),
        body={"error": error, "request_id": request_id},
    )
