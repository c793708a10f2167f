"""Error texts of invalid bodies, which name the field but do not contain its value."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

TITLE_LENGTH = 256  # characters
# Tags of the union in `messages`, which pydantic adds to the path of an error.
MESSAGES_KINDS = ("message", "messages")
SENTENCES = {
    "missing": "is required",
    "string_type": "must be a string",
    "string_too_long": "must be at most {max_length} characters",
    "string_pattern_mismatch": "must be a UUID",
    "bool_type": "must be true or false",
    "int_type": "must be an integer",
    "number_type": "must be a number",
    "literal_error": "must be {expected}",
    "list_type": "must be an array",
    "dict_type": "must be an object",
}


def describe_error(error: ValidationError) -> str:
    """Describe the first error of a body, such as `variables[0].name is required`."""
    details = error.errors(include_url=False, include_input=False)[0]
    sentence = SENTENCES.get(details["type"], "is not valid")
    return f"{_build_path(details)} {sentence.format(**details.get('ctx', {}))}"


def _build_path(details: ErrorDetails) -> str:
    path = ""
    for part, before in zip(details["loc"], ("", *details["loc"]), strict=False):
        if isinstance(part, int):
            path += f"[{part}]"
        elif before != "messages" or part not in MESSAGES_KINDS:
            path += f".{part}" if path else part
    return path
