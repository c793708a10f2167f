"""What the client waits for, so that one implementation serves threads and asyncio.

The logic of the client is generators. They yield an effect where they would wait, and get its
result back; `_threads` and `_tasks` run them.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping
    from concurrent.futures import Future

Result = TypeVar("Result")

# A response that is longer is none of the service: API Gateway passes no more than 10 MB.
LARGEST_BODY = 32 * 1024 * 1024  # bytes


class Send(NamedTuple):
    """Send one HTTP request.

    Its result is a `Response`; where there is none, it raises `NoResponseError`.

    Attributes:
        method: The method, in upper case.
        path: The path with the query, from the address of the service.
        body: The body; None without one.
        headers: The headers, besides those of all requests.
        seconds: The time until the whole response must be there.
    """

    method: str
    path: str
    body: bytes | None
    headers: Mapping[str, str]
    seconds: float


class Pause(NamedTuple):
    """Wait for some seconds."""

    seconds: float


class Join(NamedTuple):
    """Wait until another caller has asked the service for the same.

    It ends with the other call, or after the seconds; it raises nothing.
    """

    flight: Future[Any]
    seconds: float


Effect: TypeAlias = Send | Pause | Join
Program: TypeAlias = Generator[Effect, Any, Result]


class Response(NamedTuple):
    """An HTTP response.

    Attributes:
        status: The status.
        headers: The headers, by lower-case name.
        body: The whole body.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


class NoResponseError(Exception):
    """There was no response, or not all of it, or not in time; the message says what happened."""


def check_encoding(headers: Mapping[str, str]) -> None:
    """Check that a body is compressed once at most: twice, a few bytes can become any number.

    Raises:
        NoResponseError: It is compressed more often.
    """
    if "," in headers.get("content-encoding", ""):
        raise NoResponseError("the body is compressed more than once")
