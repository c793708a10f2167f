"""Issues of invalid bodies in the format of Zod, which Langfuse validates with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shared.texts import cut_message

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

MESSAGE_LENGTH = 300
# The expected type of each of pydantic's type errors.
TYPES = {
    "string_type": "string",
    "list_type": "array",
    "dict_type": "object",
    "model_type": "object",
    "bool_type": "boolean",
}
CODES = {
    "missing": "invalid_type",
    "literal_error": "invalid_value",
    "string_pattern_mismatch": "invalid_format",
    "string_too_long": "too_big",
    "prompt": "invalid_union",
} | dict.fromkeys(TYPES, "invalid_type")


def list_issues(error: ValidationError) -> list[dict[str, Any]]:
    """List the issues, each with the path of the field."""
    return [_build_issue(details) for details in error.errors(include_url=False)]


def _build_issue(details: ErrorDetails) -> dict[str, Any]:
    kind = details["type"]
    path = [step for step in details["loc"] if isinstance(step, int) or not step.startswith("<")]
    message = f"Invalid input: {details['msg']}"
    issue: dict[str, Any] = {"code": CODES.get(kind, "custom"), "path": path}
    if kind in TYPES:
        issue["expected"] = TYPES[kind]
        message = f"Invalid input: expected {TYPES[kind]}"
    elif kind == "missing":
        message = "Invalid input: expected a value, received undefined"
    elif kind in ("name", "prompt"):
        message = details["msg"]
    return {**issue, "message": cut_message(message, MESSAGE_LENGTH)}
