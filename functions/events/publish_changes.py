"""Publish the events in the stream of the table `prompts` to the event bus."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, Any

from shared import observe
from shared.domain.notices import split_batches
from shared.problems import Unavailable
from shared.settings import get_event_settings
from shared.store.publisher import (
    PERMANENT_ERRORS,
    Publisher,
    UnreadableRecordError,
    get_sequence_number,
    load_notices,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from shared.domain.notices import Notice
    from shared.store.publisher import Record

Reasons = dict[str, str]  # why a record can never be published, by its sequence number


def publish_changes(records: Sequence[Record], publisher: Publisher) -> str | None:
    """Publish the events in records of the stream in order, each at least once.

    After a temporary error nothing more is published, so that events of a prompt keep their order.
    Events that can never be published do not delay others.

    Returns:
        The sequence number of the record to resume at; None if all records are done.
    """
    reasons: Reasons = {}
    notices = [notice for record in records for notice in _load(record, reasons)]
    unsent = (_publish(batch, publisher, reasons) for batch in split_batches(notices))
    resume_at = next((number for number in unsent if number is not None), None)
    for record in takewhile(lambda record: get_sequence_number(record) != resume_at, records):
        if (reason := reasons.get(get_sequence_number(record))) is not None:
            publisher.queue_unpublishable(record, reason)
    observe.report_batch(
        records=len(records), unpublishable=len(reasons), complete=resume_at is None
    )
    return resume_at


def _load(record: Record, reasons: Reasons) -> Iterator[Notice]:
    try:
        yield from load_notices(record)
    except UnreadableRecordError as error:
        reasons[get_sequence_number(record)] = str(error)


def _publish(batch: Sequence[Notice], publisher: Publisher, reasons: Reasons) -> str | None:
    """Publish a batch.

    Returns:
        The sequence number of the first record that must be published again, if any.
    """
    try:
        codes = publisher.publish(batch)
    except Unavailable:
        return batch[0].record
    for notice, code in zip(batch, codes, strict=True):
        if code in PERMANENT_ERRORS:
            reasons[notice.record] = f"{notice.kind}: {code}"
        elif code is not None:
            return notice.record
    return None


def lambda_handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Publish the records of one invocation, and tell Lambda where to resume."""
    resume_at = publish_changes(event["Records"], Publisher(get_event_settings()))
    return {"batchItemFailures": [] if resume_at is None else [{"itemIdentifier": resume_at}]}
