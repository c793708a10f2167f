"""LangWatch's responses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from shared.dialects.formats import dump_js_time, to_camel_case
from shared.dialects.langwatch import contents
from shared.dialects.langwatch.problems import (
    ConfigSchemaFailure,
    InProse,
    Malformed,
    SchemaFailure,
)
from shared.dialects.langwatch.requests import SCOPES
from shared.problems import (
    Forbidden,
    Internal,
    NoLiveVersion,
    NotFound,
    Problem,
    TagNotFound,
    Unauthorized,
    VersionNotFound,
)
from shared.responses import Response

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from shared.dialects.langwatch import models
    from shared.dialects.langwatch.tags import Definition
    from shared.domain.content import Document
    from shared.domain.model import Prompt, Scope, Version
    from shared.settings import Settings

PERMISSIONS = {"read": "prompts:view", "write": "prompts:update", "curate": "prompts:manage"}
SCOPE_NAMES: Mapping[Scope, models.Scope] = {
    scope: cast("models.Scope", name) for name, scope in SCOPES.items()
}
# JSON Schema's types of outputs.
TYPES = {"str": "string", "float": "number", "bool": "boolean", "json_schema": "object"}
# Names of a configuration's optional fields in the current API.
CAMEL_CASE = {
    name: to_camel_case(name)
    for name in ("temperature", "max_tokens", "demonstrations", "prompting_technique")
}


def dump_prompt(
    prompt: Prompt,
    version: Version,
    *,
    tags: Iterable[Definition],
    is_newest: bool,
    settings: Settings,
    base_url: str,
    with_schemas: bool = True,
) -> models.PromptOfHandle:
    """Dump a version with the fields of its prompt.

    Args:
        prompt: The prompt.
        version: The version.
        tags: The definitions of the project's tags.
        is_newest: Whether it is the prompt's newest version, which has the tag `latest`.
        settings: The settings of the deployment.
        base_url: The URL of this API.
        with_schemas: Whether to repeat the schema of the outputs as `responseFormat`.
    """
    config = contents.dump_config(version.content, settings)
    pointers = [tag.name for tag in tags if prompt.resolve_selector(tag.pointer) == version.number]
    names = [*(["latest"] if is_newest else []), *pointers]
    readable = config.keys() - contents.list_unreadable_settings(config)
    optional = {camel: config[name] for name, camel in CAMEL_CASE.items() if name in readable}
    if with_schemas:
        optional |= _dump_response_format(config)
    return {
        "id": prompt.id,
        "handle": prompt.slug,
        "scope": SCOPE_NAMES[prompt.scope],
        "name": prompt.name,
        "updatedAt": dump_js_time(prompt.changed_at),
        "projectId": prompt.team_id,
        "organizationId": prompt.team_id,
        "versionId": version.id,
        "authorId": contents.get_author_id(version.content, settings),
        "version": version.number,
        "createdAt": dump_js_time(prompt.created_at),
        "commitMessage": version.message,
        "prompt": config["prompt"],
        "messages": [{"role": "system", "content": config["prompt"]}, *config["messages"]],
        "inputs": config["inputs"],
        "outputs": config["outputs"],
        "model": config["model"],
        "response_format": _dump_first_response_format(config["outputs"]),
        "versionCreatedAt": dump_js_time(version.created_at),
        **cast("models.OptionalSettings", optional),
        "tags": [{"name": name, "versionId": version.id} for name in names],
        "parameters": contents.get_runtime_parameters(version.content, settings),
        "platformUrl": f"{base_url}/api/prompts/{prompt.id}",
    }


def dump_synced_prompt(
    body: models.PromptOfHandle, version: Version, settings: Settings
) -> Document:
    """Dump a version for the response to a sync, which has more settings and no link."""
    config = contents.dump_config(version.content, settings)
    readable = config.keys() - contents.list_unreadable_settings(config)
    more = {to_camel_case(name): config[name] for name in contents.SETTINGS if name in readable}
    others = {name: value for name, value in body.items() if name != "platformUrl"}
    return {**others, **more, "author": None, "copiedFromPromptId": None}


def dump_config_version(
    prompt: Prompt, version: Version, settings: Settings
) -> models.ConfigVersion:
    """Dump a version in the format of the first API."""
    config = contents.dump_config(version.content, settings)
    first = {"version": config["version"]} if "version" in config else {}
    return {
        "id": version.id,
        "configId": prompt.id,
        "projectId": prompt.team_id,
        "schemaVersion": "1.0",
        "commitMessage": version.message,
        "version": version.number,
        "createdAt": dump_js_time(version.created_at),
        "authorId": contents.get_author_id(version.content, settings),
        "configData": first | config,
    }


def dump_version_row(
    body: models.PromptOfHandle, version: models.ConfigVersion
) -> models.VersionOfHandle:
    """Dump a row of a prompt's versions, in the formats of both APIs.

    The author is None, because API keys are not users.
    """
    return {
        **body,
        "configId": version["configId"],
        "schemaVersion": version["schemaVersion"],
        "configData": version["configData"],
        "createdAt": version["createdAt"],
        "author": None,
    }


def can_read_schemas(headers: Mapping[str, str]) -> bool:
    """Tell whether a client can read `responseFormat`.

    LangWatch's client for Python (1.4.0), which sends httpx's user agent, cannot read a prompt with
    this field. Its other clients, which send other user agents, need it.
    """
    return not headers.get("user-agent", "").startswith("python-httpx/")


def _dump_first_response_format(outputs: Sequence[Document]) -> Document | None:
    """Dump the outputs as the first API's reads had them: one schema of all."""
    if [output["type"] for output in outputs] == ["str"]:
        return None
    properties = {
        output["identifier"]: output.get("json_schema", {"type": TYPES[output["type"]]})
        for output in outputs
    }
    schema = {"type": "object", "properties": properties, "required": [*properties]}
    return {"type": "json_schema", "json_schema": {"name": "outputs", "schema": schema}}


