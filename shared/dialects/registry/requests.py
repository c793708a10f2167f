"""Parsing of px0's requests: ids, selectors, filters and bodies."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from shared import exact_json
from shared.dialects.details import dump_field_error, dump_syntax_error
from shared.dialects.dialect import Credential
from shared.domain.model import NumberOrTag
from shared.domain.prompts import TAG
from shared.domain.splits import check_split_key
from shared.ids import parse_id
from shared.problems import MAX_DETAILS, InvalidPromptId, InvalidRequest, Unauthorized
from shared.routes.route import MAX_DAYS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import BaseModel

    from shared.dialects.languages import Language
    from shared.domain.content import Engine
    from shared.domain.model import Prompt, Selector
    from shared.request import Request

Model = TypeVar("Model")
Patch = TypeVar("Patch", bound="BaseModel")

BEARER = re.compile(r"Bearer (\S+)")
RFC_3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2})",
    re.IGNORECASE | re.ASCII,
)
NUMBER = re.compile(r"[+-]?[0-9]+")
PLAIN = re.compile(r"[\w.-]{1,100}")  # names that a message may contain
BOOLEANS = dict.fromkeys(("1", "t", "T", "TRUE", "true", "True"), "archived") | dict.fromkeys(
    ("0", "f", "F", "FALSE", "false", "False"), "active"
)
EXAMPLE_TIME = "such as 2026-01-31T14:05:00Z"
LARGEST_NUMBER = 2**31 - 1  # the largest version number in px0's database
NOT_ANNOUNCED = {
    "path": "",
    "message": "send JSON with the header Content-Type: application/json",
}
NOT_AN_OBJECT = {"path": "", "message": "the body must be a JSON object, such as {}"}
LANGUAGES: tuple[Language, ...] = ("liquid", "simple")
INCLUDABLE = ("live", "pointers")  # in a list of prompts
NUMBER_LENGTH = 40  # characters; a longer text is no version's number


def has_credential(headers: Mapping[str, str]) -> bool:
    """Tell whether headers contain px0's kind of credential."""
    return "authorization" in headers


def parse_credential(headers: Mapping[str, str]) -> Credential:
    """Parse the API key of a Bearer header.

    Raises:
        Unauthorized: The headers contain no such key.
    """
    if match := BEARER.fullmatch(headers.get("authorization", "")):
        return Credential(match[1])
    raise Unauthorized


# -- ids and selectors


def parse_uuid(text: str, *, problem: str) -> str:
    """Parse an id in any form that px0 accepts.

    Args:
        text: The id.
        problem: The problem's message if the text is not an id.

    Raises:
        InvalidRequest: The text is not an id.
    """
    if (id := parse_id(text)) is None:
        raise InvalidRequest(problem)
    return id


def parse_prompt_id(text: str) -> str:
    """Parse the id of a prompt, on the paths where px0's contract refuses a slug.

    Raises:
        InvalidPromptId: The text is not an id.
    """
    if (id := parse_id(text)) is None:
        message = "this call takes the prompt's id; GET /v1/prompts/{slug} responds with it"
        raise InvalidPromptId(details=[{"path": "id", "message": message}])
    return id


def parse_payload_id(text: str) -> str:
    """Parse the id of a payload.

    Raises:
        InvalidRequest: The text is not an id.
    """
    return parse_uuid(text, problem="invalid payload id")


def parse_selector(text: str) -> Selector:
    """Parse a selector: a number or else a tag if the text is a number, otherwise a tag."""
    if NUMBER.fullmatch(text) and len(text) <= NUMBER_LENGTH:
        return NumberOrTag(int(text), text)
    return text


def parse_version_query(query: Mapping[str, str]) -> Selector | None:
    """Parse the selector in the parameter `version` or, without it, the tag in `tag`."""
    if text := query.get("version"):
        return parse_selector(text)
    return query.get("tag") or None


def parse_split_key(query: Mapping[str, str]) -> str | None:
    """Parse the parameter `split_key`; None if it is missing.

    Raises:
        InvalidRequest: The key is too long.
    """
    return check_split_key(query.get("split_key"))


