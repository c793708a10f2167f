"""What a write to a prompt consists of: a value that pure rules make and the store carries out.

Every write moves the prompt's head from one revision to the next, so that the writes to a prompt
come one after the other however many writers there are, and each leaves one event.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from uuid import UUID, uuid4

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from shared.domain.payloads import Payload
    from shared.domain.prompts import Prompt
    from shared.domain.versions import Version

About = TypeVar("About")
# The one spelling of the ids that we give out.
ID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
Next = TypeVar("Next")
TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who makes a change: the id and the name of a key or of a person."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """The circumstances of a change, which rules take as given: who, when, and a fresh id."""

    by: Author
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    new_id: str = field(default_factory=lambda: str(uuid4()))

    def after(self, prompt: Prompt) -> datetime:
        """Now, but later than the prompt's last change: clocks of two machines may disagree."""
        return max(self.now, prompt.changed_at + TICK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line of a prompt's history.

    Args:
        sequence: the revision that it led to; without gaps or ties, unlike times.
        kind: what happened, as `thing.verb`.
        detail: what else there is to know; JSON values only.
    """

    id: str
    prompt_id: str
    sequence: int
    kind: str
    at: datetime
    by: Author
    detail: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Change(Generic[About]):
    """A write to one prompt, all of which happens or none of it.

    Args:
        before: the head that the change was made from; None for a new prompt.
        events: none when there is nothing to do, as in setting a tag where it is already.
        about: the version or payload that it is about, as it will be; None for the prompt itself.
        written: versions and payloads that are new or replaced.
        erased: versions and payloads that go.
    """

    before: Prompt | None
    after: Prompt
    events: tuple[Event, ...] = ()
    about: About
    written: tuple[Version | Payload, ...] = ()
    erased: tuple[Version | Payload, ...] = ()

    def then(self, follow: Callable[[Prompt], Change[Next]]) -> Change[Next]:
        """This change and the one that follows from where it leads, as one."""
        following = follow(self.after)
        last = {part.id: part for part in (*self.written, *following.written)}
        return Change(
            before=self.before,
            after=following.after,
            events=(*self.events, *following.events),
            about=following.about,
            written=tuple(last.values()),
            erased=(*self.erased, *following.erased),
        )


def change(
    prompt: Prompt,
    act: Act,
    kind: str,
    *,
    about: About,
    detail: Mapping[str, Any] | None = None,
    written: tuple[Version | Payload, ...] = (),
    erased: tuple[Version | Payload, ...] = (),
    **fields: Any,
) -> Change[About]:
    """The change of a prompt that gives its head these fields and has these effects.

    A head of revision 0 is one that is not stored yet.
    """
    at = act.after(prompt)
    after = replace(prompt, revision=prompt.revision + 1, changed_at=at, **fields)
    event = Event(
        id=str(uuid4()),
        prompt_id=prompt.id,
        sequence=after.revision,
        kind=kind,
        at=at,
        by=act.by,
        detail=detail or {},
    )
    return Change(
        before=prompt if prompt.revision else None,
        after=after,
        events=(event,),
        about=about,
        written=written,
        erased=erased,
    )


def nothing(prompt: Prompt, *, about: About) -> Change[About]:
    """The change that changes nothing, and so is not written."""
    return Change(before=prompt, after=prompt, about=about)


def ordered_id(at: datetime) -> str:
    """A UUID of version 7 (RFC 9562) that sorts by its microsecond, for things listed by age."""
    microseconds = (at - datetime(1970, 1, 1, tzinfo=UTC)) // TICK
    milliseconds, rest = divmod(microseconds, 1000)
    random = uuid4().int & (1 << 62) - 1
    return str(UUID(int=milliseconds << 80 | 7 << 76 | rest * 4 << 64 | 2 << 62 | random))
