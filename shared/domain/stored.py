"""Shapes of what only one dialect stores, as far as reading it relies on them.

They are checked when an item is loaded: damage to a part makes the item unreadable, by its name,
and not the lists and the other items that are read together with it.
"""

from __future__ import annotations

from types import NoneType
from typing import TYPE_CHECKING, Any

from shared.domain.shapes import check_shape

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shared.domain.shapes import Shape

    Shapes = Mapping[str, Mapping[str, Shape]]


def _part(document: Shape) -> Shape:
    """The shape of a part that a lens has stored with the state of its fields."""
    return {"document": document, "state": str}


MESSAGE: Shape = {"role": str, "content": str}
# Parts in the extras of a content by dialect; a content has some of them.
EXTRAS: Shapes = {
    "maxim": {
        "messages": _part([dict]),
        "model": _part({"modelProvider": str, "modelName": str}),
        "parameters": _part(dict),
        "tools": _part((NoneType, [dict])),
    },
    "langwatch": {
        "texts": _part({"prompt": str, "messages": [MESSAGE]}),
        "messages": [MESSAGE],  # of earlier releases
        "model": _part(str),
        "settings": _part(dict),
        "inputs": _part([{"identifier": str}]),
        "outputs": _part([{"identifier": str}]),
    },
    "langfuse": {"config": _part(str)},
    "tela": {
        name: _part(dict)
        for name in ("texts", "model", "parameters", "type", "output", "variables")
    },
}
DEPLOYMENT: Shape = {
    "id": str,
    "versionId": str,
    "number": int,
    "timestamp": str,
    "conditions": [{"variable": str, "operator": str, "value": str}],
}
# Settings of a prompt by dialect; a prompt has some of them.
SETTINGS: Shapes = {
    "maxim": {
        "folderId": (str, NoneType),
        "config": dict,
        "deployments": [DEPLOYMENT],
    },
    "tela": {"environments": [str]},
}

_OF_VERSION: Shape = {"version": int}
_OF_PROMOTION: Shape = {"version": int, "status": str}
# Details of events by kind, as far as the search of a history relies on them.
DETAILS: Mapping[str, Shape] = {
    "version.created": _OF_VERSION,
    "version.promoted": _OF_PROMOTION,
    "version.rolled_back": _OF_PROMOTION,
    "version.archived": _OF_VERSION,
    "version.deleted": _OF_VERSION,
    "tag.moved": {"tag": str, "to_version": int},
    "tags.moved": {"tags": [str], "to_version": int},
    "tag.removed": {"tag": str},
    "split.set": {"pointer": str},
    "split.ended": {"pointer": str},
}


def check_detail(kind: str, detail: Any) -> dict[str, Any]:
    """Check the detail of an event.

    Returns:
        The same detail.

    Raises:
        TypeError: It has another shape than events of this kind have.
    """
    fields: dict[str, Any] = check_shape(check_shape(detail, dict), DETAILS.get(kind, dict))
    return fields


def check_parts(parts: Mapping[str, Any], shapes: Shapes) -> None:
    """Check those parts of several dialects whose shapes are known.

    Raises:
        TypeError: One has another shape.
    """
    for dialect, shapes_of_dialect in shapes.items():
        own = parts.get(dialect, {})
        for name in shapes_of_dialect.keys() & own.keys():
            check_shape(own[name], shapes_of_dialect[name])
