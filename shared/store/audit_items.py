"""Conversion of entries of audit logs to items and back, as `items` explains."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from shared import exact_json
from shared.domain.access_events import AccessEvent
from shared.domain.shapes import check_shape
from shared.store import keys
from shared.store.attributes import Attributes
from shared.store.items import build_item, dump_author, load_author, name_damage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shared.store.attributes import Item


def dump_access_event(event: AccessEvent) -> Item:
    """Convert an event of an audit log to its item."""
    return build_item(
        {
            "entity": "access_event",
            "prompt_id": keys.build_access_history(event.team_id),
            "event": keys.build_event(event.at, event.id),
            "event_id": event.id,
            "kind": event.kind,
            "at": keys.dump_time(event.at),
            "by": {**dump_author(event.by), "kind": event.by.kind},
            "team_id": event.team_id,
            "subject": dump_author(event.subject),
            "request_id": event.request_id,
            "detail": exact_json.encode(event.detail),
        }
    )


def load_access_event(item: Mapping[str, Any]) -> AccessEvent:
    """Convert an item of the history to an event of an audit log.

    Raises:
        Unreadable: The item is damaged.
    """
    with name_damage("history", item):
        values = Attributes(item)
        by = values.take_map("by")
        kind = by.find("kind", str, default="")
        return AccessEvent(
            id=values.take("event_id", str),
            kind=values.take("kind", str),
            at=keys.load_time(values.take("at", str)),
            by=replace(load_author(by), kind=kind),
            team_id=values.find("team_id", str),
            subject=load_author(values.take_map("subject")),
            request_id=values.take("request_id", str),
            detail=check_shape(exact_json.decode_unbounded(values.take("detail", str)), dict),
        )
