"""Python values to DynamoDB attributes and back, for the few types that our items use."""

from collections.abc import Mapping
from typing import Any

Item = dict[str, Any]


def attribute(value: Any) -> dict[str, Any]:
    match value:
        case bool():
            return {"BOOL": value}
        case str():
            return {"S": value}
        case int():
            return {"N": str(value)}
        case Mapping():
            return {"M": {name: attribute(item) for name, item in value.items()}}
        case list() | tuple():
            return {"L": [attribute(item) for item in value]}
    raise TypeError(f"no attribute for {type(value).__name__}")


def value(attribute: Mapping[str, Any]) -> Any:
    ((kind, stored),) = attribute.items()
    match kind:
        case "N":
            return int(stored)
        case "M":
            return {name: value(item) for name, item in stored.items()}
        case "L":
            return [value(item) for item in stored]
    return stored


def item(values: Mapping[str, Any]) -> Item:
    """An item of the values that are there: an absent attribute stands for None."""
    return {name: attribute(given) for name, given in values.items() if given is not None}


def values(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value(stored) for name, stored in item.items()}
