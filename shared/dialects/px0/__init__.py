"""px0's wire format, which is also our own: one envelope a thing, errors as one text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeVar

from shared import wire
from shared.answers import Reply
from shared.domain.versions import Version, status_of
from shared.errors import InvalidRequest, Problem, Unauthorized

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from shared.domain.changes import Event
    from shared.domain.content import Engine
    from shared.domain.payloads import Payload
    from shared.domain.prompts import Prompt, Selector
    from shared.request import Request

Model = TypeVar("Model")

BEARER = re.compile(r"Bearer (\S+)")
# The spellings of a UUID that Go's uuid package takes.
UUID = re.compile(
    r"(?:urn:uuid:)?([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})"
    r"|\{([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})\}"
    r"|([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})",
    re.IGNORECASE,
)
NUMBER = re.compile(r"[+-]?[0-9]+")
BOOLEANS = dict.fromkeys(("1", "t", "T", "TRUE", "true", "True"), "archived") | dict.fromkeys(
    ("0", "f", "F", "FALSE", "false", "False"), "active"
)
LARGEST_NUMBER = 2**31 - 1  # px0's column
LARGEST_PARSED = 2**63 - 1  # beyond it px0 no longer takes digits for a number


# -- what comes in


def speaks(headers: Mapping[str, str]) -> bool:
    return "authorization" in headers


def credential(headers: Mapping[str, str]) -> str:
    """Raises Unauthorized."""
    if found := BEARER.fullmatch(headers.get("authorization", "")):
        return found[1]
    raise Unauthorized


def uuid(text: str, *, otherwise: str) -> str:
    """A UUID in its canonical spelling. Raises InvalidRequest with the text `otherwise`."""
    if (found := UUID.fullmatch(text)) is None:
        raise InvalidRequest(otherwise)
    return "-".join(part for part in found.groups() if part).lower()


def prompt_id(text: str) -> str:
    """Raises InvalidRequest."""
    return uuid(text, otherwise="invalid prompt id")


def selector(text: str) -> Selector:
    """A version's number where the text reads as one, else a tag. Raises InvalidRequest."""
    if not NUMBER.fullmatch(text) or len(text) > 40:
        return text
    number = int(text)
    if abs(number) > LARGEST_PARSED:
        return text
    if abs(number) > LARGEST_NUMBER:
        raise InvalidRequest("invalid version number")
    return number


def payload_id(text: str) -> str:
    """Raises InvalidRequest."""
    return uuid(text, otherwise="invalid payload id")


def maybe_uuid(text: str) -> str | None:
    """The UUID that the text spells, if it spells one."""
    return uuid(text, otherwise="") if UUID.fullmatch(text) else None


def wanted_version(query: Mapping[str, str]) -> Selector | None:
    """The version that `version` or, without it, `tag` names. Raises InvalidRequest."""
    if text := query.get("version"):
        return selector(text)
    return query.get("tag") or None


def status_filter(query: Mapping[str, str]) -> str | None:
    """The status that `status` or, without it, `archived` asks for; None for all.

    `archived` takes the words that Go takes for a boolean; any other is ignored.
    """
    if status := query.get("status"):
        return status
    return BOOLEANS.get(query.get("archived", ""))


def tags_filter(query: Mapping[str, str]) -> set[str]:
    """The tags of a comma list, of which a version must have one; empty for no filter."""
    return {tag.strip() for tag in query.get("tags", "").split(",")} - {""}


def diff_range(query: Mapping[str, str]) -> tuple[int, int]:
    """Raises InvalidRequest."""
    first, second = query.get("from"), query.get("to")
    if not first or not second:
        raise InvalidRequest("from and to query parameters are required")
    return _diff_number(first, "from"), _diff_number(second, "to")


def _diff_number(text: str, name: str) -> int:
    if NUMBER.fullmatch(text) and len(text) <= 20 and 0 < int(text) <= LARGEST_NUMBER:
        return int(text)
    raise InvalidRequest(f"invalid {name} version")


def document(request: Request) -> dict[str, Any]:
    """The body's JSON object with its names in lower case, for px0 takes them in any case.

    A bare null is an empty object. Raises InvalidRequest.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not kind.endswith("json"):
        raise InvalidRequest
    try:
        value = wire.decode(request.body)
    except wire.NotJSON as error:
        raise InvalidRequest from error
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise InvalidRequest
    return {name.casefold(): item for name, item in value.items()}


def read(request: Request, model: type[Model]) -> Model:
    """The request's body as one of px0's models; a null counts as absent unless the model cares.

    Raises InvalidRequest.
    """
    from pydantic import ValidationError

    kept: frozenset[str] = getattr(model, "null_counts", frozenset())
    values = document(request)
    given = {name: item for name, item in values.items() if item is not None or name in kept}
    try:
        return model(**given)
    except ValidationError as error:
        raise InvalidRequest from error


def variables(request: Request, engine: Engine) -> dict[str, Any]:
    """The variables to render with; none when absent. Raises InvalidRequest.

    Go's engine has every number as a float, as `encoding/json` reads it into an interface.
    """
    given = document(request).get("variables")
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise InvalidRequest
    try:
        return dict(wire.numbers(given, integers=engine != "go"))
    except wire.NotJSON as error:
        raise InvalidRequest from error


# -- what goes out


def time(at: datetime) -> str:
    """RFC 3339 in UTC, with the fraction's trailing zeros left out."""
    text = at.strftime("%Y-%m-%dT%H:%M:%S")
    fraction = f"{at.microsecond:06}".rstrip("0")
    return f"{text}.{fraction}Z" if fraction else f"{text}Z"


def prompt(prompt: Prompt) -> dict[str, Any]:
    return {
        "id": prompt.id,
        "team_id": prompt.team_id,
        "slug": prompt.slug,
        "name": prompt.name,
        "description": prompt.description,
        "status": prompt.status,
        "created_at": time(prompt.created_at),
        "updated_at": time(prompt.updated_at),
    }


def version(version: Version, prompt: Prompt) -> dict[str, Any]:
    """px0's fields in its order, then ours."""
    content = version.content
    return {
        "id": version.id,
        "prompt_id": version.prompt_id,
        "version": version.number,
        "template": content.text,
        "status": status_of(version, prompt),
        "created_at": time(version.created_at),
        "published_at": version.published_at and time(version.published_at),
        "tags": prompt.tags_of(version.number),
        "model": content.qualified_model,
        "model_params": content.parameters,
        "engine": content.engine,
        "message": version.message,
        "author": {"id": version.author.id, "name": version.author.name},
    }


def payload(payload: Payload) -> dict[str, Any]:
    return {
        "id": payload.id,
        "prompt_id": payload.prompt_id,
        "name": payload.name,
        "variables": payload.variables,
        "created_at": time(payload.created_at),
        "updated_at": time(payload.updated_at),
    }


def rendering(rendered: str, prompt: Prompt, version: Version) -> dict[str, Any]:
    return {
        "rendered": rendered,
        "slug": prompt.slug,
        "tags": prompt.tags_of(version.number),
        "version": version.number,
    }


def event(event: Event) -> dict[str, Any]:
    return {
        "id": event.id,
        "sequence": event.sequence,
        "event": event.kind,
        "at": time(event.at),
        "by": {"id": event.by.id, "name": event.by.name},
        "detail": event.detail,
    }


def problem(problem: Problem, request_id: str) -> Reply:
    body: dict[str, Any] = {
        "error": problem.message,
        "code": problem.code,
        "request_id": request_id,
    }
    if problem.details:
        body["details"] = list(problem.details)
    return Reply(status=problem.status, body=body)