def _dump_response_format(config: Mapping[str, Any]) -> Document:
    for output in config["outputs"]:
        if output["type"] == "json_schema" and "json_schema" in output:
            schema = {"name": output["identifier"], "schema": output["json_schema"]}
            return {"responseFormat": {"type": "json_schema", "json_schema": schema}}
    return {}


# -- problems


def dump_problem(problem: Problem, request_id: str) -> Response[models.Error]:
    """Convert a problem to a response."""
    if isinstance(problem, ConfigSchemaFailure):
        issues: models.Issues = {"issues": _list_mappings(problem), "name": "ZodError"}
        body: models.Error = {"success": False, "error": issues, "request_id": request_id}
    else:
        body = {**_dump_body(problem), "request_id": request_id}
    return Response(status=problem.status, body=body)


def _dump_body(problem: Problem) -> models.Explanation:
    if isinstance(problem, Unauthorized):
        has_own_message = problem.message != problem.default
        message = problem.message if has_own_message else "Invalid API key"
        tips = [
            f"{detail['header']}: {detail['message']}"
            for detail in _list_mappings(problem)
            if "header" in detail
        ]
        return {**_explain("Unauthorized", message), "tips": tips}
    if isinstance(problem, Internal):
        return _explain("Internal server error", "An unknown error occurred")
    # Look-ups with a message of their own are prose.
    if isinstance(problem, InProse) or (
        isinstance(problem, NotFound) and problem.message != problem.default
    ):
        return _explain(problem.message, problem.message)
    if isinstance(problem, NotFound):
        body = _explain("prompt_not_found", "Prompt not found")
        if isinstance(problem, VersionNotFound | TagNotFound | NoLiveVersion):
            body["tips"] = ["The prompt is there, and has no such version or tag."]
        return body
    if isinstance(problem, Forbidden):
        return _dump_forbidden(problem)
    if isinstance(problem, Malformed):
        return {
            **_explain(problem.code, problem.message),
            "target": "json",
            "detail": next(
                (detail["message"] for detail in _list_mappings(problem) if "path" in detail),
                problem.message,
            ),
            "tips": ["Send a JSON body with the header Content-Type: application/json."],
            "fault": "customer",
        }
    if isinstance(problem, SchemaFailure):
        return _dump_schema_failure(problem)
    return _explain(problem.code, problem.message)


def _explain(error: str, message: str) -> models.Explanation:
    return {"error": error, "message": message}


def _dump_forbidden(problem: Forbidden) -> models.Explanation:
    details = _list_mappings(problem)
    permissions = [
        PERMISSIONS[detail["permission"]] for detail in details if "permission" in detail
    ]
    restrictions = [detail["message"] for detail in details if "message" in detail]
    message = "The API key does not have this permission."
    if problem.message != problem.default:
        message = problem.message
    return {
        **_explain("api_key_permission_denied", message),
        "permission": next(iter(permissions), None),
        "tips": [*restrictions, "Use an API key that has the permission."],
        "docsUrl": "https://langwatch.ai/docs",
        "fault": "customer",
    }


def _dump_schema_failure(problem: SchemaFailure) -> models.Explanation:
    issues = [(_get_field(issue), issue) for issue in _list_mappings(problem)]
    return {
        **_explain(problem.code, problem.message),
        "target": "json",
        "fields": list(dict.fromkeys(field for field, _ in issues)),
        "reasons": [
            {
                "code": "schema_failure",
                "kind": "schema_failure",
                "fault": "customer",
                "meta": _dump_meta(field, issue),
            }
            for field, issue in issues
        ],
        "tips": ["Correct these fields and send the request again."],
        "fault": "customer",
    }


def _dump_meta(field: str, issue: Mapping[str, Any]) -> dict[str, Any]:
    meta = {"field": field, "type": issue["code"], "message": issue["message"]}
    if (expected := issue.get("options", issue.get("expected"))) is not None:
        meta["expected"] = expected
    if "received" in issue:
        meta["received"] = issue["received"]
    return meta


def _get_field(issue: Mapping[str, Any]) -> str:
    return ".".join(map(str, issue["path"])) or ", ".join(issue.get("keys", ()))


def _list_mappings(problem: Problem) -> list[dict[str, Any]]:
    return [detail for detail in problem.details if isinstance(detail, dict)]
