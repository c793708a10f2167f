"""Changes: values that pure rules make and the store writes.

Every write increments the revision of the prompt's head, so that writes to a prompt happen one
after the other however many writers there are, and each adds an event to the history.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from shared.domain.model import MAX_MOVES, Event, Move
from shared.ids import MICROSECOND, new_id

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from shared.domain.model import Author, Payload, Prompt, Version
    from shared.domain.references import Composition
    from shared.domain.release_requests import ReleaseRequest

Subject = TypeVar("Subject")
NextSubject = TypeVar("NextSubject")


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Who makes a change, and when.

    Attributes:
        by: The author.
        now: The time of the request, in UTC.
        request_id: The id of the request; empty for operators.
    """

    by: Author
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    request_id: str = ""

    def get_time_after(self, prompt: Prompt) -> datetime:
        """Get the time of the request, or a later one that follows the prompt's last change.

        The clocks of two machines can differ.
        """
        return max(self.now, prompt.changed_at + MICROSECOND)


class Inclusion(NamedTuple):
    """A version that is written, and includes others.

    Attributes:
        version: The version.
        composition: What it includes.
        heads: The prompts of all parts as they were read, by id.
    """

    version: Version
    composition: Composition
    heads: Mapping[str, Prompt]


@dataclass(frozen=True, kw_only=True)
class Change(Generic[Subject]):
    """A write to one prompt, which happens completely or not at all.

    Attributes:
        before: The head before the change; None for a new prompt.
        after: The head after the change.
        events: Empty if nothing changes, as when a tag is set to the version that it names already.
        subject: The version, payload or release request that the change is about, in its new state;
            None for the prompt itself.
        puts: New and replaced versions, payloads and release requests.
        deletes: Deleted versions and payloads.
        inclusions: The versions that are written and include others; None as long as that has not
            been looked for.
        exclusions: The ids of prompts that a version does not include any more, by its number.
    """

    before: Prompt | None
    after: Prompt
    events: tuple[Event, ...] = ()
    subject: Subject
    puts: tuple[Version | Payload | ReleaseRequest, ...] = ()
    deletes: tuple[Version | Payload, ...] = ()
    inclusions: tuple[Inclusion, ...] | None = None
    exclusions: Mapping[int, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def none(cls, prompt: Prompt, *, subject: Subject) -> Change[Subject]:
        """Build a change without effect, which is not written."""
        return cls(before=prompt, after=prompt, subject=subject)

    def then(self, follow: Callable[[Prompt], Change[NextSubject]]) -> Change[NextSubject]:
        """Combine this change with a second one.

        Args:
            follow: Makes the second change from the head after this one.

        Returns:
            Both as one change, with the subject of the second.
        """
        second = follow(self.after)
        puts = {part.id: part for part in (*self.puts, *second.puts)}
        return Change(
            before=self.before,
            after=second.after,
            events=(*self.events, *second.events),
            subject=second.subject,
            puts=tuple(puts.values()),
            deletes=(*self.deletes, *second.deletes),
        )


def _note_moves(before: Prompt, after: Prompt, at: datetime) -> Mapping[int, datetime]:
    """Note the versions that tags have come to, and those that any pointer has left.

    A version that becomes live changes itself, and so need not be noted.
    """
    numbers: set[int | None] = set()
    if before.tags != after.tags:
        for tag in before.tags.keys() | after.tags.keys():
            if before.tags.get(tag) != after.tags.get(tag):
                numbers |= {before.tags.get(tag), after.tags.get(tag)}
    if before.live_version != after.live_version:
        numbers.add(before.live_version)
    moves = {number: at for number in numbers if number is not None}
    if not moves:
        return before.moved_at
    others = {
        number: moved_at
        for number, moved_at in sorted(before.moved_at.items(), key=lambda move: move[1])
        if number not in moves
    }
    return dict([*others.items(), *sorted(moves.items())][-MAX_MOVES:])


def _note_live_move(before: Prompt, after: Prompt, at: datetime, by: Author) -> Move | None:
    """Note how the version that is live after a change became live."""
    number = after.live_version
    if number == before.live_version or number is None:
        return before.live_move if number is not None else None
    return Move(version=number, at=at, by=by)


def _note_claims(before: Prompt, after: Prompt, at: datetime) -> Mapping[str, datetime]:
    """Note since when a prompt has had its name and slug: they are claimed in a team and scope."""
    if not before.revision:
        return after.claimed_at
    has_moved = (before.team_id, before.scope) != (after.team_id, after.scope)
    claims = {
        "name": has_moved or before.name != after.name,
        "slug": has_moved or before.slug != after.slug,
    }
    return {**before.claimed_at, **{kind: at for kind, is_new in claims.items() if is_new}}


def build_change(
    prompt: Prompt,
    origin: Origin,
    kind: str,
    *,
    subject: Subject,
    detail: Mapping[str, Any] | None = None,
    puts: tuple[Version | Payload | ReleaseRequest, ...] = (),
    deletes: tuple[Version | Payload, ...] = (),
    **fields: Any,
) -> Change[Subject]:
    """Build a change with one event.

    Args:
        prompt: The head before the change; with revision 0 if the prompt is not stored yet.
        origin: Who makes the change, and when.
        kind: The kind of the event.
        subject: The version, payload or release request that the change is about; None for the
            prompt itself.
        detail: The detail of the event.
        puts: New and replaced versions, payloads and release requests.
        deletes: Deleted versions and payloads.
        **fields: New values of fields of the head.
    """
    at = origin.get_time_after(prompt)
    after = replace(prompt, revision=prompt.revision + 1, changed_at=at, **fields)
    splits = {  # a pointer that moves is not split any more
        pointer: split
        for pointer, split in after.splits.items()
        if split[0].version == after.resolve_selector(pointer)
    }
    after = replace(
        after,
        splits=splits,
        changed_by=origin.by,
        live_move=_note_live_move(prompt, after, at, origin.by),
        moved_at=_note_moves(prompt, after, at),
        claimed_at=_note_claims(prompt, after, at),
    )
    event = Event(
        id=new_id(),
        prompt_id=prompt.id,
        sequence=after.revision,
        kind=kind,
        at=at,
        by=origin.by,
        detail=detail or {},
        live_version=after.live_version or 0,
        request_id=origin.request_id,
    )
    return Change(
        before=prompt if prompt.revision else None,
        after=after,
        events=(event,),
        subject=subject,
        puts=puts,
        deletes=deletes,
    )
