"""Publishing of events to EventBridge, and to a queue those that it will never accept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shared import exact_json
from shared.domain.notices import Notice, build_notice
from shared.store import aws, items

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from shared.settings import EventSettings

Record = dict[str, Any]  # one record of the stream of the table `prompts`

SOURCE = "cuebook"
# Error codes of entries that EventBridge will never accept; all others may succeed later.
PERMANENT_ERRORS = frozenset({"InvalidArgument", "MalformedDetail"})
MAX_QUEUED = 200_000  # characters of a message; SQS takes 262,144 bytes


class UnreadableRecordError(Exception):
    """A record of the stream, or an event in it, that cannot be read."""


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


def load_notices(record: Record) -> Iterator[Notice]:
    """Load the notices of a record's events.

    Raises:
        UnreadableRecordError: After the last notice: the record, or some of its events, cannot be
            read.
    """
    image = record["dynamodb"].get("NewImage")
    if image is None:  # a deleted item: only by hand, since the code never deletes heads
        return
    reasons: list[Exception] = []
    try:
        team_id, slug = image["team_id"]["S"], image["slug"]["S"]
        for event in items.list_head_events(image):
            if isinstance(event, Exception):
                reasons.append(event)
                continue
            number = get_sequence_number(record)
            yield build_notice(event, record=number, team_id=team_id, slug=slug)
    except items.DAMAGE as error:
        reasons.append(error)
    if reasons:
        texts = (f"{type(reason).__name__}: {reason}" for reason in reasons)
        raise UnreadableRecordError("; ".join(texts))
