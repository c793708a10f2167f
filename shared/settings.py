"""Settings from environment variables; no other module reads `os.environ`."""

from __future__ import annotations

import os
from dataclasses import MISSING, dataclass, fields
from functools import cache
from typing import TYPE_CHECKING, TypeVar, get_type_hints

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind = TypeVar("Kind", bound="Environment")
ENVELOPE_BYTES = 500  # of the JSON around the rows of a page: names, and a cursor


class MissingSettingError(Exception):
    """An environment variable is missing or malformed."""


class Environment:
    """Base class of settings, whose fields are environment variables, in upper case."""

    __slots__ = ()

    @classmethod
    def load(cls: type[Kind], environment: Mapping[str, str]) -> Kind:
        """Load settings from environment variables.

        Raises:
            MissingSettingError: A variable without a default is missing, or is not a number.
        """
        types = get_type_hints(cls)
        declarations = fields(cls)  # type: ignore[arg-type]  # all subclasses are dataclasses
        values = {
            field.name: _convert(field.name.upper(), types[field.name], environment)
            for field in declarations
            if field.name.upper() in environment
        }
        required = {field.name for field in declarations if field.default is MISSING}
        if absent := sorted(required - values.keys()):
            names = ", ".join(name.upper() for name in absent)
            raise MissingSettingError(f"environment variables are missing, set them: {names}")
        return cls(**values)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSettings(Environment):
    """Settings of the function that publishes events.

    Attributes:
        event_bus: The name of the event bus.
        unpublished_queue: The URL of the queue for records that can never be published.
    """

    event_bus: str
    unpublished_queue: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UseSettings(Environment):
    """Settings of the function that counts how prompts are used.

    Attributes:
        access_table: The name of the table with the counts.
        log_group: The name of the log of all functions.
    """

    access_table: str
    log_group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricSettings(Environment):
    """Settings of metrics.

    Attributes:
        metrics: Whether there are metrics: 1 or 0.
        metrics_by_route: Whether there are metrics by route: 1 or 0.
    """

    metrics: int = 1
    metrics_by_route: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(Environment):
    """Settings of all functions with endpoints.

    Attributes:
        *_table: Names of the DynamoDB tables.
        content_bucket: The name of the bucket for bodies that are too large for an item.
        user_pool_id: The id of Cognito's user pool.
        user_pool_client_id: The id of the pool's client for the functions.
        sign_in_url: The URL of Cognito's own page of sign-in; empty without single sign-on.
        sign_in_client_id: The id of the pool's client for this page.
        groups: Which groups come into which teams; see `shared.domain.federation.parse_rules`.
        inline_bytes: The largest body, in bytes, that is stored in its item.
        default_model: The model of a version that names none, in dialects that require one.
        key_cache_seconds: How long, in seconds, a warm process caches an API key or a session.
        content_cache_bytes: The size of the process's cache of versions, in bytes.
        template_bytes: The largest template, in bytes.
        output_bytes: The largest output of a rendering, in bytes.
        render_steps: The maximum work of a rendering, in evaluated nodes.
        body_bytes: The largest request body, in bytes.
        response_bytes: The largest response, in bytes; Lambda allows 6 MB.
        quota_per_key: How many requests a minute an API key may make that has no quota of its own;
            0 for any number.
        quota_per_team: How many requests a minute the API keys of a team may make together; 0 for
            any number.
        cors_origins: The origins whose web pages may call the API; see `shared.cors.parse_origins`.
        cuebook_version: The version of Cuebook that is deployed.
    """

    prompts_table: str
    versions_table: str
    payloads_table: str
    lookups_table: str
    access_table: str
    history_table: str
    content_bucket: str
    user_pool_id: str = ""
    user_pool_client_id: str = ""
    sign_in_url: str = ""
    sign_in_client_id: str = ""
    groups: str = ""
    inline_bytes: int = 300_000
    default_model: str = "openai/gpt-4o-mini"
    key_cache_seconds: float = 30.0
    content_cache_bytes: int = 32 * 1024 * 1024
    template_bytes: int = 4 * 1024 * 1024
    output_bytes: int = 4 * 1024 * 1024
    render_steps: int = 300_000
    body_bytes: int = 4 * 1024 * 1024
    response_bytes: int = 5_500_000
    quota_per_key: int = 0
    quota_per_team: int = 0
    cors_origins: str = ""
    cuebook_version: str = "unknown"

    @property
    def page_bytes(self) -> int:
        """The largest page of a list, in bytes: a response without the JSON around the rows."""
        return self.response_bytes - ENVELOPE_BYTES

    @property
    def tables(self) -> dict[str, str]:
        """The deployed name of each table, by its name in code."""
        names = [field.name for field in fields(self) if field.name.endswith("_table")]
        return {name.removesuffix("_table"): getattr(self, name) for name in names}


def _convert(name: str, kind: type, environment: Mapping[str, str]) -> object:
    try:
        return kind(environment[name])
    except ValueError as error:
        raise MissingSettingError(f"the environment variable {name} must be a number") from error


@cache
def get_settings() -> Settings:
    """Get the settings of this process."""
    return Settings.load(os.environ)


@cache
def get_metric_settings() -> MetricSettings:
    """Get the settings of metrics of this process."""
    return MetricSettings.load(os.environ)


@cache
def get_event_settings() -> EventSettings:
    """Get the settings for publishing events of this process."""
    return EventSettings.load(os.environ)


@cache
def get_use_settings() -> UseSettings:
    """Get the settings for counting how prompts are used of this process."""
    return UseSettings.load(os.environ)


def is_in_lambda() -> bool:
    """Tell whether this process runs in Lambda."""
    return "AWS_LAMBDA_FUNCTION_NAME" in os.environ


def is_started_ahead() -> bool:
    """Tell whether Lambda has started this process before there was a call, as it was told to."""
    return os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand") != "on-demand"


def get_trace_header() -> str:
    """Get what Lambda says of the current call's trace; empty outside Lambda."""
    return os.environ.get("_X_AMZN_TRACE_ID", "")


def get_trace_daemon() -> str:
    """Get the address of the daemon of X-Ray, as `host:port`; empty outside Lambda."""
    return os.environ.get("AWS_XRAY_DAEMON_ADDRESS", "")
