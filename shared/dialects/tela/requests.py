"""Parsing of Tela's requests: ids, filters and bodies, with names in camel case or snake case."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeVar, cast

from shared.dialects.details import load_object
from shared.dialects.dialect import Credential
from shared.dialects.formats import to_snake_case
from shared.domain.checks import check_document
from shared.ids import is_id
from shared.problems import (
    InvalidRequest,
    PromptNotFound,
    TeamNotFound,
    Unauthorized,
    VersionNotFound,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import BaseModel

    from shared.domain.access import Principal
    from shared.domain.content import Document
    from shared.request import Request

Model = TypeVar("Model")

BEARER = re.compile(r"Bearer +(\S+)", re.IGNORECASE)


def has_credential(headers: Mapping[str, str]) -> bool:
    """Tell whether headers contain Tela's kind of credential."""
    return "authorization" in headers


def parse_credential(headers: Mapping[str, str]) -> Credential:
    """Parse the API key of a Bearer header.

    Raises:
        Unauthorized: The headers contain no such key.
    """
    if match := BEARER.fullmatch(headers.get("authorization", "")):
        return Credential(match[1])
    raise Unauthorized


# -- ids and filters


def parse_prompt_id(text: str) -> str:
    """Parse the id of a prompt.

    Raises:
        PromptNotFound: The text is not an id.
    """
    if not is_id(text.lower()):
        raise PromptNotFound
    return text.lower()


def parse_version_id(text: str) -> str:
    """Parse the id of a version.

    Raises:
        VersionNotFound: The text is not an id.
    """
    if not is_id(text.lower()):
        raise VersionNotFound
    return text.lower()


def parse_prompt_query(query: Mapping[str, str]) -> str:
    """Parse the required parameter `promptId`.

    Raises:
        InvalidRequest: The parameter is missing or not an id.
    """
    return _parse_id_query(query, "promptId")


def parse_version_query(query: Mapping[str, str]) -> str:
    """Parse the required parameter `promptVersionId`.

    Raises:
        InvalidRequest: The parameter is missing or not an id.
    """
    return _parse_id_query(query, "promptVersionId")


def parse_environment_query(query: Mapping[str, str]) -> tuple[str, str]:
    """Parse the required parameters `resourceType`, `resourceId` and `envName`.

    Returns:
        The prompt's id, and the name of the environment.

    Raises:
        InvalidRequest: A parameter is missing, or it is none of those of a prompt.
    """
    if _get_either(query, "resourceType") != "prompt":
        raise InvalidRequest("resourceType must be prompt")
    prompt_id, name = _parse_id_query(query, "resourceId"), _get_either(query, "envName")
    if name is None:
        raise InvalidRequest("envName is required")
    return prompt_id, name


def _parse_id_query(query: Mapping[str, str], name: str) -> str:
    text = _get_either(query, name)
    if text is None:
        raise InvalidRequest(f"{name} is required")
    if not is_id(text.lower()):
        raise InvalidRequest(f"{name} must be a UUID")
    return text.lower()


def parse_project_query(query: Mapping[str, str], caller: Principal) -> str | None:
    """Parse the parameter `projectId`.

    Returns:
        The id of the team; None if the query has no such parameter.

    Raises:
        TeamNotFound: The principal is not in the team, or it does not exist.
    """
    text = _get_either(query, "projectId")
    if text is None:
        return None
    if not caller.is_in(text.lower()):
        raise TeamNotFound("project not found")
    return text.lower()


def wants_last_version(query: Mapping[str, str]) -> bool:
    """Tell whether the caller requests the newest version of each prompt."""
    return (_get_either(query, "includeLastVersion") or "").lower() in ("true", "1")


def _get_either(query: Mapping[str, str], name: str) -> str | None:
    """Get a parameter by either form of its name; an empty parameter counts as missing."""
    return query.get(name) or query.get(to_snake_case(name)) or None


# -- bodies


def load_body(request: Request, model: type[Model]) -> Model:
    """Load the body as one of Tela's models, whatever its content type.

    Raises:
        InvalidRequest: The body does not match the model.
    """
    from pydantic import ValidationError

    from shared.dialects.tela.validation import describe_error

    document = _unify_spelling(load_object(request))
    body = cast("type[BaseModel]", model)
    for name in body.model_fields.keys() & document.keys():
        check_document({name: document[name]}, name)
    try:
        return cast("Model", body.model_validate(document))
    except ValidationError as error:
        raise InvalidRequest(describe_error(error)) from error


def _unify_spelling(body: Document) -> Document:
    """Convert the known names of a body to camel case; the SDK sends some in snake case.

    Names inside schemas are not converted, because they belong to the caller.
    """
    body = _spell_in_camel_case(body, "promptId", "markdownContent")
    body = _spell_in_camel_case(body, "resourceType", "resourceId", "envName", "versionId")
    body = _spell_in_camel_case(body, "autoCreate")
    if isinstance(configuration := body.get("configuration"), dict):
        body["configuration"] = _spell_in_camel_case(configuration, "structuredOutput")
    if isinstance(variables := body.get("variables"), list):
        body["variables"] = [_spell_in_camel_case(item, "processingOptions") for item in variables]
        for variable in body["variables"]:
            if isinstance(variable, dict) and "processingOptions" in variable:
                options = _spell_in_camel_case(variable["processingOptions"], "allowMultimodal")
                variable["processingOptions"] = options
    return body


def _spell_in_camel_case(value: Any, *names: str) -> Any:
    """Convert these names of an object to camel case; a name that exists in both forms is kept."""
    if not isinstance(value, dict):
        return value
    spellings = {to_snake_case(name): name for name in names}
    return {
        spellings.get(name, name): item
        for name, item in value.items()
        if spellings.get(name) not in value
    }


def dump_fields(body: BaseModel) -> Document:
    """Dump the fields that a body has, without defaults."""
    return body.model_dump(exclude_unset=True)
