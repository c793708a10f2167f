"""What goes back: replies of endpoints, and answers as they go out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from shared import wire
from shared.errors import AnswerTooLarge

JSON = "application/json"
TAG_LENGTH = 32  # hexadecimal digits of an ETag


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What an endpoint answers with.

    Args:
        body: a JSON object or array; None for no body at all.
        text: a body that is no JSON, with its content type among the headers.
    """

    status: int = 200
    body: Mapping[str, Any] | list[Any] | None = None
    text: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A finished answer, as it goes out but for what differs from request to request."""

    status: int
    body: str | None
    headers: Mapping[str, str]


class Replayed(Exception):
    """The call was answered before; the argument is that answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


def finish(reply: Reply) -> Answer:
    """Encode a reply; a success gets the ETag of what it says."""
    text, headers = reply.text, dict(reply.headers)
    if reply.body is not None:
        text, headers = wire.encode(reply.body), {"Content-Type": JSON, **headers}
    if text is not None and reply.status < 300:
        headers["ETag"] = _etag(text)
    return Answer(status=reply.status, body=text, headers=headers)


def require_size(answer: Answer, limit: int) -> None:
    """Raises AnswerTooLarge where Lambda would refuse to carry the answer."""
    if answer.body is not None and carried_size(answer.body) > limit:
        raise AnswerTooLarge


def carried_size(text: str) -> int:
    """The bytes that a body's text takes on its way through Lambda.

    The result travels as JSON, in which quotes and backslashes of the body count twice.
    """
    return len(text.encode()) + text.count('"') + text.count("\\")


def matches(header: str, current: Mapping[str, Any]) -> bool:
    """Whether an `If-Match` header names what is current. Source: RFC 9110, 13.1.1."""
    return names(header, _etag(wire.encode(current)))


def names(header: str, etag: str) -> bool:
    """Whether a list of entity tags holds this one; a weak tag counts as its strong twin, since

    gateways on the way weaken what they compress.
    """
    tags = {tag.strip().removeprefix("W/") for tag in header.split(",")}
    return "*" in tags or etag in tags


def _etag(text: str) -> str:
    return f'"{sha256(text.encode()).hexdigest()[:TAG_LENGTH]}"'
