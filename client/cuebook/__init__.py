"""Prompts of a Cuebook service, at the speed of a dictionary, also while the service is down."""

from .client import AsyncCuebook, Cuebook
from .errors import (
    AuthenticationError,
    ConfigurationError,
    ConflictError,
    CuebookError,
    InvalidRequestError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitedError,
    RenderError,
    ServerError,
    ServiceError,
    UnavailableError,
)
from .prompts import Fallback, Prompt, Rendering

__all__ = [
    "AsyncCuebook",
    "AuthenticationError",
    "ConfigurationError",
    "ConflictError",
    "Cuebook",
    "CuebookError",
    "Fallback",
    "InvalidRequestError",
    "NotFoundError",
    "PermissionDeniedError",
    "Prompt",
    "RateLimitedError",
    "RenderError",
    "Rendering",
    "ServerError",
    "ServiceError",
    "UnavailableError",
]
