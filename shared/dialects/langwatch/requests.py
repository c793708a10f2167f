"""Parsing of LangWatch's requests: credentials, names, shorthands and bodies."""

from __future__ import annotations

import re
from base64 import b64decode
from typing import TYPE_CHECKING, Any, TypeVar, cast

from shared import exact_json
from shared.dialects.details import dump_syntax_error
from shared.dialects.dialect import Credential
from shared.dialects.langwatch.problems import Malformed, RuleBroken
from shared.domain.checks import NAME_LENGTH, check_document
from shared.problems import Unauthorized

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shared.dialects.langwatch.models import RequestBody
    from shared.domain.model import Scope
    from shared.problems import Problem
    from shared.request import Request

Model = TypeVar("Model")

SCOPES: Mapping[str, Scope] = {"PROJECT": "team", "ORGANIZATION": "organization"}
JSON_TYPE = re.compile(r"application/([a-z-.]+\+)?json", re.IGNORECASE)
NUMBER = re.compile("[0-9]{1,9}")
# Names that other paths of the API hide, so that no request could reach their prompts.
RESERVED_NAME = re.compile("tags(/.*)?|.*/(versions|sync|tags)")
POINTERS = ("version", "tag", "label")  # query parameters
PLAIN = re.compile("[A-Za-z0-9_/.:-]{1,100}")  # names that a message may contain


def has_credential(headers: Mapping[str, str]) -> bool:
    """Tell whether headers contain LangWatch's kind of credential."""
    return not headers.keys().isdisjoint(("authorization", "x-auth-token"))


def parse_credential(headers: Mapping[str, str]) -> Credential:
    """Parse the first well-formed credential.

    The order is Basic (a project and a key), Bearer, `X-Auth-Token`, and the second word of any
    other `Authorization`, which the first API accepted as a key.

    Raises:
        Unauthorized: The headers contain no well-formed credential.
    """
    scheme, _, word = headers.get("authorization", "").partition(" ")
    project, token = headers.get("x-project-id"), headers.get("x-auth-token")
    if scheme.lower() == "basic" and (pair := _parse_basic(word)):
        return pair
    if scheme.lower() == "bearer" and word.strip():
        return Credential(word.strip(), project)
    if token or word:
        return Credential(token or word, project)
    raise Unauthorized("Missing API key")


def _parse_basic(word: str) -> Credential | None:
    try:
        project, _, key = b64decode(word, validate=True).decode().partition(":")
    except ValueError:
        return None
    return Credential(key, project) if project and key else None


# -- names


def check_handle(name: str) -> str:
    """Check that requests can reach a prompt with this handle.

    Returns:
        The same handle.

    Raises:
        RuleBroken: A path of the API or a shorthand hides the handle.
    """
    if RESERVED_NAME.fullmatch(name):
        raise RuleBroken(
            "Invalid handle: tags, tags/… and handles that end in /versions, /sync or /tags are "
            "reserved. Choose another handle."
        )
    if ":" in name:
        raise RuleBroken("Invalid handle: it must not contain a colon.")
    return name


def check_name_length(name: str, *, problem: type[Problem]) -> str:
    """Check the length of a name in the path.

    Args:
        name: The name.
        problem: The problem to raise.

    Returns:
        The same name.

    Raises:
        Problem: The name is empty or too long, so that nothing can have it.
    """
    if not 0 < len(name) <= NAME_LENGTH:
        raise problem
    return name


def add_name(message: str, name: str) -> str:
    """Add the name in the request to a message, if a message may contain it."""
    return f"{message}: {name}" if PLAIN.fullmatch(name) else message


def parse_version_query(name: str, query: Mapping[str, str]) -> tuple[str, int | str | None]:
    """Parse a prompt's name and a selector: a number, a tag, or None for the newest version.

    The selector is in the query or, as a shorthand, in the name: `team/greet:2`,
    `team/greet:production`. Like LangWatch, this takes the number 0 for the newest version, because
    LangWatch's command line requests it.

    Raises:
        RuleBroken: There are several selectors, or one is malformed.
    """
    handle, colon, suffix = name.rpartition(":")
    for parameter in POINTERS:
        if query.get(parameter) == "":
            raise RuleBroken(f"The query parameter {parameter} must not be empty.")
    number, tag, label = (query.get(parameter) for parameter in POINTERS)
    if tag and label and tag != label:
        raise RuleBroken("Use either tag or label, which is its older name, not both.")
    tag = tag or label
    if colon and not (handle and suffix):
        raise RuleBroken("Invalid shorthand: it must be handle:tag or handle:version.")
    if colon and (number or tag):
        raise RuleBroken(
            "Use either the shorthand or the query parameters version and tag, not both."
        )
    if number and tag:
        raise RuleBroken("Use either version or tag, not both.")
    if colon:
        is_number = NUMBER.fullmatch(suffix) and int(suffix)
        return handle, int(suffix) if is_number else suffix
    if number:
        if not NUMBER.fullmatch(number):
            raise RuleBroken("The query parameter version must be an integer from 0.")
        return name, int(number) or None
    return name, tag or None


# -- bodies


def load_document(request: Request) -> Any:
    """Load the body's JSON value; with another content type it counts as an empty object.

    Raises:
        Malformed: The body is not JSON.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip()
    if not JSON_TYPE.fullmatch(media_type):
        return {}
    try:
        return request.document
    except exact_json.LimitError as error:
        raise Malformed(f"The request body exceeds a limit: {error}") from error
    except exact_json.NotJSONError as error:
        raise Malformed(details=[dump_syntax_error(error)]) from error


def load_body(request: Request, model: type[Model]) -> Model:
    """Load the body as one of LangWatch's models.

    Raises:
        Malformed: The body is not JSON.
        InvalidRequest: The body contains a NUL character.
        SchemaFailure: The body does not match a model of the current API.
        ConfigSchemaFailure: The body does not match a model of the first API.
    """
    from pydantic import ValidationError

    from shared.dialects.langwatch.validation import list_issues

    document = load_document(request)
    if isinstance(document, dict):
        for name, value in document.items():
            check_document({name: value}, name if PLAIN.fullmatch(name) else "the body")
    body = cast("type[RequestBody]", model)
    try:
        return cast("Model", body.model_validate(document))
    except ValidationError as error:
        raise body.problem(details=list_issues(error)) from error


def is_of_first_api(request: Request) -> bool:
    """Tell whether the body of a prompt has the format of the first API, a name and nothing else.

    Raises:
        Malformed: The body is not JSON.
    """
    document = load_document(request)
    return isinstance(document, dict) and document.keys() == {"name"}


def is_flat(request: Request) -> bool:
    """Tell whether a new version has the format of LangWatch's guide, without `configData`."""
    document = load_document(request)
    return isinstance(document, dict) and "configData" not in document and "prompt" in document
