"""Release requests, as plain values; `reviews` has their rules."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from shared.domain.splits import Share

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from shared.domain.model import Author, Prompt, Rest, Stage

Status = Literal["waiting", "approved", "rejected", "withdrawn"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A version that a pointer is to hand out, as it was when that was requested.

    Attributes:
        version: The number of the version.
        weight: How many of `TOTAL_WEIGHT` buckets get it.
        stage: Its stage.
        content_hash: The hash of its content.
    """

    version: int
    weight: int
    stage: Stage
    content_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseRequest:
    """A request to move a pointer.

    Attributes:
        id: A UUID that sorts by time of creation.
        prompt_id: The id of the prompt.
        pointer: `live`, or a tag.
        targets: The versions that the pointer is to hand out.
        deployment: The one of Maxim's deployments that it is to make instead.
        is_rollback: Whether it is to be a rollback, whose reason is the message.
        message: Why, in the author's words.
        by: The author.
        person_id: The id of the person who is the author, or who made the author's API key.
        created_at: When it was made.
        status: What has become of it.
        decided_by: Who approved, rejected or withdrew it.
        decided_at: When that was.
        comment: What was said then.
        rest: Attributes of another release.
    """

    id: str
    prompt_id: str
    pointer: str
    targets: tuple[Target, ...]
    deployment: Mapping[str, Any] | None = None
    is_rollback: bool = False
    message: str = ""
    by: Author
    person_id: str
    created_at: datetime
    status: Status = "waiting"
    decided_by: Author | None = None
    decided_at: datetime | None = None
    comment: str = ""
    rest: Rest = field(default_factory=dict)

    def get_status(self, prompt: Prompt) -> Status:
        """Get what has become of it, by its prompt's head, which may be older than the request."""
        is_known = self.id in prompt.waiting or self.created_at > prompt.changed_at
        return self.status if is_known or self.status != "waiting" else "withdrawn"

    @property
    def shares(self) -> tuple[Share, ...]:
        """The versions with their weights."""
        return tuple(Share(target.version, target.weight) for target in self.targets)

    @property
    def conditions(self) -> Sequence[Mapping[str, str]] | None:
        """The conditions of the deployment that it is to make, if it is to make one."""
        return None if self.deployment is None else self.deployment["conditions"]

    def repeats(self, other: ReleaseRequest) -> bool:
        """Tell whether it is the request of the same person for the same, in the same words."""
        return self._get_wish() == other._get_wish()

    def _get_wish(self) -> tuple[object, ...]:
        # The id and the time of a deployment are new each time.
        move = self.pointer, self.targets, self.conditions, self.is_rollback
        return (*move, self.person_id, self.message)
