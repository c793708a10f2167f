"""The audit logs that somebody was admitted to."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

from shared.store import audit_items, keys
from shared.store.team import load_readable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from shared.domain.access_events import AccessEvent, EventFilter
    from shared.store.attributes import Item
    from shared.store.dynamodb import Database
    from shared.store.team import Annotations

MAX_LOGS = 500  # that one request reads together, each with a query of its own


class AuditStore:
    """One audit log or several, read as one."""

    def __init__(
        self, database: Database, team_ids: Sequence[str | None], annotations: Annotations
    ) -> None:
        """Bind the logs.

        Args:
            database: The tables.
            team_ids: The ids of the teams; None stands for the organisation's own log.
            annotations: The annotations of the current call.
        """
        self._database = database
        self._partitions = [keys.build_access_history(team_id) for team_id in team_ids]
        self._annotations = annotations

    def list_events(
        self, query: EventFilter, *, before: str | None = None, size: int | None = None
    ) -> Iterator[tuple[str, AccessEvent | None]]:
        """List the events, newest first; one that cannot be read is left out and named.

        Args:
            query: Which events to list.
            before: The position below which to start.
            size: How many events the caller expects to need; None for all.

        Returns:
            For each event in the time of the query its position, and the event; None for one that
            is not to be listed.

        Raises:
            Unavailable: AWS is busy or cannot be reached.
        """
        if query.until is not None:
            until = keys.dump_time(query.until)
            before = until if before is None else min(before, until)
        since = keys.dump_time(query.since) if query.since is not None else ""
        if size is not None:
            # Each log is likely to have its share; the pages of one that has more become larger.
            size = max(2, -(-size // len(self._partitions)))
        logs = [self._query(partition, before, size) for partition in self._partitions]
        last = ""
        rows = heapq.merge(*logs, key=_get_position, reverse=True)
        for item, event in load_readable(audit_items.load_access_event, rows, self._annotations):
            position = _get_position(item)
            if position < since:
                return
            # What concerns two teams is in the logs of both.
            if position != last:
                last = position
                yield position, event if query.matches(event) else None

    def _query(self, partition: str, before: str | None, size: int | None) -> Iterator[Item]:
        return self._database.query(
            "history", ("prompt_id", partition), "event", before=before, first_page=size
        )


def _get_position(item: Item) -> str:
    position: str = item["event"]["S"]
    return position
