"""Notices: events as they are published, in batches that keep their order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared import exact_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from shared.domain.model import Event

# Limits of one PutEvents call: 10 entries and 256 KB, of which the details are the largest part.
MAX_NOTICES = 10
MAX_BYTES = 250_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One event, ready to be published.

    Attributes:
        record: The sequence number of the stream record that the event comes from.
        prompt_id: The id of the event's prompt.
        kind: The event's kind, such as `version.created`.
        at: When the event happened.
        detail: The published JSON object.
    """

    record: str
    prompt_id: str
    kind: str
    at: datetime
    detail: str

    @property
    def size(self) -> int:
        """The size of the detail in bytes."""
        return len(self.detail.encode())


def build_notice(event: Event, *, record: str, team_id: str, slug: str) -> Notice:
    """Build the notice of an event.

    Args:
        event: The event.
        record: The sequence number of the stream record that the event comes from.
        team_id: The prompt's team after the change.
        slug: The prompt's slug after the change.
    """
    detail = {
        "id": event.id,
        "sequence": event.sequence,
        "event": event.kind,
        "at": f"{event.at:%Y-%m-%dT%H:%M:%S.%fZ}",
        "by": {"id": event.by.id, "name": event.by.name},
        "team_id": team_id,
        "prompt_id": event.prompt_id,
        "slug": slug,
        "detail": event.detail,
    }
    if event.live_version is not None:
        detail["live_version"] = event.live_version or None
    return Notice(
        record=record,
        prompt_id=event.prompt_id,
        kind=event.kind,
        at=event.at,
        detail=exact_json.encode(detail),
    )


def split_batches(notices: Iterable[Notice]) -> Iterator[list[Notice]]:
    """Split notices into batches in the same order, with at most one notice per prompt in each.

    EventBridge can accept some notices of a batch and reject others. With two notices of one
    prompt in a batch, it could publish only the later one.
    """
    batch: list[Notice] = []
    size = 0
    for notice in notices:
        is_full = len(batch) == MAX_NOTICES or size + notice.size > MAX_BYTES
        if batch and (is_full or notice.prompt_id in {other.prompt_id for other in batch}):
            yield batch
            batch, size = [], 0
        batch.append(notice)
        size += notice.size
    if batch:
        yield batch
