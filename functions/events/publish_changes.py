"""Stream of the prompts → event bus"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile
from typing import Any

from shared import observe, settings
from shared.domain.events import Notice, portions
from shared.errors import Unavailable
from shared.store.outlet import HOPELESS, Outlet, Record, Unreadable, notices, position

Unfit = dict[str, str]


def publish_changes(records: Sequence[Record], outlet: Outlet) -> str | None:
    """Publish what records of the stream tell: in order, each event at least once.

    Returns the place of the record to go on from later, unless all is done: after a failure nothing
    more goes out, so that no event of a prompt overtakes another. What can never be published does
    not hold up the rest.
    """
    unfit: Unfit = {}  # the reason, by the place of the record
    told = [notice for record in records for notice in _read(record, unfit)]
    failures = (_publish(portion, outlet, unfit) for portion in portions(told))
    goes_on = next((place for place in failures if place is not None), None)
    for record in takewhile(lambda record: position(record) != goes_on, records):
        if (reason := unfit.get(position(record))) is not None:
            outlet.set_aside(record, reason)
    observe.published(records=len(records), unfit=len(unfit), complete=goes_on is None)
    return goes_on


def _read(record: Record, unfit: Unfit) -> Iterator[Notice]:
    try:
        yield from notices(record)
    except Unreadable as error:
        unfit[position(record)] = str(error)


def _publish(portion: Sequence[Notice], outlet: Outlet, unfit: Unfit) -> str | None:
    """Returns the place of the first notice that must be sent again, if any."""
    try:
        failures = outlet.put(portion)
    except Unavailable:
        return portion[0].record
    for notice, failure in zip(portion, failures, strict=True):
        if failure in HOPELESS:
            unfit[notice.record] = f"{notice.kind}: {failure}"
        elif failure is not None:
            return notice.record
    return None


def lambda_handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    goes_on = publish_changes(event["Records"], Outlet(settings.outlet()))
    return {"batchItemFailures": [] if goes_on is None else [{"itemIdentifier": goes_on}]}
