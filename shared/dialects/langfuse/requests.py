"""Parsing of Langfuse's requests: credentials, names, selections, filters and bodies."""

from __future__ import annotations

import re
import sys
from base64 import b64decode
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar, cast
from urllib.parse import unquote

from shared import exact_json
from shared.dialects.dialect import Credential
from shared.dialects.langfuse.labels import find_selector
from shared.dialects.langfuse.problems import InvalidData
from shared.domain.checks import find_nul_paths
from shared.domain.model import PRODUCTION
from shared.ids import parse_id
from shared.problems import InvalidRequest, MethodNotAllowed, Unauthorized
from shared.texts import excerpt

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shared.domain.model import Prompt, Selector
    from shared.request import Request

Model = TypeVar("Model")

# The settings of a prompt that was created by its name.
BY_NAME: Mapping[str, Mapping[str, Any]] = {"langfuse": {"named": True}}
DEFAULT_LIMIT = 10
MAX_LIMIT = 100
MAX_PAGE = 1_000_000
# As JavaScript reads numbers, without the forms that nobody sends.
NUMBER = re.compile(r"[+-]?[0-9]{1,20}(\.[0-9]{0,20})?([eE][+-]?[0-9]{1,2})?")
LARGEST_NUMBER = 2**31 - 1  # of a version
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)")
# The path of the labels of a version, which no prompt of this name has.
LABELS_PATH = re.compile(r".*/prompts/[^/]+/versions/[^/]+/?")
MAX_RECEIPTS = 1000  # of events in one request; clients send a hundred at most


def has_credential(headers: Mapping[str, str]) -> bool:
    """Tell whether headers contain Langfuse's kind of credential."""
    return "authorization" in headers


def parse_credential(headers: Mapping[str, str]) -> Credential:
    """Parse the pair of a public key and an API key.

    The public key only counts where it is the id of a team: Langfuse's own are of any form.

    Raises:
        Unauthorized: The headers contain no such pair.
    """
    if not (header := headers.get("authorization")):
        raise Unauthorized("No authorization header")
    scheme, _, word = header.partition(" ")
    if scheme.lower() == "bearer":
        raise Unauthorized("Invalid public key. Confirm that you've configured the correct host.")
    if scheme.lower() != "basic":
        raise Unauthorized("Invalid authorization header")
    try:
        text = word.strip()
        public, _, secret = b64decode(f"{text}{'=' * (-len(text) % 4)}").decode().partition(":")
    except ValueError as error:
        raise Unauthorized("Invalid authorization header: it is not base64") from error
    if not public or not secret:
        raise Unauthorized("Invalid authorization header: it has no public and secret key")
    return Credential(secret.strip(), parse_id(public.strip()))


# -- names and selections


def check_name(request: Request, name: str) -> str:
    """Check that the path is one of a prompt, and not of the labels of a version.

    Raises:
        MethodNotAllowed: The path has another method.
    """
    if LABELS_PATH.fullmatch(request.path):
        raise MethodNotAllowed
    return name


def has_slug(prompt: Prompt) -> bool:
    """Tell whether the slug of a prompt finds it: not if it was made of a name here.

    Otherwise `a b` would be found by the name `a_b`.
    """
    return prompt.settings.get("langfuse") != BY_NAME["langfuse"]


@dataclass(frozen=True, slots=True)
class Selection:
    """The version that a request selects.

    Attributes:
        selector: The selector of the version; None for a label that no version can have.
        description: The selection in words, for problems.
    """

    selector: Selector | None
    description: str


def parse_selection(request: Request) -> Selection:
    """Parse the query parameters `version` and `label`; without either it is `production`.

    Raises:
        InvalidData: One of them is malformed.
        InvalidRequest: There are both.
    """
    return _find_selection(request) or _select_label(PRODUCTION)


def _select_label(label: str) -> Selection:
    return Selection(find_selector(label), f"label '{excerpt(label)}'")


