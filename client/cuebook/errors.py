"""The errors of the client."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence


LONGEST_REASONS = 2_000  # characters of the details of an error, in its message


class CuebookError(Exception):
    """The base class of all errors of the client."""


class ConfigurationError(CuebookError, ValueError):
    """The client was made, or called, with something that it cannot use."""


class RenderError(CuebookError):
    """A prompt cannot be rendered with these variables.

    Attributes:
        missing: The names of the variables that are missing, sorted.
    """

    def __init__(self, message: str, missing: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.missing = (*missing,)


class UnavailableError(CuebookError):
    """The service did not answer, or not with what it should; the message says what was tried."""


class ServiceError(CuebookError):
    """The service has refused a request.

    Attributes:
        status: The HTTP status.
        code: What is wrong, for programs, such as `prompt_not_found`.
        details: More about what is wrong; empty if the service does not say more.
        request_id: The id of the request in the logs of the service; empty if it is not known.
        retry_after: For how many seconds the service wants to be left alone; 0 if it does not say.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int,
        code: str = "",
        details: Sequence[Any] = (),
        request_id: str = "",
        retry_after: float = 0.0,
    ) -> None:
        descriptions = map(_describe_detail, details)
        # Where a detail only adds a place for programs, the message has its words already.
        reasons = "; ".join(each for each in descriptions if each not in message)[:LONGEST_REASONS]
        super().__init__(
            f"{message}{reasons and f': {reasons}'}"
            f" ({code or status}{request_id and f', request {request_id}'})"
        )
        self.status = status
        self.code = code
        self.details = (*details,)
        self.request_id = request_id
        self.retry_after = retry_after

    def __reduce__(self) -> tuple[Any, ...]:
        """Let other processes have a copy, as a pool of them needs it."""
        return _copy_error, (type(self), self.args, vars(self))


def _copy_error(
    kind: type[ServiceError], arguments: tuple[Any, ...], attributes: dict[str, Any]
) -> ServiceError:
    error = kind.__new__(kind, *arguments)
    vars(error).update(attributes)
    return error


def _describe_detail(detail: Any) -> str:
    """Describe a detail of an error: its message names the field, where it has one."""
    if isinstance(detail, Mapping):
        return str(detail.get("message") or ", ".join(f"{name}: {detail[name]}" for name in detail))
    return str(detail)


class InvalidRequestError(ServiceError):
    """The request is malformed, or a rule forbids it."""


class AuthenticationError(ServiceError):
    """The API key is missing, unknown, revoked or expired."""


class PermissionDeniedError(ServiceError):
    """The API key may not do this."""


class NotFoundError(ServiceError):
    """What is asked for does not exist for this API key."""


class ConflictError(ServiceError):
    """What is stored has changed, or contradicts the request."""


class RateLimitedError(ServiceError):
    """The API key, or its team, has made too many requests."""


class ServerError(ServiceError):
    """The service has failed."""


_BY_STATUS: dict[int, type[ServiceError]] = {
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    412: ConflictError,
    429: RateLimitedError,
}


def choose_error(status: int) -> type[ServiceError]:
    """Choose the class of the error of an HTTP status."""
    return _BY_STATUS.get(status, InvalidRequestError if status < 500 else ServerError)
