"""Versions and their lifecycle: the rules that say which change of which version is allowed.

    create, duplicate ──▶ draft ──promote──▶ stable ──promote, rollback──▶ live
                           │  ▲revise          │ ▲                          │
                           │  └─┘              │ └── demote, or displaced ──┤
             delete: gone ◀┤                   │                            │
                           └──archive──▶ archived ◀──archive, delete────────┘

Live is no state of a version but the head's pointer at it: see `status_of`. Source of the
transitions and of their wording: px0.
"""

import difflib
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from shared.domain.changes import Act, Author, Change, change, nothing
from shared.domain.content import Content
from shared.domain.prompts import Prompt
from shared.errors import LimitReached, NotDraft, NotRollable, WrongState

Stage = Literal["draft", "stable", "archived"]
# Comparing takes time that grows with the square of the lines, and with their repetitions.
DIFF_LINES = 5_000
DIFF_PAIRS = 20_000
Status = Literal["draft", "stable", "live", "archived"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of a prompt.

    Args:
        number: 1, 2, 3 … in the prompt, in order of creation, never used twice.
        stage: how far it has come; only a draft's content may change.
        published_at: when it was last promoted.
    """

    prompt_id: str
    number: int
    id: str
    stage: Stage = "draft"
    content: Content
    author: Author
    message: str = ""
    created_at: datetime
    updated_at: datetime
    published_at: datetime | None = None


def status_of(version: Version, prompt: Prompt) -> Status:
    """What callers see: live is the stable version that the head points at."""
    if version.stage == "stable" and prompt.live_version == version.number:
        return "live"
    return version.stage


def create(
    prompt: Prompt, content: Content, act: Act, *, message: str = "", status: Status = "draft"
) -> Change[Version]:
    """The next version: a draft, or taken on at once to stable or live."""
    change = _draft(prompt, content, act, message=message)
    for _ in range(("draft", "stable", "live").index(status)):
        change = _promoted(change, act)
    return change


def _promoted(change: Change[Version], act: Act) -> Change[Version]:
    return change.then(lambda prompt: promote(prompt, change.about, act))


def _draft(prompt: Prompt, content: Content, act: Act, *, message: str) -> Change[Version]:
    number = prompt.last_version + 1
    at = act.after(prompt)
    version = Version(
        prompt_id=prompt.id,
        number=number,
        id=act.new_id,
        content=content,
        author=act.by,
        message=message,
        created_at=at,
        updated_at=at,
    )
    return change(
        prompt,
        act,
        "version.created",
        about=version,
        detail=_named(version),
        written=(version,),
        last_version=number,
    )


def revise(prompt: Prompt, version: Version, content: Content, act: Act) -> Change[Version]:
    """Replace the content of a draft. Raises NotDraft."""
    require_draft(version)
    revised = replace(version, content=content, updated_at=act.after(prompt))
    return change(
        prompt,
        act,
        "version.updated",
        about=revised,
        detail=_named(revised),
        written=(revised,),
    )


def annotate(prompt: Prompt, version: Version, message: str, act: Act) -> Change[Version]:
    """Replace the message of a version, which is a note on its content and not part of it."""
    if version.message == message:
        return nothing(prompt, about=version)
    annotated = replace(version, message=message, updated_at=act.after(prompt))
    return change(
        prompt,
        act,
        "version.annotated",
        about=annotated,
        detail=_named(annotated),
        written=(annotated,),
    )


def require_draft(version: Version) -> None:
    """Raises NotDraft."""
    if version.stage != "draft":
        raise NotDraft


def promote(prompt: Prompt, version: Version, act: Act) -> Change[Version]:
    """A draft becomes stable; a stable version becomes the live one. Raises WrongState."""
    status = status_of(version, prompt)
    if status == "draft":
        at = act.after(prompt)
        stable = replace(version, stage="stable", published_at=at, updated_at=at)
        return change(
            prompt,
            act,
            "version.promoted",
            about=stable,
            detail=_named(stable) | {"status": "stable"},
            written=(stable,),
        )
    if status == "stable":
        return _go_live(prompt, version, act, "version.promoted")
    raise WrongState(f"cannot promote version in {status} status: conflict")


def take_live(prompt: Prompt, version: Version, act: Act) -> Change[Version]:
    """Promote a version as often as it takes to be live. Raises WrongState."""
    change = nothing(prompt, about=version)
    while status_of(change.about, change.after) != "live":
        change = _promoted(change, act)
    return change


def roll_back(prompt: Prompt, version: Version, act: Act, *, reason: str) -> Change[Version]:
    """Make a stable version live and keep the reason in the history. Raises NotRollable."""
    if status_of(version, prompt) != "stable":
        raise NotRollable
    return _go_live(prompt, version, act, "version.rolled_back", reason=reason)


def _go_live(
    prompt: Prompt, version: Version, act: Act, kind: str, **detail: str
) -> Change[Version]:
    at = act.after(prompt)
    live = replace(version, published_at=at, updated_at=at)
    return change(
        prompt,
        act,
        kind,
        about=live,
        detail=_named(live) | {"status": "live", "displaced_version": prompt.live_version} | detail,
        written=(live,),
        live_version=live.number,
        has_been_live=True,
    )


def demote(prompt: Prompt, version: Version, act: Act) -> Change[Version]:
    """The live version becomes stable, and none is live. Raises WrongState."""
    if status_of(version, prompt) != "live":
        raise WrongState("only live versions can be demoted: conflict")
    return change(
        prompt, act, "version.demoted", about=version, detail=_named(version), live_version=None
    )


def archive(prompt: Prompt, version: Version, act: Act) -> Change[Version]:
    """End a version for good; nothing is live when it was the live one. Raises WrongState."""
    if version.stage == "archived":
        raise WrongState("version is already archived: conflict")
    archived = replace(version, stage="archived", updated_at=act.after(prompt))
    was_live = prompt.live_version == version.number
    return change(
        prompt,
        act,
        "version.archived",
        about=archived,
        detail=_named(archived),
        written=(archived,),
        live_version=None if was_live else prompt.live_version,
    )


def delete(prompt: Prompt, version: Version, act: Act) -> Change[Version]:
    """Erase a draft with its tags; any other version is archived, once."""
    if version.stage == "archived":
        return nothing(prompt, about=version)
    if version.stage != "draft":
        return archive(prompt, version, act)
    return change(
        prompt,
        act,
        "version.deleted",
        about=version,
        detail=_named(version),
        erased=(version,),
        tags={tag: number for tag, number in prompt.tags.items() if number != version.number},
    )


def _named(version: Version) -> dict[str, Any]:
    return {"version": version.number, "version_id": version.id}


def diff(before: Version, after: Version) -> str:
    """A unified diff of two templates with three lines of context; empty when they are equal.

    Only a line feed ends a line, and the last piece counts as a line too. Source: px0.
    Raises LimitReached.
    """
    old, new = _lines(before), _lines(after)
    if _pairs(old, new) > DIFF_PAIRS:
        raise LimitReached("templates in which so many lines are repeated cannot be compared")
    return "".join(difflib.unified_diff(old, new, f"v{before.number}", f"v{after.number}"))


def _pairs(old: list[str], new: list[str]) -> int:
    """How many equal lines there are to choose between, but for those that difflib disregards.

    These are, of 200 lines or more, lines that make up over 1% of them. Source: its documentation.
    """
    often = Counter(new)
    most = len(new) // 100 + 1 if len(new) >= 200 else len(new)
    return sum(often[line] for line in old if often[line] <= most)


def _lines(version: Version) -> list[str]:
    lines = version.content.text.split("\n")
    if len(lines) > DIFF_LINES:
        raise LimitReached(f"only templates of at most {DIFF_LINES} lines can be compared")
    return [f"{line}\n" for line in lines]
