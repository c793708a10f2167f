"""Events of the audit logs of teams and of the organisation.

They tell of keys, people and teams, and in a team's log also of its prompts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shared.domain.model import Author
from shared.ids import new_id

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from shared.domain.changes import Origin
    from shared.domain.model import Event, Prompt

# Who runs commands with AWS credentials.
OPERATOR = Author(id="operator", name="operator", kind="operator")


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessEvent:
    """One entry in the history of a team or of the organisation.

    Attributes:
        id: A UUID.
        kind: What happened, such as `member.added`.
        at: When it happened.
        by: Who caused it.
        team_id: The id of the team; None for the organisation.
        subject: What it happened to: a key, a person, a team, or a prompt with its slug.
        request_id: The id of the request; empty for operators.
        detail: Further JSON values, which depend on the kind.
    """

    id: str = field(default_factory=new_id)
    kind: str
    at: datetime
    by: Author
    team_id: str | None
    subject: Author
    request_id: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFilter:
    """Which events of an audit log to list.

    Attributes:
        since: Only from this time on; None for the beginning.
        until: Only before this time; None for the end.
        actor: Only what this API key or person did, by id, name or e-mail address; None for all.
        kind: Only this kind, or all kinds that begin with this word and a dot; None for all.
    """

    since: datetime | None = None
    until: datetime | None = None
    actor: str | None = None
    kind: str | None = None

    def matches(self, event: AccessEvent) -> bool:
        """Tell whether an event in the time of the filter is to be listed."""
        if self.actor is not None and self.actor not in (event.by.id, event.by.name):
            return False
        return self.kind is None or f"{event.kind}.".startswith(f"{self.kind}.")


def build_event(
    origin: Origin, kind: str, subject: Author, *, team_id: str | None = None, **detail: object
) -> AccessEvent:
    """Build the event of a change.

    Args:
        origin: Who makes the change, and when.
        kind: What happens.
        subject: What it happens to.
        team_id: The id of the team; None for the organisation.
        **detail: Further JSON values.
    """
    return AccessEvent(
        kind=kind,
        at=origin.now,
        by=origin.by,
        team_id=team_id,
        subject=subject,
        request_id=origin.request_id,
        detail=detail,
    )


def build_prompt_event(event: Event, prompt: Prompt, *, team_id: str) -> AccessEvent:
    """Build the entry of a prompt's event in the audit log of a team.

    Args:
        event: The event.
        prompt: The prompt after the change.
        team_id: The id of the prompt's team; for a move, that of either team.
    """
    return AccessEvent(
        id=event.id,
        kind=event.kind,
        at=event.at,
        by=event.by,
        team_id=team_id,
        subject=Author(id=prompt.id, name=prompt.slug),
        request_id=event.request_id,
        detail=event.detail,
    )
