"""Issues of invalid bodies in the format of Zod, which LangWatch validates with."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from shared import exact_json

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

# The expected type of each of pydantic's type errors.
TYPES = {
    "string_type": "string",
    "list_type": "array",
    "dict_type": "object",
    "model_type": "object",
    "bool_type": "boolean",
    "int_type": "number",
    "number_type": "number",
}
# The types of required fields that are not strings.
FIELDS = {"configData": "object", "demonstrations": "object", "version": "number"} | dict.fromkeys(
    ("inputs", "outputs", "columns"), "array"
)
EMPTY = {
    "projectId": "Project ID cannot be empty",
    "configId": "Config ID cannot be empty",
    "identifier": "Identifier cannot be empty",
    "model": "Model identifier cannot be empty",
    "inputs": "At least one input is required",
    "outputs": "At least one output is required",
}
UNKNOWN_KEY = "extra_forbidden"
TOO_SMALL = {"string_too_short": "string", "too_short": "array", "number_too_small": "number"}
NAME = re.compile(r"[\w.-]{1,64}")


def list_issues(error: ValidationError) -> list[dict[str, Any]]:
    """List the issues in the order of the schema; unknown keys are one issue, the last."""
    errors = error.errors(include_url=False)
    unknown = [str(details["loc"][-1]) for details in errors if details["type"] == UNKNOWN_KEY]
    issues = [_build_issue(details) for details in errors if details["type"] != UNKNOWN_KEY]
    return issues + ([_build_unknown_keys_issue(unknown)] if unknown else [])


def _build_issue(details: ErrorDetails) -> dict[str, Any]:
    path, kind, value = list(details["loc"]), details["type"], details.get("input")
    context = details.get("ctx", {})
    if kind == "missing":
        expected = FIELDS.get(str(path[-1]), "string")
        return _build_invalid_type(expected, "undefined", path, "Required")
    if kind in TYPES:
        return _build_invalid_type(TYPES[kind], _name_type(value), path)
    if kind == "literal_error":
        options = re.findall(r"'([^']*)'", context["expected"])
        if len(options) == 1:
            return {
                "code": "invalid_literal",
                "expected": options[0],
                "path": path,
                "message": f"Invalid literal value, expected {exact_json.encode(options[0])}",
            }
        if not isinstance(value, str):
            return _build_invalid_type(" | ".join(map(repr, options)), _name_type(value), path)
        return {
            "code": "invalid_enum_value",
            "options": options,
            "path": path,
            "message": f"Invalid enum value. Expected {' | '.join(map(repr, options))}",
        }
    if kind in TOO_SMALL:
        least = context.get("min_length", context.get("least"))
        return {
            "code": "too_small",
            "minimum": least,
            "type": TOO_SMALL[kind],
            "inclusive": True,
            "exact": False,
            "path": path,
            "message": EMPTY.get(str(path[-1]), f"{TOO_SMALL[kind].capitalize()} is too small"),
        }
    if kind == "string_too_long":
        return {
            "code": "too_big",
            "maximum": context["max_length"],
            "type": "string",
            "inclusive": True,
            "exact": False,
            "path": path,
            "message": f"String must contain at most {context['max_length']} character(s)",
        }
    if kind == "string_pattern_mismatch":
        return {
            "code": "invalid_string",
            "validation": "regex",
            "path": path,
            "message": f"Must match {context['pattern']}",
        }
    return {"code": "custom", "path": path, "message": details["msg"]}


def _build_invalid_type(
    expected: str, received: str, path: list[int | str], message: str = ""
) -> dict[str, Any]:
    return {
        "code": "invalid_type",
        "expected": expected,
        "received": received,
        "path": path,
        "message": message or f"Expected {expected}, received {received}",
    }


def _build_unknown_keys_issue(keys: list[str]) -> dict[str, Any]:
    """Build the issue of unknown keys, without those that do not look like names.

    Keys are input of the caller, which messages do not repeat.
    """
    names = [key for key in keys if NAME.fullmatch(key)]
    return {
        "code": "unrecognized_keys",
        "keys": names,
        "path": [],
        "message": f"Unrecognized key(s) in object: {', '.join(map(repr, names))}",
    }


def _name_type(value: Any) -> str:
    """Get JavaScript's name of the type of a JSON value."""
    if value is None:
        return "null"
    names = {bool: "boolean", str: "string", list: "array", dict: "object"}
    return names.get(type(value), "number")