def parse_language(query: Mapping[str, str]) -> Language | None:
    """Parse the parameter `as`, the language to show the text in; None for the stored one.

    Raises:
        InvalidRequest: There is no such language to show texts in.
    """
    text = query.get("as")
    if not text:
        return None
    for language in LANGUAGES:
        if text == language:
            return language
    raise InvalidRequest(f"as must be one of: {', '.join(LANGUAGES)}")


def parse_flag(query: Mapping[str, str], name: str) -> bool:
    """Parse a parameter that is true or false, which it is by default.

    Raises:
        InvalidRequest: It is something else.
    """
    text = query.get(name, "")
    if text not in ("", "true", "false"):
        raise InvalidRequest(f"{name} must be true or false")
    return text == "true"


def load_split_key(request: Request, prompt: Prompt) -> str | None:
    """Load the key by which a split pointer of a prompt is resolved.

    Returns:
        The key; None if there is none, or if no pointer is split. It is also None if the body is
        malformed, which `load_variables` tells after the version was found, as px0 does.
    """
    if prompt.splits:
        with suppress(InvalidRequest):
            return check_split_key(load_document(request).get("split_key"))
    return None


def load_strict(request: Request) -> bool:
    """Load whether a missing variable is an error, as it always is in Go and Jinja.

    Raises:
        InvalidRequest: The field is not a boolean.
    """
    value = load_document(request).get("strict")
    if value is None or isinstance(value, bool):
        return bool(value)
    message = "strict must be true or false"
    raise InvalidRequest(details=[{"path": "strict", "message": message}])


def parse_time_query(query: Mapping[str, str]) -> datetime:
    """Parse the parameter `time`.

    Raises:
        InvalidRequest: The parameter is missing, or is not a time with a time zone.
    """
    # A plus sign that the caller has not encoded arrives as a space.
    text = query.get("time", "").replace(" ", "+")
    if not text:
        raise InvalidRequest(f"time is required, {EXAMPLE_TIME}")
    if (at := parse_time(text)) is None:
        raise InvalidRequest(f"invalid time: must be RFC 3339 with a time zone, {EXAMPLE_TIME}")
    return at


def parse_days(query: Mapping[str, str]) -> int:
    """Parse the parameter `days`; without it, it is as many as are kept.

    Raises:
        InvalidRequest: It is no number within its bounds.
    """
    text = query.get("days", str(MAX_DAYS))
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and 1 <= int(text) <= MAX_DAYS):
        raise InvalidRequest(f"days must be a whole number from 1 to {MAX_DAYS}")
    return int(text)


def parse_time(text: str) -> datetime | None:
    """Parse a time in the format of RFC 3339; None if it is not such a time."""
    try:
        return (
            datetime.fromisoformat(text.upper()).astimezone(UTC)
            if RFC_3339.fullmatch(text)
            else None
        )
    except (ValueError, OverflowError):
        return None


# -- filters


def parse_status_filter(query: Mapping[str, str]) -> str | None:
    """Parse the parameter `status` or, without it, `archived`; None for prompts of any status.

    `archived` accepts Go's texts of booleans; all others are ignored.
    """
    if status := query.get("status"):
        return status
    return BOOLEANS.get(query.get("archived", ""))


def parse_include(query: Mapping[str, str]) -> str:
    """Parse the parameter `include` of a list: `live`, `pointers`, or empty.

    Raises:
        InvalidRequest: It asks for something else.
    """
    text = query.get("include", "")
    if text not in ("", *INCLUDABLE):
        raise InvalidRequest(
            "include must be live or pointers; leave it out to list the prompts alone"
        )
    return text


def parse_tags_filter(query: Mapping[str, str]) -> set[str]:
    """Parse the comma-separated parameter `tags`; empty for versions with any tags."""
    return {tag.strip() for tag in query.get("tags", "").split(",")} - {""}


def parse_diff_range(query: Mapping[str, str]) -> tuple[int | str, int | str]:
    """Parse the selectors of the two versions to compare: numbers, tags, `live` or `latest`.

    Raises:
        InvalidRequest: A selector is missing or malformed.
    """
    first, second = query.get("from"), query.get("to")
    if not first or not second:
        raise InvalidRequest("from and to query parameters are required")
    return _parse_diff_selector(first, "from"), _parse_diff_selector(second, "to")


