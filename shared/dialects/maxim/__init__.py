"""Maxim's wire format: `{"data": …}` around what went well, `{"error": {"message": …}}` else.

Two APIs in one: the public one is written by people's scripts, the runtime one read by the SDKs, in
another shape (see `runtime`). A workspace is a team.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeVar

from shared import wire
from shared.answers import Reply
from shared.dialects.maxim import contents, deployments
from shared.errors import (
    InvalidRequest,
    Problem,
    PromptNotFound,
    Unauthorized,
    Unprocessable,
    VersionNotFound,
)
from shared.paging import Window

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from pydantic_core import ErrorDetails

    from shared.domain.prompts import Prompt
    from shared.domain.versions import Version
    from shared.request import Request

Model = TypeVar("Model")
Place = TypeVar("Place")

HEADER = "x-maxim-api-key"
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NUMBER = re.compile(r"[0-9]{1,10}")
NO_WORKSPACE = "Workspace not found"
RUN_ELSEWHERE = (
    "this registry serves prompts and runs no models: read the version, fill in its variables, and "
    "send its messages to the provider that it names"
)
BOOLEANS = {"true": True, "false": False, "null": False, "": False}
MOST = 100  # items a page, where Maxim's documents set a limit
MOST_DETAILS = 20  # of what is wrong with a body
# Statuses that Maxim's documents do not know.
STATUSES = {Unprocessable.status: InvalidRequest.status}


# -- what comes in


def speaks(headers: Mapping[str, str]) -> bool:
    return HEADER in headers


def credential(headers: Mapping[str, str]) -> str:
    """Raises Unauthorized."""
    if key := headers.get(HEADER):
        return key
    raise Unauthorized


def prompt_id(text: str) -> str:
    """An id that a prompt may have. Raises PromptNotFound for any other text."""
    if UUID.fullmatch(text):
        return text
    raise PromptNotFound


def version_id(text: str) -> str:
    """An id that a version may have. Raises VersionNotFound for any other text."""
    if UUID.fullmatch(text):
        return text
    raise VersionNotFound


def required(query: Mapping[str, str], name: str) -> str:
    """Raises InvalidRequest."""
    if text := query.get(name):
        return text
    raise InvalidRequest(f"{name} is required")


def boolean(query: Mapping[str, str], name: str) -> bool:
    """Raises InvalidRequest."""
    text = query.get(name, "")
    if text not in BOOLEANS:
        raise InvalidRequest(f"{name} must be true or false")
    return BOOLEANS[text]


def refuse_deployment_query(query: Mapping[str, str]) -> None:
    """Raises InvalidRequest.

    How a list of objects stands in a query, Maxim does not say; to ignore it would give the caller
    more than was asked for.
    """
    if any(name.startswith("deploymentQuery") for name in query):
        raise InvalidRequest("deploymentQuery is not supported; deploymentHistory has the rules")


def version_number(text: str) -> int:
    """Raises InvalidRequest."""
    if NUMBER.fullmatch(text):
        return int(text)
    raise InvalidRequest("promptVersionNumber must be a number")


def window(
    request: Request, *, place: Callable[[str], Place], default: int | None = None
) -> Window[Place]:
    """The part of a list that is asked for. Raises InvalidRequest.

    Args:
        place: reads a place in the list from its text; raises ValueError.
        default: the limit where none is given; None for all that one answer can carry.
    """
    text = request.query.get("limit", "")
    limit: int | None = default
    if text not in ("", "null"):
        if not NUMBER.fullmatch(text) or not 1 <= int(text) <= MOST:
            raise InvalidRequest(f"limit must be a number from 1 to {MOST}")
        limit = int(text)
    query = {**request.query, "limit": "" if limit is None else str(limit)}
    return Window.read(query, of=request.path, place=place)


def read(request: Request, model: type[Model]) -> Model:
    """The request's body as one of Maxim's models. Raises InvalidRequest.

    The SDK sends no content type, so none is needed.
    """
    from pydantic import ValidationError

    document = _document(request)
    try:
        return model(**document)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        details = [_detail(fault) for fault in found[:MOST_DETAILS]]
        raise InvalidRequest(details[0]["message"], details=details) from error


def _document(request: Request) -> dict[str, Any]:
    try:
        value = wire.decode(request.body)
    except wire.NotJSON as error:
        raise InvalidRequest("the request body must be JSON") from error
    if not isinstance(value, dict):
        raise InvalidRequest("the request body must be a JSON object")
    if (place := next(_nul(value, ""), None)) is not None:
        message = f"{place or 'the request body'} must not contain NUL characters"
        raise InvalidRequest(message, details=[{"path": place, "message": message}])
    return value


def _nul(value: Any, path: str) -> Iterator[str]:
    """The places of texts with a NUL character, which no other dialect could hand on."""
    if isinstance(value, str) and "\0" in value:
        yield path
    elif isinstance(value, dict):
        for name, item in value.items():
            # A name with a NUL is a fault of the object, and not to be repeated.
            yield from [path] if "\0" in name else _nul(item, f"{path}.{name}".lstrip("."))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _nul(item, f"{path}[{number}]")


def _detail(fault: ErrorDetails) -> dict[str, str]:
    """One fault of a body: the path of the field, and a sentence that names it."""
    path = ""
    for step in fault["loc"]:
        if isinstance(step, int):
            path += f"[{step}]"
        elif not step.startswith("<"):  # the name of a kind of part, and of no field
            path += f".{step}" if path else step
    if fault["type"] == "missing":
        return {"path": path, "message": f"{path} is required"}
    words = fault["msg"]
    return {"path": path, "message": f"{path}: {words[:1].lower()}{words[1:]}"}


# -- what goes out


def time(at: datetime) -> str:
    """As JavaScript writes it: UTC, with milliseconds."""
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z"


def prompt(prompt: Prompt) -> dict[str, Any]:
    """As the answer to its creation has it; see also `prompt_in_full`.

    There are no accounts above teams, so the workspace's id stands for the account's too.
    """
    kept = deployments.kept(prompt)
    return {
        "id": prompt.id,
        "name": prompt.name,
        "description": prompt.description,
        "workspaceId": prompt.team_id,
        "accountId": prompt.team_id,
        "folderId": kept.get("folderId"),
        "meta": {"slug": prompt.slug, "status": prompt.status},
        "createdById": kept.get("createdById", ""),  # known only of prompts made in this dialect
        "createdAt": time(prompt.created_at),
        "updatedAt": time(prompt.updated_at),
        "deletedAt": None,
    }


def prompt_in_full(found: Prompt) -> dict[str, Any]:
    """With how its versions are deployed."""
    made = [deployment["timestamp"] for deployment in deployments.of(found)]
    return prompt(found) | {
        "deploymentHistory": {
            "id": found.id,
            "workspaceId": found.team_id,
            "accountId": found.team_id,
            "promptId": found.id,
            "strategy": {"type": "RULES", "config": deployments.rules(deployments.of(found))},
            "createdAt": min(made, default=time(found.created_at)),
            "updatedAt": max(made, default=time(found.created_at)),
            "deletedAt": None,
        }
    }


def version(version: Version, *, default_model: str) -> dict[str, Any]:
    """As the answer to its creation has it. An archived version is what Maxim calls deleted."""
    content = version.content
    provider, model = contents.provider_and_model(content, default_model=default_model)
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
                _wrapped(message, number, version)
                for number, message in enumerate(content.conversation)
            ],
            "modelParameters": contents.model_parameters(content),
        },
        "createdAt": time(version.created_at),
        "updatedAt": time(version.updated_at),
        "deletedAt": time(version.updated_at) if version.stage == "archived" else None,
    }


def version_in_full(found: Version, *, default_model: str, tool_ids: bool) -> dict[str, Any]:
    """As it is read.

    Args:
        tool_ids: whether tools have ids, as from `/v2` on; a tool is known by its name here.
    """
    said = version(found, default_model=default_model)
    config = said["config"] | {"tags": {}, "modelId": said["config"]["model"]}
    parameters = config["modelParameters"]
    if tool_ids and "promptTools" in parameters:
        tools = [{"id": tool.get("name", ""), **tool} for tool in parameters["promptTools"]]
        config["modelParameters"] = parameters | {"promptTools": tools}
    return said | {"config": config}


def _wrapped(message: Mapping[str, Any], number: int, version: Version) -> dict[str, Any]:
    role = message.get("role", "user")
    return {
        "id": f"{version.id}-{number}",
        "index": number,
        "payload": {"role": role, "content": None, **message},
        # Documented nowhere; what kind of message it is, and was at first.
        "currentType": role,
        "originalType": role,
    }


def deployment(deployment: Mapping[str, Any], prompt: Prompt) -> dict[str, Any]:
    return {
        "id": deployment["id"],
        "promptId": prompt.id,
        "versionId": deployment["versionId"],
        "status": "active",
        "createdAt": deployment["timestamp"],
        "updatedAt": deployment["timestamp"],
    }


def config(prompt: Prompt) -> dict[str, Any]:
    """A prompt has one configuration, which goes by the prompt's id."""
    kept = deployments.kept(prompt).get("config", {})
    made = time(prompt.created_at)
    return {
        "id": prompt.id,
        "promptId": prompt.id,
        "config": {"deploymentFields": kept.get("deploymentFields", [])},
        "createdAt": kept.get("createdAt", made),
        "updatedAt": kept.get("updatedAt", made),
    }


def listed(
    shown: Sequence[Mapping[str, Any]], cursor: str | None, *, named: str = "cursor"
) -> dict[str, Any]:
    """A page of a list, and where it goes on.

    Args:
        named: what the cursor is called; prompts and folders do not agree.
    """
    pagination: dict[str, Any] = {"hasMore": cursor is not None}
    return {"data": shown, "pagination": pagination | ({named: cursor} if cursor else {})}


def problem(problem: Problem, request_id: str) -> Reply:
    """Both SDKs show `error.message`, and mind neither what is beside it nor the status."""
    message = problem.message
    if message == problem.default:
        message = message[:1].upper() + message[1:]
    said: dict[str, Any] = {"message": message, "code": problem.code}
    if problem.details:
        said["details"] = list(problem.details)
    return Reply(
        status=STATUSES.get(problem.status, problem.status),
        body={"error": said, "request_id": request_id},
    )
