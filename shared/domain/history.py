"""Where the pointers of a prompt were at a time, from its history.

Events record which version was live after them. Events of earlier releases do not; for those, the
history is searched backwards for the event that made a version live.

What is read of an event's detail is in `shared.domain.stored.DETAILS`.
"""

from __future__ import annotations

from itertools import chain, pairwise
from typing import TYPE_CHECKING

from shared.domain.model import LIVE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from shared.domain.model import Event, Prompt

PROMOTIONS = ("version.promoted", "version.rolled_back")


def find_version(events: Iterable[Event], pointer: str) -> int | None:
    """Find the version that a pointer named after the last of some events.

    Args:
        events: All events of a prompt up to a time, newest first.
        pointer: `live`, `latest` or a tag.

    Returns:
        The number of the version; None if the pointer named none.
    """
    if pointer == LIVE:
        return _find_live(events)
    if pointer == "latest":
        return _find_latest(events)
    return _find_tag_target(events, pointer)


def was_live_here(events: Iterable[Event], number: int, prompt: Prompt) -> bool:
    """Tell whether a version was live under a prompt's name and slug, since it came into its team.

    Args:
        events: Events of the prompt up to now, newest first.
        number: The number of the version.
        prompt: The prompt, as it is now.
    """
    names = {"name": prompt.name, "slug": prompt.slug}
    is_renamed = is_candidate = False
    for event in events:
        if event.kind == "prompt.moved":
            return False
        if event.kind in ("prompt.renamed", "prompt.created"):
            # The names from this event on, up to the next one that was passed before.
            if is_candidate and names.items() <= event.detail.items():
                return True
            is_renamed, is_candidate = True, False
        elif (
            event.kind in PROMOTIONS
            and event.detail["status"] == "live"
            and event.detail["version"] == number
        ):
            if not is_renamed:
                return True
            is_candidate = True
    return False


def find_last_moves(
    prompt: Prompt, events: Iterable[Event], pointers: Iterable[str]
) -> dict[str, Event]:
    """Find the last event after which each pointer has given something else than before.

    That a prompt is found by another name is not one of them.

    Args:
        prompt: The head after the first of the events.
        events: Events of the prompt, newest first, without gaps.
        pointers: `live` and tags.

    Returns:
        The events by pointer, without those that are older than all events.
    """
    moves: dict[str, Event] = {}
    ends: dict[tuple[str, int], Event] = {}  # by kind and version
    targets = {name: {share.version for share in prompt.list_shares(name)} for name in pointers}
    if LIVE in targets:
        targets[LIVE].update(deployment["number"] for deployment in prompt.deployments)
    rows: Iterable[Event | None] = chain(events, [None])
    for event, older in pairwise(rows):
        if event is None or targets.keys() == moves.keys():
            break
        if event.kind in ("version.archived", "version.deleted"):
            ends[event.kind, event.detail["version"]] = event
        for pointer in targets.keys() - moves.keys():
            if pointer == LIVE:
                move = _find_move_of_live(event, older, ends)
            else:
                move = _find_move_of_tag(event, pointer, ends)
            if move is None and _changes_target(event, pointer, targets[pointer]):
                move = event
            if move is not None:
                moves[pointer] = move
    return moves


def _find_move_of_live(
    event: Event, older: Event | None, ends: Mapping[tuple[str, int], Event]
) -> Event | None:
    if event.kind == "prompt.configured":
        return event if "conditions" in event.detail else None  # one of Maxim's deployments
    if older and event.live_version is not None and older.live_version is not None:
        return event if event.live_version != older.live_version else None
    if event.kind in PROMOTIONS and event.detail["status"] == LIVE:
        return ends.get(("version.archived", event.detail["version"]), event)
    return event if event.kind == "version.demoted" else None


def _find_move_of_tag(
    event: Event, tag: str, ends: Mapping[tuple[str, int], Event]
) -> Event | None:
    if event.kind == "tag.removed":
        return event if event.detail["tag"] == tag else None
    if (event.kind == "tag.moved" and event.detail["tag"] == tag) or (
        event.kind == "tags.moved" and tag in event.detail["tags"]
    ):
        # Deleting a version deletes its tags.
        return ends.get(("version.deleted", event.detail["to_version"]), event)
    return None


def _changes_target(event: Event, pointer: str, numbers: Collection[int]) -> bool:
    """Tell whether an event changes what a pointer at some versions gives, and does not move it."""
    if event.kind in ("split.set", "split.ended"):
        return bool(event.detail["pointer"] == pointer)
    if event.kind == "version.updated" or (event.kind == "version.archived" and pointer == LIVE):
        # A deployment of Maxim's gives no version that has been archived.
        return event.detail.get("version") in numbers
    # Nobody in the new team has decided on it before.
    return event.kind == "prompt.moved" and bool(numbers)


def find_previous_live(events: Iterable[Event], current: int | None) -> int | None:
    """Find the version that was live before the current one, or last if none is live.

    Args:
        events: All events of a prompt, newest first.
        current: The number of the live version; None if there is none.

    Returns:
        The number of the version; None if no other has been live.
    """
    for event in events:
        number = event.live_version
        if number is None and event.kind in PROMOTIONS and event.detail["status"] == LIVE:
            number = event.detail["version"]
        if number and number != current:
            return number
    return None


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
            elif event.kind in PROMOTIONS and event.detail["status"] == LIVE:
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
