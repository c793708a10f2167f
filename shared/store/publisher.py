"""Publishing of events to EventBridge, and to a queue those that it will never accept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shared import exact_json
from shared.domain.notices import Notice, build_notice
from shared.store import aws, items

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shared.settings import EventSettings

Record = dict[str, Any]  # one record of the stream of the table `prompts`

SOURCE = "cuebook"
# Error codes of entries that EventBridge will never accept; all others may succeed later.
PERMANENT_ERRORS = frozenset({"InvalidArgument", "MalformedDetail"})
MAX_QUEUED = 200_000  # characters of a message; SQS takes 262,144 bytes


class UnreadableRecordError(Exception):
    """A record of the stream that is not a valid prompt."""


class Publisher:
    """Publishes events.

    Every method raises `Unavailable` while AWS is busy or cannot be reached.
    """

    def __init__(self, settings: EventSettings) -> None:
        self._settings = settings

    def publish(self, notices: Sequence[Notice]) -> list[str | None]:
        """Publish a batch.

        Returns:
            EventBridge's error code for each notice; None where it was published.
        """
        with aws.translate_errors():
            response = aws.get_eventbridge().put_events(
                Entries=[self._build_entry(notice) for notice in notices]
            )
        return [entry.get("ErrorCode") for entry in response["Entries"]]

    def queue_unpublishable(self, record: Record, reason: str) -> None:
        """Put a record that can never be published into a queue, for an operator to inspect."""
        message = exact_json.encode({"reason": reason, "record": record})
        with aws.translate_errors():
            aws.get_sqs().send_message(
                QueueUrl=self._settings.unpublished_queue, MessageBody=message[:MAX_QUEUED]
            )

    def _build_entry(self, notice: Notice) -> Mapping[str, Any]:
        return {
            "EventBusName": self._settings.event_bus,
            "Source": SOURCE,
            "DetailType": notice.kind,
            "Time": notice.at,
            "Detail": notice.detail,
        }


def get_sequence_number(record: Record) -> str:
    """Get the sequence number of a record in its stream."""
    number: str = record["dynamodb"]["SequenceNumber"]
    return number


def load_notices(record: Record) -> list[Notice]:
    """Load the notices of a record's events.

    Raises:
        UnreadableRecordError: The record is not a valid prompt.
    """
    image = record["dynamodb"].get("NewImage")
    if image is None:  # a deleted item: only by hand, since the code never deletes heads
        return []
    try:
        team_id, slug = image["team_id"]["S"], image["slug"]["S"]
        return [
            build_notice(event, record=get_sequence_number(record), team_id=team_id, slug=slug)
            for event in items.load_head_events(image)
        ]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnreadableRecordError(f"{type(error).__name__}: {error}") from error
