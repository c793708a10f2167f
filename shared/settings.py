"""The environment as a typed contract, read once: the only module that looks at `os.environ`."""

import os
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from functools import cache
from typing import Any, TypeVar

Kind = TypeVar("Kind", bound="Environment")


class MissingSetting(Exception):
    """A setting is absent or not of its type; the argument names the variable."""


class Environment:
    """A contract: each field of the dataclass that inherits it is a variable in upper case."""

    __slots__ = ()

    @classmethod
    def read(cls: type[Kind], environment: Mapping[str, str]) -> Kind:
        """Raises MissingSetting for a variable that is absent without a default, or no number."""
        declared = fields(cls)  # type: ignore[arg-type]  # those who inherit are dataclasses
        given = {
            field.name: _number_or_text(field.name.upper(), field.type, environment)
            for field in declared
            if field.name.upper() in environment
        }
        needed = {field.name for field in declared if field.default is MISSING}
        if absent := sorted(needed - given.keys()):
            raise MissingSetting(f"not set: {', '.join(name.upper() for name in absent)}")
        return cls(**given)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet(Environment):
    """Where the function that publishes changes puts them.

    Args:
        event_bus: name of the bus.
        unpublished_queue: address of the queue of what can never be published.
    """

    event_bus: str
    unpublished_queue: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reporting(Environment):
    """What functions tell of their calls.

    Args:
        metrics_by_route: whether metrics are kept for each route too: 1 or 0.
    """

    metrics_by_route: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(Environment):
    """What a function needs to know about its deployment.

    Args:
        *_table: names of the DynamoDB tables.
        content_bucket: bucket of the bodies that do not fit an item.
        inline_bytes: a body up to this size lies in its item, a larger one in the bucket.
        default_model: of a prompt whose author names none, in the dialects that need one.
        key_cache_seconds: how long a revoked key may still be honoured by a warm process.
        content_cache_bytes: bound of the process's cache of versions.
        template_bytes: largest template that is accepted.
        output_bytes: largest text that rendering may produce.
        render_steps: the work that one rendering may do, in evaluated nodes.
        body_bytes: largest request body.
        answer_bytes: largest answer; Lambda refuses more than 6 MB.
    """

    prompts_table: str
    versions_table: str
    payloads_table: str
    lookups_table: str
    access_table: str
    history_table: str
    content_bucket: str
    inline_bytes: int = 300_000
    default_model: str = "openai/gpt-4o-mini"
    key_cache_seconds: float = 30.0
    content_cache_bytes: int = 32 * 1024 * 1024
    template_bytes: int = 4 * 1024 * 1024
    output_bytes: int = 4 * 1024 * 1024
    render_steps: int = 300_000
    body_bytes: int = 4 * 1024 * 1024
    answer_bytes: int = 5_500_000

    @property
    def tables(self) -> dict[str, str]:
        """The deployed name of each table, by the name that the code gives it."""
        names = [field.name for field in fields(self) if field.name.endswith("_table")]
        return {name.removesuffix("_table"): getattr(self, name) for name in names}


def _number_or_text(name: str, kind: Any, environment: Mapping[str, str]) -> Any:
    try:
        return kind(environment[name])
    except ValueError as error:
        raise MissingSetting(f"{name} must be a number") from error


@cache
def settings() -> Settings:
    return Settings.read(os.environ)


@cache
def reporting() -> Reporting:
    return Reporting.read(os.environ)


@cache
def outlet() -> Outlet:
    return Outlet.read(os.environ)


def in_lambda() -> bool:
    return "AWS_LAMBDA_FUNCTION_NAME" in os.environ
