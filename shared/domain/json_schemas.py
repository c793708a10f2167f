"""What is wrong with a JSON Schema, as far as a model's output or the arguments of a tool need it.

Source: JSON Schema, draft 2020-12, and what of draft 7 people still write.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from shared.texts import excerpt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TYPES = ("array", "boolean", "integer", "null", "number", "object", "string")
# Keywords by what their values must be.
SCHEMAS = frozenset(
    {"additionalItems", "additionalProperties", "contains", "else", "if", "items", "not"}
    | {"propertyNames", "then", "unevaluatedItems", "unevaluatedProperties"}
)
LISTS_OF_SCHEMAS = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
OBJECTS_OF_SCHEMAS = frozenset(
    {"$defs", "definitions", "dependentSchemas", "patternProperties", "properties"}
)
NUMBERS = frozenset({"exclusiveMaximum", "exclusiveMinimum", "maximum", "minimum", "multipleOf"})
COUNTS = frozenset(
    {"maxContains", "maxItems", "maxLength", "maxProperties"}
    | {"minContains", "minItems", "minLength", "minProperties"}
)
TEXTS = frozenset({"$ref", "description", "format", "pattern", "title"})
LISTS = frozenset({"enum", "examples"})
FLAGS = frozenset({"deprecated", "readOnly", "uniqueItems", "writeOnly"})


def find_errors(schema: Any, path: str) -> Iterator[tuple[str, str]]:
    """Find what is wrong with a schema.

    Args:
        schema: The schema, a JSON value.
        path: Its path, such as `tools[0].function.parameters`.

    Yields:
        The path of what is wrong, and what it must be.
    """
    if isinstance(schema, bool):
        return
    if not isinstance(schema, dict):
        yield path, "must be a JSON Schema, which is an object"
        return
    for name, value in schema.items():
        place = f"{path}.{excerpt(name)}"
        if name in SCHEMAS and not (name == "items" and isinstance(value, list)):
            yield from find_errors(value, place)
        elif name in LISTS_OF_SCHEMAS or name == "items":
            yield from _find_in_list(value, place)
        elif name in OBJECTS_OF_SCHEMAS:
            yield from _find_in_object(value, place)
        elif (message := _describe_error(name, value)) is not None:
            yield place, message


def _find_in_list(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if not isinstance(value, list) or not value:
        yield path, "must be a list of at least one schema"
        return
    for number, item in enumerate(value):
        yield from find_errors(item, f"{path}[{number}]")


def _find_in_object(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if not isinstance(value, dict):
        yield path, "must be an object with a schema for each name"
        return
    for name, item in value.items():
        yield from find_errors(item, f"{path}.{excerpt(name)}")


def _describe_error(name: str, value: Any) -> str | None:
    """Describe what is wrong with the value of a keyword that has no schemas; None for nothing."""
    for names, is_right, message in _RULES:
        if name in names:
            return None if is_right(value) else message
    return None


def _is_type(value: Any) -> bool:
    types = value if isinstance(value, list) else [value]
    return bool(types) and all(isinstance(each, str) and each in TYPES for each in types)


def _is_list_of_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _is_count(value: Any) -> bool:
    return _is_number(value) and value >= 0 and value == int(value)


_RULES: tuple[tuple[frozenset[str], Callable[[Any], bool], str], ...] = (
    (frozenset({"type"}), _is_type, f"must be one of {', '.join(TYPES)}, or a list of these"),
    (frozenset({"required"}), _is_list_of_texts, "must be a list of names"),
    (NUMBERS, _is_number, "must be a number"),
    (COUNTS, _is_count, "must be a whole number that is not negative"),
    (TEXTS, lambda value: isinstance(value, str), "must be a text"),
    (LISTS, lambda value: isinstance(value, list), "must be a list"),
    (FLAGS, lambda value: isinstance(value, bool), "must be true or false"),
)
