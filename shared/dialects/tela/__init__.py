"""Tela's wire format: bare objects in camel case, told in snake case by its SDK."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeVar, cast

from shared import wire
from shared.answers import Reply
from shared.dialects.tela import contents
from shared.dialects.tela.contents import snake
from shared.domain import versions
from shared.domain.changes import ID
from shared.domain.prompts import checked_document
from shared.domain.versions import Version, status_of
from shared.errors import (
    InvalidRequest,
    NotDraft,
    Problem,
    PromptNotFound,
    TeamNotFound,
    Unauthorized,
    VersionNotFound,
    WrongState,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from pydantic import BaseModel

    from shared.domain.access import Principal, Team
    from shared.domain.changes import Act, Author, Change
    from shared.domain.prompts import Prompt
    from shared.domain.versions import Status
    from shared.request import Request
    from shared.settings import Settings

Model = TypeVar("Model")

BEARER = re.compile(r"Bearer +(\S+)", re.IGNORECASE)
TITLE_LENGTH = 256  # characters


# -- what comes in


def speaks(headers: Mapping[str, str]) -> bool:
    return "authorization" in headers


def credential(headers: Mapping[str, str]) -> str:
    """Raises Unauthorized."""
    if found := BEARER.fullmatch(headers.get("authorization", "")):
        return found[1]
    raise Unauthorized


def prompt_id(text: str) -> str:
    """Raises PromptNotFound for a text that is no prompt's id."""
    if not ID.fullmatch(text.lower()):
        raise PromptNotFound
    return text.lower()


def version_id(text: str) -> str:
    """Raises VersionNotFound for a text that is no version's id."""
    if not ID.fullmatch(text.lower()):
        raise VersionNotFound
    return text.lower()


def wanted_prompt(query: Mapping[str, str]) -> str:
    """The id of the prompt whose versions are asked for. Raises InvalidRequest."""
    text = _either(query, "promptId")
    if text is None:
        raise InvalidRequest("promptId is required")
    if not ID.fullmatch(text.lower()):
        raise InvalidRequest("promptId must be a UUID")
    return text.lower()


def wanted_project(query: Mapping[str, str], caller: Principal) -> str | None:
    """The project that is asked for, if one is. Raises TeamNotFound, for those of others too."""
    text = _either(query, "projectId")
    if text is None:
        return None
    if not caller.reaches(text.lower()):
        raise TeamNotFound("project not found")
    return text.lower()


def wants_last_version(query: Mapping[str, str]) -> bool:
    return (_either(query, "includeLastVersion") or "").lower() in ("true", "1")


def _either(query: Mapping[str, str], name: str) -> str | None:
    """A parameter in either spelling; an empty one counts as absent."""
    return query.get(name) or query.get(snake(name)) or None


def read(request: Request, model: type[Model]) -> Model:
    """The request's body as a model, whatever its content type says. Raises InvalidRequest."""
    from pydantic import ValidationError

    from shared.dialects.tela import faults

    try:
        value = wire.decode(request.body)
    except wire.NotJSON as error:
        raise InvalidRequest("the request body must be a JSON object") from error
    if not isinstance(value, dict):
        raise InvalidRequest("the request body must be a JSON object")
    given = _respelt(value)
    body = cast("type[BaseModel]", model)
    for name in body.model_fields.keys() & given.keys():
        checked_document({name: given[name]}, name)
    try:
        return cast("Model", body.model_validate(given))
    except ValidationError as error:
        raise InvalidRequest(faults.first(error)) from error


def _respelt(body: dict[str, Any]) -> dict[str, Any]:
    """The body with its known names in camel case; the SDK sends some of them in snake case.

    Below them nothing is renamed: a schema says what its author calls things.
    """
    body = _camel(body, "promptId", "markdownContent")
    if isinstance(configuration := body.get("configuration"), dict):
        body["configuration"] = _camel(configuration, "structuredOutput")
    if isinstance(variables := body.get("variables"), list):
        body["variables"] = [_camel(item, "processingOptions") for item in variables]
        for variable in body["variables"]:
            if isinstance(variable, dict) and "processingOptions" in variable:
                options = _camel(variable["processingOptions"], "allowMultimodal")
                variable["processingOptions"] = options
    return body


def _camel(value: Any, *names: str) -> Any:
    """An object with these names in camel case; of a name in both spellings that one counts."""
    if not isinstance(value, dict):
        return value
    spellings = {snake(name): name for name in names}
    return {
        spellings.get(name, name): item
        for name, item in value.items()
        if spellings.get(name) not in value
    }


