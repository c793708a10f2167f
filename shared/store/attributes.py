"""Conversion of Python values to DynamoDB attributes and back, for the types that items use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Item = dict[str, Any]


def dump_value(value: Any) -> dict[str, Any]:
    """Convert a value to an attribute.

    Raises:
        TypeError: Items do not hold values of this type.
    """
    match value:
        case bool():
            return {"BOOL": value}
        case str():
            return {"S": value}
        case int():
            return {"N": str(value)}
        case Mapping():
            return {"M": {name: dump_value(item) for name, item in value.items()}}
        case list() | tuple():
            return {"L": [dump_value(item) for item in value]}
    raise TypeError(f"an item cannot hold a {type(value).__name__}; add its type to dump_value")


def load_value(attribute: Mapping[str, Any]) -> Any:
    """Convert an attribute to its value."""
    ((kind, data),) = attribute.items()
    match kind:
        case "N":
            return int(data)
        case "M":
            return {name: load_value(item) for name, item in data.items()}
        case "L":
            return [load_value(item) for item in data]
    return data


def dump_item(values: Mapping[str, Any]) -> Item:
    """Convert values by name to an item; it has no attribute for None."""
    return {name: dump_value(value) for name, value in values.items() if value is not None}


def load_item(item: Mapping[str, Any]) -> dict[str, Any]:
    """Convert an item to its values by name."""
    return {name: load_value(attribute) for name, attribute in item.items()}
