"""Where the pointers of a prompt were at a time, from its history.

Events record which version was live after them. Events of earlier releases do not; for those, the
history is searched backwards for the event that made a version live.

What is read of an event's detail is in `shared.domain.stored.DETAILS`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.domain.model import Event

PROMOTIONS = ("version.promoted", "version.rolled_back")


def find_version(events: Iterable[Event], pointer: str) -> int | None:
    """Find the version that a pointer named after the last of some events.

    Args:
        events: All events of a prompt up to a time, newest first.
        pointer: `live`, `latest` or a tag.

    Returns:
        The number of the version; None if the pointer named none.
    """
    if pointer == "live":
        return _find_live(events)
    if pointer == "latest":
        return _find_latest(events)
    return _find_tag_target(events, pointer)


def _find_live(events: Iterable[Event]) -> int | None:
    archived_numbers: set[int] = set()
    for event in events:
        number = event.live_version
        if number is None:
            if event.kind == "version.archived":
                # If this was the live version, no version has been live since.
                archived_numbers.add(event.detail["version"])
            elif event.kind == "version.demoted":
                return None
            elif event.kind in PROMOTIONS and event.detail["status"] == "live":
                number = event.detail["version"]
        if number is not None:
            return None if number in archived_numbers or not number else number
    return None


def _find_latest(events: Iterable[Event]) -> int | None:
    deleted_numbers: set[int] = set()
    for event in events:
        if event.kind == "version.deleted":
            deleted_numbers.add(event.detail["version"])
        elif event.kind == "version.created" and event.detail["version"] not in deleted_numbers:
            number: int = event.detail["version"]
            return number
    return None


def _find_tag_target(events: Iterable[Event], tag: str) -> int | None:
    deleted_numbers: set[int] = set()
    for event in events:
        if event.kind == "version.deleted":
            deleted_numbers.add(event.detail["version"])  # deleting a version deletes its tags
        elif event.kind == "tag.removed" and event.detail["tag"] == tag:
            return None
        elif (event.kind == "tag.moved" and event.detail["tag"] == tag) or (
            event.kind == "tags.moved" and tag in event.detail["tags"]
        ):
            number: int = event.detail["to_version"]
            return None if number in deleted_numbers else number
    return None