def given(body: BaseModel) -> dict[str, Any]:
    """What a body says, as it says it."""
    return body.model_dump(by_alias=True, exclude_unset=True)


def present(version: Version) -> Version:
    """The version, unless it is archived, which is deleted in Tela's words.

    Raises VersionNotFound.
    """
    if version.stage == "archived":
        raise VersionNotFound
    return version


def status(*, promoted: bool | None, draft: bool | None) -> Status:
    """What a new version is: it is served or it can still change, but not both."""
    return "live" if promoted else "draft" if draft else "stable"


def new_title(version: Version, given: Mapping[str, Any]) -> str:
    """The title that is given; one that is given as it is shown is the whole of the old one."""
    shown = title(version)
    return version.message if given.get("title", shown) == shown else str(given["title"])


def flagged(
    change: Change[Version], act: Act, *, promoted: bool | None, draft: bool | None
) -> Change[Version]:
    """The change that also gives the version these flags; None leaves one as it is.

    Raises NotDraft where a version that has left draft is to become one again.
    """
    version, prompt = change.about, change.after
    status = status_of(version, prompt)
    if promoted:
        return change.then(lambda prompt: versions.take_live(prompt, version, act))
    if draft and status != "draft":
        raise NotDraft("a version that has left draft cannot become a draft again")
    if draft is False and status == "draft":
        return change.then(lambda prompt: versions.promote(prompt, version, act))
    if promoted is False and status == "live":
        return change.then(lambda prompt: versions.demote(prompt, version, act))
    return change


# -- what goes out


def time(at: datetime) -> str:
    """ISO 8601 in UTC with milliseconds, as JavaScript writes it."""
    return f"{at.strftime('%Y-%m-%dT%H:%M:%S')}.{at.microsecond // 1000:03}Z"


def title(version: Version) -> str:
    """Other dialects have longer notes."""
    return version.message[:TITLE_LENGTH]


def version(version: Version, prompt: Prompt, settings: Settings) -> dict[str, Any]:
    """Tela's fields, then the number that a version has everywhere else."""
    status, untouched = status_of(version, prompt), version.created_at == version.updated_at
    return {
        "id": version.id,
        "promptId": version.prompt_id,
        "title": title(version),
        **contents.shown(version.content, settings),
        "promoted": status == "live",
        "draft": status == "draft",
        "workspaceId": prompt.team_id,
        "isWorkflow": False,
        "workflowSpec": None,
        "createdBy": version.author.id,
        # Who changed a version later is told by the prompt's history alone.
        "updatedBy": version.author.id if untouched else None,
        "deletedBy": None,
        "createdAt": time(version.created_at),
        "updatedAt": time(version.updated_at),
        "deletedAt": None,
        "version": version.number,
    }


def deleted(change: Change[Version], *, by: Author, settings: Settings) -> dict[str, Any]:
    """A version as its deletion leaves it."""
    shown = version(change.about, change.after, settings)
    return {**shown, "deletedBy": by.id, "deletedAt": time(change.after.changed_at)}


def canvas(prompt: Prompt) -> dict[str, Any]:
    """A prompt; nobody has noted who made or changed it."""
    return {
        "id": prompt.id,
        "title": prompt.name,
        "projectId": prompt.team_id,
        "workspaceId": prompt.team_id,
        "createdBy": None,
        "updatedBy": None,
        "deletedBy": None,
        "createdAt": time(prompt.created_at),
        "updatedAt": time(prompt.changed_at),
        "deletedAt": None,
    }


def project(team: Team) -> dict[str, Any]:
    """A team is a workspace, and the one project in it."""
    return {
        "id": team.id,
        "title": team.name,
        "workspaceId": team.id,
        "createdAt": time(team.created_at),
        "updatedAt": time(team.created_at),
        "deletedAt": None,
    }


def problem(problem: Problem, request_id: str) -> Reply:
    """What the state of a version forbids is a conflict.

    The SDK takes its error class from `status`, and repeats a conflict five times unless it is told
    not to; ours are there to stay. Source: Tela's SDK.
    """
    status = 409 if isinstance(problem, NotDraft | WrongState) else problem.status
    body: dict[str, Any] = {
        "status": status,
        "message": problem.message,
        "code": problem.code,
        "requestId": request_id,
    }
    if problem.details:
        body["details"] = list(problem.details)
    headers = {"X-Should-Retry": "false"} if status == 409 else {}
    return Reply(status=status, body=body, headers=headers)