def _parse_diff_selector(text: str, name: str) -> int | str:
    if TAG.fullmatch(text) and not NUMBER.fullmatch(text):
        return text
    if NUMBER.fullmatch(text) and len(text) <= 20 and 0 < int(text) <= LARGEST_NUMBER:
        return int(text)
    raise InvalidRequest(f"invalid {name} version")


# -- bodies


def load_document(request: Request) -> dict[str, Any]:
    """Load the body's JSON object with its names in lower case, because px0 ignores their case.

    `null` counts as an empty object.

    Raises:
        InvalidRequest: The body is not a JSON object, or its content type is not JSON.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not media_type.endswith("json"):
        raise InvalidRequest(details=[NOT_ANNOUNCED])
    try:
        value = request.document
    except exact_json.LimitError as error:
        details = [{"message": f"the request body exceeds a limit: {error}"}]
        raise InvalidRequest(details=details) from error
    except exact_json.NotJSONError as error:
        raise InvalidRequest(details=[dump_syntax_error(error)]) from error
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise InvalidRequest(details=[NOT_AN_OBJECT])
    return {name.casefold(): item for name, item in value.items()}


def load_body(request: Request, model: type[Model]) -> Model:
    """Load the body as one of px0's models; null counts as missing, except in `null_counts`.

    Raises:
        InvalidRequest: The body does not match the model.
    """
    from pydantic import ValidationError

    null_counts: frozenset[str] = getattr(model, "null_counts", frozenset())
    document = load_document(request)
    fields = {
        name: item for name, item in document.items() if item is not None or name in null_counts
    }
    try:
        return model(**fields)
    except ValidationError as error:
        errors = error.errors(include_url=False, include_context=False, include_input=False)
        details = [dump_field_error(one) for one in errors[:MAX_DETAILS]]
        raise InvalidRequest(details=details) from error


def load_patch(request: Request, model: type[Patch]) -> Patch:
    """Load the body of a PATCH, which px0 does not have; the messages of its problems are ours.

    Raises:
        InvalidRequest: The body is not a JSON object, or has an unknown field or one of another
            type; the message names the field.
    """
    from pydantic import ValidationError

    document = load_document(request)
    for name in document:
        if name not in model.model_fields:
            subject = name if PLAIN.fullmatch(name) else "a name in the body"
            raise InvalidRequest(f"{subject} is not a field; use {', '.join(model.model_fields)}")
    try:
        return model(**document)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        path = dump_field_error(first)["path"]
        kind = "a list of texts" if first["type"] == "list_type" else "text"
        raise InvalidRequest(
            f"{path} must be {kind}; leave it out to keep what there is"
        ) from error


def load_payload_id(request: Request) -> str | None:
    """Load the id of the payload to render with; None if the body has none.

    Raises:
        InvalidRequest: It is not an id.
    """
    text = load_document(request).get("payload_id")
    if text is None:
        return None
    return parse_payload_id(text if isinstance(text, str) else "")


def load_variables(
    request: Request, engine: Engine, *, sample: Mapping[str, Any]
) -> dict[str, Any]:
    """Load the variables to render with.

    For Go's engine all numbers become floats, as in Go's `encoding/json`.

    Args:
        request: The request.
        engine: The language of the template.
        sample: The values of variables that the body does not have.

    Raises:
        InvalidRequest: The variables are not a JSON object, or a number is out of the range of
            floats, or the `split_key` beside them is no text or too long.
    """
    document = load_document(request)
    check_split_key(document.get("split_key"))
    variables = document.get("variables")
    variables = {} if variables is None else variables
    if not isinstance(variables, dict):
        message = "variables: send an object with a value for each variable"
        raise InvalidRequest(details=[{"path": "variables", "message": message}])
    try:
        values = {**sample, **variables}
        return dict(exact_json.convert_decimals(values, keep_integers=engine != "go"))
    except exact_json.NotJSONError as error:
        message = f"variables: {error}"
        raise InvalidRequest(details=[{"path": "variables", "message": message}]) from error
