"""Damage to stored items, at any depth of their attributes and of the JSON in them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.memory import Item

    Path = tuple[str | int, ...]

# Attributes whose text is JSON.
DOCUMENTS = ("content", "settings", "entries", "detail")
MISSING = object()
# What stands where something else should.
VALUES: tuple[Any, ...] = (MISSING, None, True, 7, "text", [], ["text"], [7], {}, {"key": 7})


def dump(value: Any) -> Item:
    """Convert a JSON value to an attribute of DynamoDB."""
    match value:
        case None:
            return {"NULL": True}
        case bool():
            return {"BOOL": value}
        case int() | float():
            return {"N": str(value)}
        case str():
            return {"S": value}
        case list():
            return {"L": [dump(item) for item in value]}
    return {"M": {name: dump(item) for name, item in value.items()}}


def load(attribute: Item) -> Any:
    """Convert an attribute of DynamoDB to a JSON value."""
    ((kind, data),) = attribute.items()
    match kind:
        case "N":
            return float(data) if "." in data else int(data)
        case "NULL":
            return None
        case "L":
            return [load(item) for item in data]
        case "M":
            return {name: load(item) for name, item in data.items()}
    return data


def open_documents(item: Item) -> dict[str, Any]:
    """Convert an item to values, and the JSON in it too."""
    values = {name: load(attribute) for name, attribute in item.items()}
    return {
        name: json.loads(value) if name in DOCUMENTS else value for name, value in values.items()
    }


def close_documents(values: dict[str, Any]) -> Item:
    """Convert values to an item again."""
    return {
        name: {"S": json.dumps(value)} if name in DOCUMENTS else dump(value)
        for name, value in values.items()
    }


def list_paths(value: Any, path: Path = ()) -> Iterator[Path]:
    """List the paths of everything in a value."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for step, inner in pairs:
        yield (*path, step)
        if isinstance(inner, dict | list):
            yield from list_paths(inner, (*path, step))


def damage_item(item: Item, path: Path, value: Any) -> Item:
    """Replace what is at a path of an item."""
    values: Any = open_documents(item)
    inner = values
    for step in path[:-1]:
        inner = inner[step]
    if value is MISSING:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return close_documents(values)