def _find_selection(request: Request) -> Selection | None:
    """Find what the query selects; None for neither a version nor a label.

    Raises:
        InvalidData: One of them is malformed.
        InvalidRequest: There are both.
    """
    version = _parse_number(request, "version")
    label = _find_text(request, "label") or None
    if version is not None and label is not None:
        raise InvalidRequest("Cannot specify both version and label")
    if version is not None:
        return _select_version(version)
    return _select_label(label) if label is not None else None


def _select_version(number: int) -> Selection:
    selector = number if 0 < number <= LARGEST_NUMBER else None
    return Selection(selector, f"version {excerpt(str(number))}")


def parse_deletion(request: Request) -> Selection | None:
    """Parse what to delete; None for the whole prompt.

    Raises:
        InvalidData: A parameter is malformed, or names no version although it is there.
        InvalidRequest: There are both.
    """
    selection = _find_selection(request)
    if selection is None and {"version", "label"} & request.query.keys():
        # Langfuse would delete all versions.
        name = "version" if "version" in request.query else "label"
        raise InvalidData.at(
            name, message=f"{name} must name one; leave it out to delete the whole prompt"
        )
    return selection


def parse_legacy_query(request: Request) -> tuple[str, Selection]:
    """Parse the query of the first version of the API: a name, and maybe the number of a version.

    As in Langfuse, the name is percent-decoded a second time.

    Raises:
        InvalidData: A parameter is missing or malformed.
    """
    name = _find_text(request, "name")
    if not name:
        raise InvalidData.at("name", code="invalid_type", message="Invalid input: expected a name")
    version = _parse_number(request, "version")
    if version is None:
        return unquote(name), Selection(find_selector(PRODUCTION), "")
    return unquote(name), _select_version(version)


def parse_version(text: str) -> int | None:
    """Parse the number of a version in a path; None if no version has it."""
    number = _read_number(text)
    return number if number is not None and 0 < number <= LARGEST_NUMBER else None


def parse_resolve(request: Request) -> bool:
    """Parse whether references are to be resolved.

    Raises:
        InvalidData: It is neither `true` nor `false`.
    """
    text = _find_text(request, "resolve")
    if text not in (None, "true", "false"):
        raise InvalidData.at(
            "resolve", code="invalid_value", message='Invalid option: expected "true" or "false"'
        )
    return text != "false"


def _parse_number(request: Request, name: str) -> int | None:
    """Parse an integer of the query; None if it is left out, empty or zero."""
    text = _find_text(request, name)
    if not text:
        return None
    number = _read_number(text)
    if number is None:
        raise InvalidData.at(
            name, code="invalid_type", message="Invalid input: expected an integer"
        )
    return number or None


def _read_number(text: str) -> int | None:
    if not NUMBER.fullmatch(text.strip()):
        return None
    number = Decimal(text.strip())
    return int(number) if number == number.to_integral_value() else None


def _list_texts(request: Request, name: str) -> Sequence[str]:
    parameters = request.event.get("multiValueQueryStringParameters") or {}
    texts: Sequence[str] = parameters.get(name, ())
    return texts


def _find_text(request: Request, name: str) -> str | None:
    """Find a query parameter.

    Raises:
        InvalidData: It is repeated.
    """
    texts = _list_texts(request, name)
    if len(texts) > 1:
        raise InvalidData.at(name, code="invalid_type", message="Invalid input: expected one value")
    return texts[0] if texts else None


# -- lists


@dataclass(frozen=True, slots=True, kw_only=True)
class ListQuery:
    """The page and the filters of a list.

    Attributes:
        page: The number of the page, from 1.
        limit: The number of prompts on a page.
        name: Only the prompt with this name.
        keyword: Only prompts with this keyword.
        label: Only versions with this label.
        version: Only versions with this number.
        start: Only versions that last changed at this time or later.
        end: Only versions that last changed before this time.
    """

    page: int
    limit: int
    name: str | None
    keyword: str | None
    label: str | None
    version: int | None
    start: datetime | None
    end: datetime | None

    @property
    def has_time(self) -> bool:
        """Whether it asks for times of changes."""
        return self.start is not None or self.end is not None

    @property
    def selects_versions(self) -> bool:
        """Whether it selects versions, and with them prompts."""
        return self.label is not None or self.version is not None or self.has_time


