"""Requests to the service: attempts, pauses, and the errors of its responses."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from . import _observer
from ._effects import NoResponseError, Pause, Program, Response, Send
from .errors import ServiceError, UnavailableError, choose_error

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# What may succeed when it is sent again.
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
FIRST_PAUSE = 0.1  # seconds
LONGEST_PAUSE = 2.0  # seconds
LONGEST_TEXT = 200  # characters of what the service says, in a message


def request(
    method: str,
    path: str,
    document: Any = None,
    *,
    seconds: float,
    attempts: int,
    headers: Mapping[str, str] | None = None,
    load: Callable[[Response, str], Any] | None = None,
) -> Program[Any]:
    """Send a request until there is a response, or no time or no attempt is left.

    With several attempts only what may be sent twice comes here: reads, and writes with an
    idempotency key.

    Args:
        method: The HTTP method.
        path: The path with the query.
        document: The JSON value of the body; None without one.
        seconds: The time for all attempts.
        attempts: The number of attempts.
        headers: More headers.
        load: Loads the response; None for `load_response`.

    Returns:
        The JSON value of the response.

    Raises:
        ServiceError: The service has refused the request.
        UnavailableError: There was no response.
    """
    deadline = time.monotonic() + seconds
    body = None if document is None else json.dumps(document).encode()
    if (observer := _observer.observer) is not None:
        headers = {**observer.list_headers(), **(headers or {})}
    for attempt in range(1, attempts + 1):
        remaining = deadline - time.monotonic()
        error: ServiceError | UnavailableError
        least_pause = 0.0
        try:
            response: Response = yield Send(
                method=method, path=path, body=body, headers=headers or {}, seconds=remaining
            )
        except NoResponseError as reason:
            error = UnavailableError(f"{method} {path}: {reason}")
        else:
            try:
                return (load or load_response)(response, f"{method} {path}")
            except (ServiceError, UnavailableError) as reason:
                if isinstance(reason, ServiceError) and reason.status not in PASSING:
                    raise
                error, least_pause = reason, getattr(reason, "retry_after", 0.0)
        pause = max(least_pause, _choose_pause(attempt))
        if attempt == attempts or time.monotonic() + pause >= deadline:
            break
        yield Pause(pause)
    if isinstance(error, UnavailableError):
        raise UnavailableError(f"{error} ({_count(attempt, 'attempt')})") from error
    raise error


def load_response(response: Response, what: str) -> Any:
    """Load the JSON value of a response.

    Args:
        response: The response.
        what: The request, for a message.

    Raises:
        ServiceError: The response is that of a problem.
        UnavailableError: The response is not one of the service.
    """
    if response.status == 204 and not response.body:
        return None
    try:
        document = json.loads(response.body)
    except (ValueError, RecursionError) as error:
        if response.status < 300:
            raise UnavailableError(f"{what}: the response is not JSON") from error
        document = {}
    if 200 <= response.status < 300:
        return document
    if 300 <= response.status < 400:
        place = str(response.headers.get("location") or "nowhere")[:LONGEST_TEXT]
        raise UnavailableError(f"{what}: the service redirects to {place}: give its own address")
    fields = document if isinstance(document, dict) else {}
    details = fields.get("details")
    # What stands between, such as API Gateway, has other names.
    message = fields.get("error") or fields.get("message") or f"the status is {response.status}"
    raise choose_error(response.status)(
        f"{what}: {str(message)[:LONGEST_TEXT]}",
        status=response.status,
        code=str(fields.get("code") or ""),
        details=details if isinstance(details, list) else (),
        request_id=str(fields.get("request_id") or response.headers.get("x-request-id") or ""),
        retry_after=_get_retry_after(response),
    )


def load_with_etag(response: Response, what: str) -> dict[str, Any]:
    """Load the JSON object of a response, with its `ETag` as the field `etag`.

    Args:
        response: The response.
        what: The request, for a message.

    Raises:
        ServiceError: The response is that of a problem.
        UnavailableError: The response is not one of the service.
    """
    document, etag = load_response(response, what), response.headers.get("etag")
    if not isinstance(document, dict) or not etag:
        raise UnavailableError(f"{what}: the service has answered in an unknown form")
    return {**document, "etag": etag}


def _choose_pause(attempt: int) -> float:
    """Choose a pause after an attempt by chance, so that clients do not come back together."""
    import random  # which is not loaded before a request has failed

    part = random.uniform(0.5, 1)  # nosec B311
    return min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** (attempt - 1)) * part


def _get_retry_after(response: Response) -> float:
    """Get the pause that the service asks for, in seconds; 0 if it asks for none."""
    try:
        seconds = float(response.headers.get("retry-after", ""))
    except ValueError:  # a date, which the service never sends
        return 0
    return max(0.0, seconds) if seconds == seconds else 0.0


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
