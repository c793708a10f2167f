"""What is wrong with a body, in a sentence that names the field and repeats nothing of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.tela.models import ARMS

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

WORDS = {
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
    "model_type": "must be an object",
}


def first(error: ValidationError) -> str:
    """The first fault, as in `variables[0].name is required`."""
    fault = error.errors(include_url=False, include_input=False)[0]
    words = WORDS.get(fault["type"], "is not valid")
    return f"{_path(fault)} {words.format(**fault.get('ctx', {}))}"


def _path(fault: ErrorDetails) -> str:
    path = ""
    for part, before in zip(fault["loc"], ("", *fault["loc"]), strict=False):
        if isinstance(part, int):
            path += f"[{part}]"
        elif before != "messages" or part not in ARMS:  # else it names no field of the caller's
            path += f".{part}" if path else part
    return path