def parse_list_query(request: Request) -> ListQuery:
    """Parse the query of a list.

    Raises:
        InvalidData: A parameter is malformed.
    """
    return ListQuery(
        page=_parse_place(request, "page", default=1, maximum=MAX_PAGE),
        limit=_parse_place(request, "limit", default=DEFAULT_LIMIT, maximum=MAX_LIMIT),
        name=_find_text(request, "name") or None,
        keyword=_find_text(request, "tag") or None,
        label=_find_text(request, "label") or None,
        version=_parse_number(request, "version"),
        start=_parse_time(request, "fromUpdatedAt"),
        end=_parse_time(request, "toUpdatedAt"),
    )


def _parse_place(request: Request, name: str, *, default: int, maximum: int) -> int:
    text = _find_text(request, name)
    if text is None:
        return default
    number = _read_number(text)
    if number is None or not 1 <= number <= maximum:
        raise InvalidData.at(name, message=f"{name} must be an integer from 1 to {maximum}")
    return number


def _parse_time(request: Request, name: str) -> datetime | None:
    text = _find_text(request, name)
    if text is None:
        return None
    try:
        if not TIME.fullmatch(text):
            raise ValueError(text)
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidData.at(name, code="invalid_format", message="Invalid ISO datetime") from error


# -- bodies


def load_body(request: Request, model: type[Model]) -> Model:
    """Load the body as one of Langfuse's models.

    Raises:
        InvalidRequest: The body is not JSON, or contains a NUL character.
        InvalidData: The body does not match the model.
    """
    from pydantic import ValidationError

    from shared.dialects.langfuse.validation import list_issues

    try:
        document = request.document if request.body.strip() else {}
    except exact_json.LimitError as error:
        raise InvalidRequest(f"The request body exceeds a limit: {error}") from error
    except exact_json.NotJSONError as error:
        raise InvalidRequest("Invalid JSON") from error
    if not isinstance(document, dict):
        raise InvalidData.at(code="invalid_type", message="Invalid input: expected object")
    if (path := next(find_nul_paths(document), None)) is not None:
        raise InvalidRequest(f"{excerpt(path) or 'the body'} must not contain NUL characters")
    try:
        return cast("Model", cast("Any", model).model_validate(document))
    except ValidationError as error:
        raise InvalidData(details=list_issues(error)) from error


def check_config(config: Any) -> Any:
    """Check that clients can read the numbers of a configuration, which are floats to them.

    Returns:
        The same configuration.

    Raises:
        InvalidData: It has a number that is larger.
    """
    parts = [config]
    while parts:
        part = parts.pop()
        if isinstance(part, dict | list):
            parts += part.values() if isinstance(part, dict) else part
        elif exact_json.is_number(part) and abs(part) > sys.float_info.max:
            raise InvalidData.at("config", message="a number is too large")
    return config


def check_labels(labels: Sequence[str]) -> Sequence[str]:
    """Check labels that a version is to get besides its own.

    Raises:
        InvalidData: One is `latest`.
    """
    if "latest" in labels:
        message = "Label 'latest' is always assigned to the latest prompt version"
        raise InvalidData.at("newLabels", message=message)
    return labels


def list_event_ids(request: Request) -> list[str]:
    """List the ids of the events that a client sends, as far as the body can be read."""
    try:
        body = request.document
    except exact_json.NotJSONError:
        return []
    batch = body.get("batch") if isinstance(body, dict) else None
    events = batch[:MAX_RECEIPTS] if isinstance(batch, list) else []
    ids = (event.get("id") for event in events if isinstance(event, dict))
    return [excerpt(id) for id in ids if isinstance(id, str)]
