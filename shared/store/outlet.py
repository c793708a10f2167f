"""Where changes of prompts go: EventBridge, or a queue for those that it can never take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shared import wire
from shared.domain.events import Notice, notice
from shared.store import aws, items

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shared.settings import Outlet as Settings

Record = dict[str, Any]

SOURCE = "cuebook"
# What EventBridge says of an entry that it will never take; all else may pass.
HOPELESS = frozenset({"InvalidArgument", "MalformedDetail"})
MOST_QUEUED = 200_000  # characters of a message, which has at most 262,144 bytes


class Unreadable(Exception):
    """A record of the stream that no prompt of ours can have left."""


class Outlet:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def put(self, notices: Sequence[Notice]) -> list[str | None]:
        """Publish a portion; of each notice the reason why it was not, if it was not.

        Raises Unavailable.
        """
        with aws.translated():
            answer = aws.eventbridge().put_events(Entries=[self._entry(one) for one in notices])
        return [entry.get("ErrorCode") for entry in answer["Entries"]]

    def set_aside(self, record: Record, reason: str) -> None:
        """Keep what can never be published, for a person to look at. Raises Unavailable."""
        told = wire.encode({"reason": reason, "record": record})
        with aws.translated():
            aws.sqs().send_message(
                QueueUrl=self._settings.unpublished_queue, MessageBody=told[:MOST_QUEUED]
            )

    def _entry(self, notice: Notice) -> Mapping[str, Any]:
        return {
            "EventBusName": self._settings.event_bus,
            "Source": SOURCE,
            "DetailType": notice.kind,
            "Time": notice.at,
            "Detail": notice.detail,
        }


def position(record: Record) -> str:
    """The record's place in its stream."""
    place: str = record["dynamodb"]["SequenceNumber"]
    return place


def notices(record: Record) -> list[Notice]:
    """What a record of the prompts' stream tells. Raises Unreadable."""
    image = record["dynamodb"].get("NewImage")
    if image is None:  # an item that went: only by hand, since prompts are never erased
        return []
    try:
        team_id, slug = image["team_id"]["S"], image["slug"]["S"]
        return [
            notice(event, record=position(record), team_id=team_id, slug=slug)
            for event in items.told_from(image)
        ]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Unreadable(f"{type(error).__name__}: {error}") from error
