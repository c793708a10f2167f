"""The environment as a typed contract, read once: the only module that looks at `os.environ`."""

import os
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from functools import cache
from typing import Any


class MissingSetting(Exception):
    """A setting is absent or not of its type; the argument names the variable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a function needs to know about its deployment; each field is a variable in upper case.

    Args:
        *_table: names of the DynamoDB tables.
        content_bucket: bucket of the bodies that do not fit an item.
        inline_bytes: a body up to this size lies in its item, a larger one in the bucket.
        default_model: of a prompt whose author names none, in the dialects that need one.
        key_cache_seconds: how long a revoked key may still be honoured by a warm process.
        content_cache_bytes: bound of the process's cache of immutable content.
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

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "Settings":
        """Raises MissingSetting for a variable that is absent without a default, or no number."""
        given = {
            field.name: _number_or_text(field.name.upper(), field.type, environment)
            for field in fields(cls)
            if field.name.upper() in environment
        }
        needed = {field.name for field in fields(cls) if field.default is MISSING}
        if absent := sorted(needed - given.keys()):
            raise MissingSetting(f"not set: {', '.join(name.upper() for name in absent)}")
        return cls(**given)


def _number_or_text(name: str, kind: Any, environment: Mapping[str, str]) -> Any:
    try:
        return kind(environment[name])
    except ValueError as error:
        raise MissingSetting(f"{name} must be a number") from error


@cache
def settings() -> Settings:
    return Settings.read(os.environ)


def in_lambda() -> bool:
    return "AWS_LAMBDA_FUNCTION_NAME" in os.environ
