"""Schemas of Dotprompt and of Prompty as JSON Schema, and as declarations of variables."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .items import Document, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SCALARS = frozenset({"string", "number", "integer", "boolean", "null", "any"})
TYPES = SCALARS | {"object", "array"}
ANY_NAME = "(*)"
# `name?(array, what it is for)`: the last part is there where the value is no scalar.
KEY = re.compile(r"([^?(\s]+)(\?)?(?:\((array|object|enum)(?:,\s*([^)]*))?\))?")
# Prompty's kinds, by their names in JSON Schema.
KINDS = {"float": "number", "int": "integer", "bool": "boolean", "list": "array"} | {
    name: name for name in TYPES - {"any", "null"}
}
# The service's names of the types of variables.
INPUT_TYPES = {
    "string": "str",
    "number": "float",
    "integer": "int",
    "boolean": "bool",
    "array": "list",
    "object": "dict",
}


def load_picoschema(schema: Any) -> Document:
    """Load a schema of Dotprompt: Picoschema, or JSON Schema.

    Raises:
        UnreadableError: It is neither.
    """
    if isinstance(schema, dict):
        if isinstance(schema.get("type"), str) and schema["type"] in TYPES:
            return schema
        if isinstance(schema.get("properties"), dict):
            return {**schema, "type": "object"}
    return _load_pico(schema)


def _load_pico(schema: Any) -> Document:
    if isinstance(schema, str):
        kind, _, description = (part.strip() for part in schema.partition(","))
        if kind not in SCALARS:
            raise UnreadableError(f"its schema has the type {kind!r}, which is not in the file")
        fields = {} if kind == "any" else {"type": kind}
        return fields | ({"description": description} if description else {})
    if not isinstance(schema, dict):
        raise UnreadableError("its schema is neither an object nor the name of a type")
    result: Document = {"type": "object", "properties": {}, "additionalProperties": False}
    needed = []
    for key, value in schema.items():
        if key == ANY_NAME:
            result["additionalProperties"] = _load_pico(value)
            continue
        match = KEY.fullmatch(key.strip())
        if match is None:
            raise UnreadableError(f"its schema has the field {key!r}")
        name, optional, kind, description = match.groups()
        if kind == "enum":
            inside: Document = {"enum": value}
        elif kind == "array":
            inside = {"type": "array", "items": _load_pico(value)}
        else:
            inside = _load_pico(value)
        result["properties"][name] = inside | ({"description": description} if description else {})
        needed += [] if optional else [name]
    return result | ({"required": needed} if needed else {})


def load_properties(properties: Sequence[Mapping[str, Any]]) -> Document:
    """Load the properties of Prompty, each with a `name` and a `kind`, as the schema of an object.

    Raises:
        UnreadableError: One has no name.
    """
    result: Document = {"type": "object", "properties": {}}
    for item in properties:
        name = item.get("name")
        if not isinstance(name, str) or not name:
            raise UnreadableError("a property has no name")
        result["properties"][name] = _load_property(item)
    needed = [item["name"] for item in properties if item.get("required") is True]
    return result | ({"required": needed} if needed else {})


def _load_property(item: Mapping[str, Any]) -> Document:
    kind = KINDS.get(str(item.get("kind", item.get("type"))))
    fields: Document = {"type": kind} if kind else {}
    for name in ("description", "enum"):
        fields |= {name: item[name]} if item.get(name) is not None else {}
    if kind == "array" and isinstance(item.get("items"), dict):
        fields["items"] = _load_property(item["items"])
    if kind == "object" and isinstance(item.get("properties"), list):
        fields |= load_properties([each for each in item["properties"] if isinstance(each, dict)])
    return fields


def list_inputs(schema: Mapping[str, Any]) -> list[Document]:
    """List the variables that the schema of an object declares."""
    properties = schema.get("properties")
    needed = schema.get("required")
    return [
        _build_input(name, item if isinstance(item, dict) else {}, needed)
        for name, item in (properties.items() if isinstance(properties, dict) else ())
        if name
    ]


def _build_input(name: str, item: Mapping[str, Any], needed: Any) -> Document:
    declaration: Document = {"name": name}
    kind = item.get("type")
    if isinstance(kind, str) and kind in INPUT_TYPES:
        declaration["type"] = INPUT_TYPES[kind]
    if isinstance(item.get("description"), str):
        declaration["description"] = item["description"]
    return declaration | {"required": isinstance(needed, list) and name in needed}
