"""Responses of endpoints, and their encoding."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from shared import exact_json
from shared.problems import ResponseTooLarge

if TYPE_CHECKING:
    from collections.abc import Mapping

# The JSON value of a response: a TypedDict of the dialect's models, a list of them, or None.
Body = TypeVar("Body", covariant=True)

JSON = "application/json"
TAG_LENGTH = 32  # hexadecimal digits of an ETag


@dataclass(frozen=True, slots=True, kw_only=True)
class Response(Generic[Body]):
    """What an endpoint returns.

    Attributes:
        status: The HTTP status.
        body: A JSON object or array; None for no JSON body.
        text: A body that is not JSON; its content type is in the headers.
        headers: Headers by name.
    """

    status: int = 200
    body: Body
    text: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodedResponse:
    """A response as it is sent, without headers that belong to a single request.

    Attributes:
        status: The HTTP status.
        body: The text of the body; None for no body.
        headers: Headers by name.
    """

    status: int
    body: str | None
    headers: Mapping[str, str]


class Replay(Exception):
    """An earlier attempt of the same request has a response, which is sent again."""

    def __init__(self, response: EncodedResponse) -> None:
        super().__init__()
        self.response = response


def encode_response(response: Response[Any]) -> EncodedResponse:
    """Encode a response.

    JSON ends with a line feed, and successful responses get an ETag of their body, unless they have
    one.
    """
    text, headers = response.text, dict(response.headers)
    if response.body is not None:
        text = encode_body(response.body)
        headers = {"Content-Type": JSON, **headers}
    if text is not None and response.status < 300:
        headers.setdefault("ETag", make_etag(text))
    return EncodedResponse(status=response.status, body=text, headers=headers)


def encode_ahead(response: Response[Any], etag: str) -> Response[Any]:
    """Encode the body of a response that is sent several times, by an ETag of its own."""
    text = encode_body(response.body)
    headers = {"Content-Type": JSON, **response.headers, "ETag": etag}
    return replace(response, body=None, text=text, headers=headers)


def encode_body(body: Any) -> str:
    """Encode a JSON body as it is sent."""
    return f"{exact_json.encode(body)}\n"


def require_size(response: EncodedResponse, max_bytes: int) -> None:
    """Check that a response fits into the result of a Lambda function.

    Raises:
        ResponseTooLarge: The response takes more than `max_bytes` bytes.
    """
    if response.body is not None and exact_json.measure_encoded_bytes(response.body) > max_bytes:
        raise ResponseTooLarge


def matches_current(header: str, current: Any) -> bool:
    """Tell whether an `If-Match` header matches a body. Source: RFC 9110, 13.1.1.

    Args:
        header: The header's value.
        current: The body that a read would return now.
    """
    return lists_etag(header, make_etag(encode_body(current)))


def lists_etag(header: str, etag: str) -> bool:
    """Tell whether a list of entity tags contains this one.

    A weak tag counts as the strong one, because proxies weaken the tags of what they compress.
    """
    tags = {tag.strip().removeprefix("W/") for tag in header.split(",")}
    return "*" in tags or etag in tags


def make_etag(text: str) -> str:
    """Make the ETag of a text."""
    return f'"{sha256(text.encode()).hexdigest()[:TAG_LENGTH]}"'
