"""Conversion of Python values to DynamoDB attributes and back, for the types that items use."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, TypeVar, overload

Item = dict[str, Any]
INTEGER = re.compile("-?[0-9]+")
Kind = TypeVar("Kind")


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
        case frozenset() if value:  # of texts; DynamoDB has no empty ones
            return {"SS": sorted(value)}
    raise TypeError(f"an item cannot hold a {type(value).__name__}; add its type to dump_value")


def load_value(attribute: Mapping[str, Any]) -> Any:
    """Convert an attribute to its value, also of types that only another release stores."""
    ((kind, data),) = attribute.items()
    match kind:
        case "N":
            return int(data) if INTEGER.fullmatch(data) else Decimal(data)
        case "NULL":
            return None
        case "M":
            return {name: load_value(item) for name, item in data.items()}
        case "L":
            return [load_value(item) for item in data]
        case "SS":
            return frozenset(data)
    return data


def dump_item(values: Mapping[str, Any]) -> Item:
    """Convert values by name to an item; it has no attribute for None."""
    return {name: dump_value(value) for name, value in values.items() if value is not None}


def load_item(item: Mapping[str, Any]) -> dict[str, Any]:
    """Convert an item to its values by name."""
    return {name: load_value(attribute) for name, attribute in item.items()}


class Attributes:
    """The attributes of an item, which are taken out one by one.

    What is left when all that a release knows is taken was written by another release. It stays in
    DynamoDB's form, so that its types need not be known either.
    """

    def __init__(self, item: Mapping[str, Any]) -> None:
        self._rest = dict(item)

    def take(self, name: str, kind: type[Kind]) -> Kind:
        """Take out an attribute.

        Args:
            name: The name of the attribute.
            kind: The type of its value.

        Raises:
            KeyError: The item does not have it.
            TypeError: Its value has another type.
        """
        value = load_value(self._rest.pop(name))
        if type(value) is not kind:
            raise TypeError(name)
        return value

    @overload
    def find(self, name: str, kind: type[Kind]) -> Kind | None: ...

    @overload
    def find(self, name: str, kind: type[Kind], default: Kind) -> Kind: ...

    def find(self, name: str, kind: type[Kind], default: Kind | None = None) -> Kind | None:
        """Take out an attribute that not every item has.

        Raises:
            TypeError: Its value has another type.
        """
        return self.take(name, kind) if name in self._rest else default

    def take_map(self, name: str) -> Attributes:
        """Take out an attribute that has attributes itself.

        Raises:
            KeyError: The item does not have it, or it is something else.
        """
        return Attributes(self._rest.pop(name)["M"])

    def drop(self, *names: str) -> None:
        """Remove attributes that are written anew each time."""
        for name in names:
            self._rest.pop(name, None)

    @property
    def rest(self) -> Item:
        """The attributes that have not been taken, in DynamoDB's form."""
        return self._rest
