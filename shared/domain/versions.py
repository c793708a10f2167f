"""Rules of versions: which changes are allowed.

    create, duplicate ──▶ draft ──promote──▶ stable ──promote, rollback──▶ live
                           │  ▲revise          │ ▲                          │
                           │  └─┘              │ └── demote, or displacement ──┤
          delete: deleted ◀┤                   │                            │
                           └──archive──▶ archived ◀──archive, delete────────┘

`live` is not a stage: it is the stable version that the head points at. Source of the transitions
and of their error texts: px0.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from shared.domain.changes import Change, build_change
from shared.domain.model import Version
from shared.ids import new_id
from shared.problems import NotDraft, NotRollable, WrongState

if TYPE_CHECKING:
    from shared.domain.changes import Origin
    from shared.domain.content import Content
    from shared.domain.model import Prompt, Status


def create(
    prompt: Prompt,
    content: Content,
    origin: Origin,
    *,
    base: Version | None,
    message: str = "",
    status: Status = "draft",
) -> Change[Version]:
    """Create the next version, and promote it until it has the given status.

    Args:
        prompt: The prompt.
        content: The content.
        origin: Who makes the change, and when.
        base: The version that the content is made of, whose references stay with their prompts
            also where these are called otherwise by now; None if it is made of none.
        message: A note on the content.
        status: What the version is to be.
    """
    change = _create_draft(prompt, content, origin, message=message)
    if base is not None and base.includes:
        version = replace(change.subject, includes=base.includes)
        change = replace(change, subject=version, puts=(version,))
    for _ in range(("draft", "stable", "live").index(status)):
        change = _then_promote(change, origin)
    return change


def _then_promote(change: Change[Version], origin: Origin) -> Change[Version]:
    return change.then(lambda prompt: promote(prompt, change.subject, origin))


def _create_draft(
    prompt: Prompt, content: Content, origin: Origin, *, message: str
) -> Change[Version]:
    number = prompt.last_version + 1
    at = origin.get_time_after(prompt)
    version = Version(
        prompt_id=prompt.id,
        number=number,
        id=new_id(),
        content=content,
        author=origin.by,
        message=message,
        created_at=at,
        updated_at=at,
    )
    return build_change(
        prompt,
        origin,
        "version.created",
        subject=version,
        detail=_identify(version),
        puts=(version,),
        last_version=number,
    )


def revise(
    prompt: Prompt,
    version: Version,
    content: Content,
    origin: Origin,
    *,
    message: str | None = None,
) -> Change[Version]:
    """Replace the content of a draft, and its message if there is another one.

    Raises:
        NotDraft: The version is not a draft.
    """
    require_draft(version)
    after = replace(
        version,
        content=content,
        message=version.message if message is None else message,
        updated_at=origin.get_time_after(prompt),
    )
    return build_change(
        prompt, origin, "version.updated", subject=after, detail=_identify(after), puts=(after,)
    )


def annotate(prompt: Prompt, version: Version, message: str, origin: Origin) -> Change[Version]:
    """Replace the message of a version, which is not part of its content."""
    if version.message == message:
        return Change.none(prompt, subject=version)
    after = replace(version, message=message, updated_at=origin.get_time_after(prompt))
    return build_change(
        prompt, origin, "version.annotated", subject=after, detail=_identify(after), puts=(after,)
    )


def require_draft(version: Version) -> None:
    """Check that the content of a version may change.

    Raises:
        NotDraft: The version is not a draft.
    """
    if version.stage != "draft":
        raise NotDraft


def promote(prompt: Prompt, version: Version, origin: Origin) -> Change[Version]:
    """Make a draft stable, or a stable version live.

    Raises:
        WrongState: The version is live already, or archived.
    """
    status = prompt.get_status(version)
    if status == "draft":
        at = origin.get_time_after(prompt)
        stable = replace(version, stage="stable", published_at=at, updated_at=at)
        return build_change(
            prompt,
            origin,
            "version.promoted",
            subject=stable,
            detail=_identify(stable) | {"status": "stable"},
            puts=(stable,),
            newest_stable=_find_newest_stable(prompt, stable.number),
        )
    if status == "stable":
        return _make_live(prompt, version, origin, "version.promoted")
    raise WrongState(f"cannot promote version in {status} status: conflict")


def _find_newest_stable(prompt: Prompt, number: int) -> int | None:
    """Find the number of the newest published version after one has become stable."""
    if prompt.newest_stable is None:
        return number if number == prompt.last_version else None
    return max(prompt.newest_stable, number)


def promote_to_live(prompt: Prompt, version: Version, origin: Origin) -> Change[Version]:
    """Promote a version until it is live.

    Raises:
        WrongState: The version is archived.
    """
    change = Change.none(prompt, subject=version)
    while change.after.get_status(change.subject) != "live":
        change = _then_promote(change, origin)
    return change


def roll_back(prompt: Prompt, version: Version, origin: Origin, *, reason: str) -> Change[Version]:
    """Make a stable version live, and record the reason in the history.

    Raises:
        NotRollable: The version is not stable.
    """
    if prompt.get_status(version) != "stable":
        raise NotRollable
    return _make_live(prompt, version, origin, "version.rolled_back", reason=reason)


def _make_live(
    prompt: Prompt, version: Version, origin: Origin, kind: str, **detail: str
) -> Change[Version]:
    at = origin.get_time_after(prompt)
    live = replace(version, published_at=at, updated_at=at)
    displacement = {"status": "live", "displaced_version": prompt.live_version}
    return build_change(
        prompt,
        origin,
        kind,
        subject=live,
        detail=_identify(live) | displacement | detail,
        puts=(live,),
        live_version=live.number,
        has_been_live=True,
    )


def demote(prompt: Prompt, version: Version, origin: Origin) -> Change[Version]:
    """Make the live version stable again, so that the prompt has no live version.

    Raises:
        WrongState: The version is not live.
    """
    if prompt.get_status(version) != "live":
        raise WrongState("only live versions can be demoted: conflict")
    return build_change(
        prompt,
        origin,
        "version.demoted",
        subject=version,
        detail=_identify(version),
        live_version=None,
    )


def archive(prompt: Prompt, version: Version, origin: Origin) -> Change[Version]:
    """Archive a version permanently; if it was live, the prompt has no live version.

    Raises:
        WrongState: The version is already archived, or a pointer is split between it and others.
    """
    if version.stage == "archived":
        raise WrongState("version is already archived: conflict")
    if pointers := prompt.list_splits(version.number):
        raise WrongState(
            f"version {version.number} is in the split of {', '.join(pointers)}; end the split or "
            "set it without the version first",
            details=[{"splits": pointers}],
        )
    after = replace(version, stage="archived", updated_at=origin.get_time_after(prompt))
    was_live = prompt.live_version == version.number
    return build_change(
        prompt,
        origin,
        "version.archived",
        subject=after,
        detail=_identify(after),
        puts=(after,),
        live_version=None if was_live else prompt.live_version,
    )


def delete(prompt: Prompt, version: Version, origin: Origin) -> Change[Version]:
    """Delete a draft with its tags, or archive any other version."""
    if version.stage == "archived":
        return Change.none(prompt, subject=version)
    if version.stage != "draft":
        return archive(prompt, version, origin)
    return build_change(
        prompt,
        origin,
        "version.deleted",
        subject=version,
        detail=_identify(version),
        deletes=(version,),
        tags={tag: number for tag, number in prompt.tags.items() if number != version.number},
    )


def _identify(version: Version) -> dict[str, Any]:
    return {"version": version.number, "version_id": version.id}
