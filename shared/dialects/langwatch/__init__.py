"""LangWatch's wire format: its first API of versions, and today's of handles and tags.

A project is a team; so is its organization, for sharing between teams is not to be had yet. A
handle is the prompt's slug, `production` is the live pointer (see `tags`).
"""

from __future__ import annotations

import re
from base64 import b64decode
from typing import TYPE_CHECKING, Any, TypeVar, cast

from shared import wire
from shared.answers import Reply
from shared.dialects import Credential
from shared.dialects.langwatch import contents, problems
from shared.dialects.langwatch.problems import Malformed, Refused
from shared.domain.prompts import NAME_LENGTH, checked_document
from shared.errors import Problem, Unauthorized

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from shared.dialects.langwatch.models import Body
    from shared.dialects.langwatch.tags import Definition
    from shared.domain.prompts import Prompt, Scope
    from shared.domain.versions import Version
    from shared.request import Request
    from shared.settings import Settings

Model = TypeVar("Model")

SCOPES: Mapping[str, Scope] = {"PROJECT": "team", "ORGANIZATION": "organization"}
SHOWN_SCOPES = {scope: shown for shown, scope in SCOPES.items()}
JSON_TYPE = re.compile(r"application/([a-z-.]+\+)?json", re.IGNORECASE)
NUMBER = re.compile("[0-9]{1,9}")
# Paths of their own, behind which a prompt of this name could not be reached: `tags`, `x/sync`.
SHADOWED = re.compile("tags(/.*)?|.*/(versions|sync|tags)")
PLAIN = re.compile("[A-Za-z0-9_/.:-]{1,100}")  # fit to be repeated in an error
CAMEL = {
    "temperature": "temperature",
    "max_tokens": "maxTokens",
    "demonstrations": "demonstrations",
    "prompting_technique": "promptingTechnique",
}
CAMEL_SETTINGS = {
    name: re.sub("_(.)", lambda found: found[1].upper(), name) for name in contents.SETTINGS
}


# -- what comes in


def speaks(headers: Mapping[str, str]) -> bool:
    return not headers.keys().isdisjoint(("authorization", "x-auth-token"))


def credential(headers: Mapping[str, str]) -> Credential:
    """The first that is well-formed of Basic, which names a project, Bearer and `X-Auth-Token`.

    Last comes the second word of any `Authorization`, which the first API took for a key.
    Raises Unauthorized.
    """
    scheme, _, word = headers.get("authorization", "").partition(" ")
    project, token = headers.get("x-project-id"), headers.get("x-auth-token")
    if scheme.lower() == "basic" and (pair := _basic(word)):
        return pair
    if scheme.lower() == "bearer" and word.strip():
        return Credential(word.strip(), project)
    if token or word:
        return Credential(token or word, project)
    raise Unauthorized("Missing API key")


def _basic(word: str) -> Credential | None:
    try:
        project, _, key = b64decode(word, validate=True).decode().partition(":")
    except ValueError:
        return None
    return Credential(key, project) if project and key else None


def document(request: Request) -> Any:
    """The body's JSON value; one that is not declared as JSON counts as an empty object.

    Raises Malformed.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if not JSON_TYPE.fullmatch(kind):
        return {}
    try:
        return wire.decode(request.body)
    except wire.NotJSON as error:
        raise Malformed from error


def read(request: Request, model: type[Model]) -> Model:
    """Raises InvalidRequest; SchemaFailure or, for the first API, ConfigSchemaFailure."""
    from pydantic import ValidationError

    from shared.dialects.langwatch.issues import issues

    given = document(request)
    if isinstance(given, dict):
        for name, value in given.items():
            checked_document({name: value}, name if PLAIN.fullmatch(name) else "the body")
    body = cast("type[Body]", model)
    try:
        return cast("Model", body.model_validate(given))
    except ValidationError as error:
        raise body.refusal(details=issues(error)) from error


def is_flat(request: Request) -> bool:
    """Whether a posted version is of the guide's shape, without `configData` around its fields."""
    given = document(request)
    return isinstance(given, dict) and "configData" not in given and "prompt" in given


def checked_name(name: str) -> str:
    """The name, if no path of the API and no shorthand stands before it. Raises Refused."""
    if SHADOWED.fullmatch(name):
        raise Refused("Handles called tags, or ending in /versions, /sync or /tags, are reserved.")
    if ":" in name:
        raise Refused("A handle cannot contain a colon.")
    return name


def named(text: str, name: str) -> str:
    """A sentence about something that the caller has named, with the name if it is a plain one."""
    return f"{text}: {name}" if PLAIN.fullmatch(name) else text


