"""What a body breaks of its schema, told as Zod tells it, which LangWatch validates with."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from shared import wire

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

# Type errors of pydantic's, and what was expected.
TYPES = {
    "string_type": "string",
    "list_type": "array",
    "dict_type": "object",
    "model_type": "object",
    "bool_type": "boolean",
    "int_type": "number",
    "number_type": "number",
}
# What a missing field is of; all others are strings.
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
TOO_SMALL = {"string_too_short": "string", "too_short": "array", "number_too_small": "number"}
NAME = re.compile(r"[\w.-]{1,64}")


def issues(error: ValidationError) -> list[dict[str, Any]]:
    """In the order of the schema; unknown keys come last, as one issue."""
    found = error.errors(include_url=False)
    unknown = [str(one["loc"][-1]) for one in found if one["type"] == "extra_forbidden"]
    told = [_issue(one) for one in found if one["type"] != "extra_forbidden"]
    return told + ([_unrecognized(unknown)] if unknown else [])


def _issue(error: ErrorDetails) -> dict[str, Any]:
    path, kind, given = list(error["loc"]), error["type"], error.get("input")
    context = error.get("ctx", {})
    if kind == "missing":
        expected = FIELDS.get(str(path[-1]), "string")
        return _invalid_type(expected, "undefined", path, "Required")
    if kind in TYPES:
        return _invalid_type(TYPES[kind], _type_of(given), path)
    if kind == "literal_error":
        options = re.findall(r"'([^']*)'", context["expected"])
        if len(options) == 1:
            return {
                "code": "invalid_literal",
                "expected": options[0],
                "path": path,
                "message": f"Invalid literal value, expected {wire.encode(options[0])}",
            }
        if not isinstance(given, str):
            return _invalid_type(" | ".join(map(repr, options)), _type_of(given), path)
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
    return {"code": "custom", "path": path, "message": error["msg"]}


def _invalid_type(
    expected: str, received: str, path: list[int | str], message: str = ""
) -> dict[str, Any]:
    return {
        "code": "invalid_type",
        "expected": expected,
        "received": received,
        "path": path,
        "message": message or f"Expected {expected}, received {received}",
    }


def _unrecognized(keys: list[str]) -> dict[str, Any]:
    """Names only what looks like a name, for keys are the caller's text."""
    names = [key for key in keys if NAME.fullmatch(key)]
    return {
        "code": "unrecognized_keys",
        "keys": names,
        "path": [],
        "message": f"Unrecognized key(s) in object: {', '.join(map(repr, names))}",
    }


def _type_of(value: Any) -> str:
    """JavaScript's word for the type of a JSON value."""
    if value is None:
        return "null"
    words = {bool: "boolean", str: "string", list: "array", dict: "object"}
    return words.get(type(value), "number")
