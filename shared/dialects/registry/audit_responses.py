"""Responses with entries of audit logs; px0 says only that they are in `logs`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.responses import dump_author, dump_time

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from shared.dialects.registry import audit_models
    from shared.domain.access_events import AccessEvent


def dump_entry(event: AccessEvent) -> audit_models.AuditEntry:
    """Dump an entry of an audit log."""
    return {
        "id": event.id,
        "kind": event.kind,
        "at": dump_time(event.at),
        "by": {**dump_author(event.by), "kind": event.by.kind},
        "team_id": event.team_id,
        "subject": dump_author(event.subject),
        "request_id": event.request_id,
        "detail": dict(event.detail),
    }


def dump_entries(
    events: Iterable[tuple[str, AccessEvent | None]],
) -> Iterator[tuple[str, audit_models.AuditEntry | None]]:
    """Dump entries with their positions; None stands for one that is left out."""
    for position, event in events:
        yield position, None if event is None else dump_entry(event)
