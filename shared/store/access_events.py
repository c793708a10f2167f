"""The history of keys, people and teams: each write of them has its event in its transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.store import audit_items
from shared.store.transactions import Write

if TYPE_CHECKING:
    from shared.domain.access_events import AccessEvent
    from shared.store.dynamodb import Database


def build_access_event(database: Database, event: AccessEvent) -> Write:
    """Build the write of an event, for the transaction of the change that it tells of."""
    return Write(database.build_put("history", audit_items.dump_access_event(event)))
