"""Parsing of Maxim's requests: ids, filters, pages and bodies."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeVar

from shared import exact_json
from shared.dialects.details import dump_field_error, load_object
from shared.dialects.dialect import Credential
from shared.dialects.maxim.deployments import OPERATORS
from shared.domain.checks import find_nul_paths
from shared.ids import is_id
from shared.paging import PageRequest
from shared.problems import (
    MAX_DETAILS,
    InvalidRequest,
    PromptNotFound,
    Unauthorized,
    VersionNotFound,
)
from shared.routes.maxim import ENTITY_TYPES, MAX_LIMIT, EntityType

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from shared.domain.content import Document
    from shared.request import Request

Model = TypeVar("Model")
Position = TypeVar("Position")

HEADER = "x-maxim-api-key"
NUMBER = re.compile(r"[0-9]{1,10}")
DEPLOYMENT_QUERY = (
    "deploymentQuery must be a JSON list of conditions, each with a field, one of the operators "
    f"{' '.join(OPERATORS)}, and a value, which are texts"
)
BOOLEANS = {"true": True, "false": False, "null": False, "": False}


def has_credential(headers: Mapping[str, str]) -> bool:
    """Tell whether headers contain Maxim's kind of credential."""
    return HEADER in headers


def parse_credential(headers: Mapping[str, str]) -> Credential:
    """Parse the API key of Maxim's header.

    Raises:
        Unauthorized: The headers contain no such key.
    """
    if key := headers.get(HEADER):
        return Credential(key)
    raise Unauthorized


# -- ids and filters


def parse_prompt_id(text: str) -> str:
    """Parse the id of a prompt.

    Raises:
        PromptNotFound: The text is not an id.
    """
    if is_id(text):
        return text
    raise PromptNotFound


def parse_version_id(text: str) -> str:
    """Parse the id of a version.

    Raises:
        VersionNotFound: The text is not an id.
    """
    if is_id(text):
        return text
    raise VersionNotFound


def parse_version_number(text: str) -> int:
    """Parse the number of a version.

    Raises:
        InvalidRequest: The text is not a number.
    """
    if NUMBER.fullmatch(text):
        return int(text)
    raise InvalidRequest("promptVersionNumber must be a number")


def get_required(query: Mapping[str, str], name: str) -> str:
    """Get a required parameter.

    Raises:
        InvalidRequest: The parameter is missing or empty.
    """
    if text := query.get(name):
        return text
    raise InvalidRequest(f"{name} is required")


def parse_boolean(query: Mapping[str, str], name: str) -> bool:
    """Parse a boolean parameter, which is false by default.

    Raises:
        InvalidRequest: The parameter is not a boolean.
    """
    text = query.get(name, "")
    if text not in BOOLEANS:
        raise InvalidRequest(f"{name} must be true or false")
    return BOOLEANS[text]


def parse_entity_type(query: Mapping[str, str]) -> EntityType:
    """Parse the required parameter `entityType`.

    Raises:
        InvalidRequest: The parameter is missing or unknown.
    """
    text = get_required(query, "entityType")
    for entity_type in ENTITY_TYPES:
        if text == entity_type:
            return entity_type
    raise InvalidRequest(f"entityType must be one of: {', '.join(ENTITY_TYPES)}")


def parse_deployment_query(query: Mapping[str, str]) -> list[Document] | None:
    """Parse the parameter `deploymentQuery`, conditions of a deployment as a JSON text.

    Returns:
        The conditions, each with `variable`, `operator` and `value`; None without the parameter.

    Raises:
        InvalidRequest: The parameter is not a list of conditions.
    """
    if "deploymentQuery" not in query:
        if any(name.startswith("deploymentQuery") for name in query):
            raise InvalidRequest(DEPLOYMENT_QUERY)
        return None
    try:
        conditions = exact_json.decode(query["deploymentQuery"].encode())
    except exact_json.NotJSONError as error:
        raise InvalidRequest(DEPLOYMENT_QUERY) from error
    if not isinstance(conditions, list) or not conditions:
        raise InvalidRequest(DEPLOYMENT_QUERY)
    return [_parse_condition(condition) for condition in conditions]


def _parse_condition(condition: Any) -> Document:
    match condition:
        case {"field": str(field), "value": str(value), **others}:
            operator = others.get("operator", "=")
            if operator in OPERATORS:
                return {"variable": field, "operator": operator, "value": value}
    raise InvalidRequest(DEPLOYMENT_QUERY)


def parse_page(
    request: Request,
    parse_position: Callable[[str], Position],
    *,
    default_limit: int | None = None,
) -> PageRequest[Position]:
    """Parse the query parameters that select a page of a list.

    Args:
        request: The request.
        parse_position: Parses the text of a position in the list; raises ValueError.
        default_limit: The limit in rows if the request has none; None for as many as one response
            can hold.

    Raises:
        InvalidRequest: A parameter is malformed, or the cursor belongs to another list.
    """
    text = request.query.get("limit", "")
    limit: int | None = default_limit
    if text not in ("", "null"):
        if not NUMBER.fullmatch(text) or not 1 <= int(text) <= MAX_LIMIT:
            raise InvalidRequest(f"limit must be a number from 1 to {MAX_LIMIT}")
        limit = int(text)
    query = {**request.query, "limit": "" if limit is None else str(limit)}
    return PageRequest.parse(query, path=request.path, parse_position=parse_position)


# -- bodies


def load_body(request: Request, model: type[Model]) -> Model:
    """Load the body as one of Maxim's models, whatever its content type: the SDK sends none.

    Raises:
        InvalidRequest: The body does not match the model.
    """
    from pydantic import ValidationError

    document = _load_document(request)
    try:
        return model(**document)
    except ValidationError as error:
        errors = error.errors(include_url=False, include_context=False, include_input=False)
        details = [dump_field_error(one) for one in errors[:MAX_DETAILS]]
        raise InvalidRequest(details[0]["message"], details=details) from error


def _load_document(request: Request) -> Document:
    value = load_object(request)
    # Other dialects cannot store NUL characters.
    if (path := next(find_nul_paths(value), None)) is not None:
        message = f"{path or 'the request body'} must not contain NUL characters"
        raise InvalidRequest(message, details=[{"path": path, "message": message}])
    return value
