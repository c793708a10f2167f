"""What a pull or a push does to each prompt, or has done."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from .documents import dump_document

if TYPE_CHECKING:
    from .documents import PromptDocument


class Action(StrEnum):
    """What happens to a prompt, or has happened."""

    CREATE = "create"
    CHANGE = "change"
    PROMOTE = "promote"
    UNCHANGED = "unchanged"
    AHEAD = "ahead"  # only the file has changed
    BEHIND = "behind"  # only the service has changed
    ABSENT = "absent"  # the service has no such prompt
    CONFLICT = "conflict"


WRITES = frozenset({Action.CREATE, Action.CHANGE, Action.PROMOTE})


class Target(StrEnum):
    """What a push can promote versions to."""

    STABLE = "stable"
    LIVE = "live"


@dataclass(frozen=True, slots=True)
class Step:
    """What happens to one prompt.

    Attributes:
        slug: The slug of the prompt.
        file: Its file, in the folder.
        action: What happens.
        reason: Why, where the action does not say it, and the way out of a conflict.
        version: The number of the version that the file says after it, of a conflict the one that
            the service has; None if there is none yet.
        before: What is replaced; None if there is nothing.
        after: What replaces it; None if nothing does.
        target: What a push promotes the version to; None to leave it as it is.
        prompt_id: The id of the prompt; empty if it is not there yet.
        newest: The number of the newest version when it was compared; 0 without one.
        etag: What a write sends so that it happens only to what was compared.
    """

    slug: str
    file: str
    action: Action
    reason: str = ""
    version: int | None = None
    before: PromptDocument | None = None
    after: PromptDocument | None = None
    target: Target | None = None
    prompt_id: str = ""
    newest: int = 0
    etag: str = ""


def refuse(step: Step, what: str) -> Step:
    """Make a conflict of a step, with the ways out."""
    reason = (
        f"{what}; `cuebook pull {step.slug} --force` replaces the file, and "
        f"`cuebook push {step.slug} --force` makes a new version of it"
    )
    return replace(step, action=Action.CONFLICT, reason=reason)


def compare(step: Step) -> str:
    """Compare the service with the file of a push, by a unified diff.

    Returns:
        What the push changes in the service, or of a file that is behind what a pull changes in it;
        empty if that is nothing.
    """
    from difflib import unified_diff

    if step.action not in {Action.CONFLICT, Action.BEHIND, *WRITES}:
        return ""
    sides = [(f"service/{step.slug}", step.before), (step.file, step.after)]
    if step.action is Action.BEHIND:
        sides.reverse()
    (before_name, before), (after_name, after) = (
        (name, [] if document is None else dump_document(document).splitlines())
        for name, document in sides
    )
    return "\n".join(unified_diff(before, after, before_name, after_name, lineterm=""))
