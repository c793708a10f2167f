"""What the outside is told of a change, and in what portions it can be told in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared import wire

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from shared.domain.changes import Event

# What EventBridge takes at once; it counts a little more than the details.
MOST_NOTICES = 10
MOST_BYTES = 250_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One event, ready to be sent.

    Args:
        record: the place in the stream of the record that tells of it.
        detail: a JSON object.
    """

    record: str
    prompt_id: str
    kind: str
    at: datetime
    detail: str

    @property
    def size(self) -> int:
        return len(self.detail.encode())


def notice(event: Event, *, record: str, team_id: str, slug: str) -> Notice:
    """Args:
    team_id, slug: of the prompt after the change.
    """
    told = {
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
    return Notice(
        record=record,
        prompt_id=event.prompt_id,
        kind=event.kind,
        at=event.at,
        detail=wire.encode(told),
    )


def portions(notices: Iterable[Notice]) -> Iterator[list[Notice]]:
    """The same notices in the same order, in portions of at most one notice for each prompt.

    Of a portion any may fail and any other succeed: had two been of one prompt, the later one could
    have gone out alone.
    """
    portion: list[Notice] = []
    size = 0
    for notice in notices:
        full = len(portion) == MOST_NOTICES or size + notice.size > MOST_BYTES
        if portion and (full or notice.prompt_id in {other.prompt_id for other in portion}):
            yield portion
            portion, size = [], 0
        portion.append(notice)
        size += notice.size
    if portion:
        yield portion