def wanted_version(name: str, query: Mapping[str, str]) -> tuple[str, int | str]:
    """A prompt's name and the version asked for: by number, by tag, or `latest`.

    Both may stand in the name, as in `team/greet:2` or `team/greet:production`. Raises Refused.
    """
    handle, colon, suffix = name.rpartition(":")
    number, tag = query.get("version"), query.get("tag")
    if colon and not (handle and suffix):
        raise Refused("Invalid shorthand: expected handle:tag or handle:version.")
    if colon and (number or tag):
        raise Refused("Use either the shorthand or the query parameters version and tag, not both.")
    if number and tag:
        raise Refused("Use either version or tag, not both.")
    if colon:
        counts = NUMBER.fullmatch(suffix) and int(suffix)
        return handle, int(suffix) if counts else suffix
    if number:
        if not NUMBER.fullmatch(number) or not int(number):
            raise Refused("The query parameter version must be a positive integer.")
        return name, int(number)
    return name, tag or "latest"


def checked_length(name: str, *, otherwise: type[Problem]) -> str:
    """A name from the path that may be looked up. Raises `otherwise`."""
    if not 0 < len(name) <= NAME_LENGTH:
        raise otherwise
    return name


# -- what goes out


def time(at: datetime) -> str:
    """ISO 8601 in UTC with milliseconds, as JavaScript writes it."""
    return f"{at.strftime('%Y-%m-%dT%H:%M:%S')}.{at.microsecond // 1000:03}Z"


def prompt(
    prompt: Prompt,
    version: Version,
    *,
    tags: Iterable[Definition],
    newest: bool,
    settings: Settings,
    base_url: str,
    schemas: bool = True,
) -> dict[str, Any]:
    """A version, with what the prompt itself says.

    Args:
        newest: whether it is the prompt's newest version, which has the tag `latest`.
        schemas: whether to say again, as `responseFormat`, what the outputs say.
    """
    config = contents.config(version.content, settings)
    pointers = [tag.name for tag in tags if prompt.resolve(tag.pointer) == version.number]
    names = [*(["latest"] if newest else []), *pointers]
    return {
        "id": prompt.id,
        "handle": prompt.slug,
        "scope": SHOWN_SCOPES[prompt.scope],
        "name": prompt.name,
        "updatedAt": time(prompt.changed_at),
        "projectId": prompt.team_id,
        "organizationId": prompt.team_id,
        "versionId": version.id,
        "authorId": contents.author_id(version.content),
        "version": version.number,
        "createdAt": time(prompt.created_at),
        "commitMessage": version.message,
        "prompt": config["prompt"],
        "messages": [{"role": "system", "content": config["prompt"]}, *config["messages"]],
        "inputs": config["inputs"],
        "outputs": config["outputs"],
        "model": config["model"],
        **{shown: config[name] for name, shown in CAMEL.items() if name in config},
        **(_response_format(config) if schemas else {}),
        "tags": [{"name": name, "versionId": version.id} for name in names],
        "parameters": contents.runtime_parameters(version.content),
        "platformUrl": f"{base_url}/api/prompts/{prompt.id}",
    }


def synced(shown: Mapping[str, Any], version: Version, settings: Settings) -> dict[str, Any]:
    """The same as an answer to a sync has it, which names more settings and has no link."""
    config = contents.config(version.content, settings)
    more = {shown: config[name] for name, shown in CAMEL_SETTINGS.items() if name in config}
    rest = {name: value for name, value in shown.items() if name != "platformUrl"}
    origin = {"author": None, "copiedFromPromptId": None}
    return {**rest, **more, "versionCreatedAt": time(version.created_at), **origin}


def config_version(prompt: Prompt, version: Version, settings: Settings) -> dict[str, Any]:
    """A version as the first API stored it."""
    config = contents.config(version.content, settings)
    own = {"version": config["version"]} if "version" in config else {}
    messages = contents.verbatim(config["messages"], version.content)
    return {
        "id": version.id,
        "configId": prompt.id,
        "projectId": prompt.team_id,
        "schemaVersion": "1.0",
        "commitMessage": version.message,
        "version": version.number,
        "createdAt": time(version.created_at),
        "authorId": contents.author_id(version.content),
        "configData": own | config | {"messages": messages},
    }


def row(shown: Mapping[str, Any], stored: Mapping[str, Any]) -> dict[str, Any]:
    """A line of a prompt's history: in both generations' shapes, and no key is a user."""
    return {**stored, **shown, "createdAt": stored["createdAt"], "author": None}


def reads_schemas(headers: Mapping[str, str]) -> bool:
    """Whether a client can read `responseFormat`.

    LangWatch's client for Python (1.4.0) cannot read a prompt that has one, and sends the user
    agent of httpx; its other clients need it, and send their own.
    """
    return not headers.get("user-agent", "").startswith("python-httpx/")


def _response_format(config: Mapping[str, Any]) -> dict[str, Any]:
    for output in config["outputs"]:
        if output["type"] == "json_schema" and "json_schema" in output:
            schema = {"name": output["identifier"], "schema": output["json_schema"]}
            return {"responseFormat": {"type": "json_schema", "json_schema": schema}}
    return {}


def problem(problem: Problem, request_id: str) -> Reply:
    body = problems.told(problem) | {"request_id": request_id}
    return Reply(status=problem.status, body=body)
