"""Release requests: moves of a pointer that somebody else approves, rejects, or that are withdrawn.

    request ──▶ waiting ──approve──▶ approved, and the pointer has moved, in one transaction
                   ├──reject──▶ rejected
                   └──withdraw──▶ withdrawn

The head names the requests that wait, so that every rule about them is decided on the head too. A
request that the head does not name any more, because its prompt has left the team, is withdrawn.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from shared.buckets import TOTAL_WEIGHT
from shared.domain import pointers, prompts, versions
from shared.domain.changes import Change, build_change
from shared.domain.checks import check_text
from shared.domain.model import LIVE
from shared.domain.release_requests import ReleaseRequest, Target
from shared.domain.splits import check_shares, describe_shares
from shared.ids import new_ordered_id
from shared.problems import Conflict, Forbidden, LimitReached

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from shared.domain.changes import Origin
    from shared.domain.model import Prompt, Version
    from shared.domain.release_requests import Status

MAX_WAITING = 10  # requests of one prompt
TEXT_LENGTH = 1_000  # characters of a message or a comment
KINDS: Mapping[Status, str] = {
    "waiting": "release.requested",
    "approved": "release.approved",
    "rejected": "release.rejected",
    "withdrawn": "release.withdrawn",
}


def hash_content(version: Version) -> str:
    """Compute the hash of a version's content, by which it is known to be the same."""
    return sha256(version.content.document.encode(errors="surrogatepass")).hexdigest()


def create(
    prompt: Prompt,
    pointer: str,
    shares: Sequence[tuple[Version, int]],
    origin: Origin,
    *,
    person_id: str,
    message: str = "",
    deployment: Mapping[str, Any] | None = None,
    is_rollback: bool = False,
    waiting: Iterable[ReleaseRequest] = (),
) -> Change[ReleaseRequest]:
    """Request that a pointer is moved.

    The same request of the same person again is the one that waits.

    Args:
        prompt: The prompt.
        pointer: `live`, or a tag.
        shares: The versions that it is to hand out, each with its weight.
        origin: Who makes the request, and when.
        person_id: The id of the person who is the author, or who made the author's API key.
        message: Why; the reason of a rollback is checked as such.
        deployment: The one of Maxim's deployments that is to be made instead.
        is_rollback: Whether `live` is to be rolled back.
        waiting: The requests that wait for the same pointer.

    Raises:
        Conflict: The pointer is there already.
        InvalidRequest: It is no possible tag, the shares are not those of a split, or the message
            is too long.
        LimitReached: The prompt has the maximum number of requests that wait.
        TagNotFound: A tag that does not exist is to be split.
        WrongState: A version cannot be there.
    """
    if pointer != LIVE:
        prompts.check_tag(pointer)
    at = origin.get_time_after(prompt)
    new = ReleaseRequest(
        id=new_ordered_id(at),
        prompt_id=prompt.id,
        pointer=pointer,
        targets=tuple(
            Target(
                version=version.number,
                weight=weight,
                stage=version.stage,
                content_hash=hash_content(version),
            )
            for version, weight in shares
        ),
        deployment=deployment,
        is_rollback=is_rollback,
        message=message if is_rollback else check_text(message, "message", max_length=TEXT_LENGTH),
        by=origin.by,
        person_id=person_id,
        created_at=at,
    )
    check_shares(new.shares)
    if not _move(prompt, new, {version.number: version for version, _ in shares}, origin).events:
        raise Conflict("the pointer is there already; nothing is to be released")
    for other in waiting:
        if new.repeats(other):
            return Change.none(prompt, subject=other)
    if len(prompt.waiting) >= MAX_WAITING:
        raise LimitReached(
            f"{MAX_WAITING} release requests of this prompt wait, which is the maximum; have some "
            "of them decided, or withdraw them"
        )
    return _record(prompt, new, origin, waiting={**prompt.waiting, new.id: pointer})


def approve(
    prompt: Prompt,
    release: ReleaseRequest,
    targets: Sequence[Version],
    origin: Origin,
    *,
    person_id: str,
    comment: str = "",
) -> Change[ReleaseRequest]:
    """Approve a request, and move the pointer.

    Args:
        prompt: The prompt.
        release: The request.
        targets: Its versions, as they are now.
        origin: Who approves it, and when.
        person_id: The id of the person who approves, or who made the API key that does.
        comment: What the person says.

    Raises:
        Conflict: It does not wait any more, or a version is not what it was.
        Forbidden: The person is its author.
        InvalidRequest: The comment is too long.
        TagNotFound: The tag that is to be split does not exist any more.
        WrongState: A version cannot be there any more.
    """
    _require_other_person(release, person_id)
    for target, version in zip(release.targets, targets, strict=True):
        if (version.stage, hash_content(version)) != (target.stage, target.content_hash):
            raise Conflict(
                f"version {version.number} has changed since its release was requested; request "
                "the release again"
            )
    closing = _close(prompt, release, "approved", origin, comment)
    move = closing.then(
        lambda after: _move(after, release, {each.number: each for each in targets}, origin)
    )
    return replace(move, subject=closing.subject)


def reject(
    prompt: Prompt, release: ReleaseRequest, origin: Origin, *, person_id: str, comment: str = ""
) -> Change[ReleaseRequest]:
    """Reject a request.

    Args:
        prompt: The prompt.
        release: The request.
        origin: Who rejects it, and when.
        person_id: The id of the person who rejects, or who made the API key that does.
        comment: Why.

    Raises:
        Conflict: It does not wait any more.
        Forbidden: The person is its author.
        InvalidRequest: The comment is too long.
    """
    _require_other_person(release, person_id)
    return _close(prompt, release, "rejected", origin, comment)


def withdraw(
    prompt: Prompt, release: ReleaseRequest, origin: Origin, *, person_id: str, comment: str = ""
) -> Change[ReleaseRequest]:
    """Withdraw a request of one's own.

    Args:
        prompt: The prompt.
        release: The request.
        origin: Who withdraws it, and when.
        person_id: The id of the person who withdraws, or who made the API key that does.
        comment: Why.

    Raises:
        Conflict: It does not wait any more.
        Forbidden: The person is not its author.
        InvalidRequest: The comment is too long.
    """
    if release.person_id != person_id:
        raise Forbidden("only its author withdraws a release request; reject it instead")
    return _close(prompt, release, "withdrawn", origin, comment)


def _require_other_person(release: ReleaseRequest, person_id: str) -> None:
    if release.person_id == person_id:
        raise Forbidden(
            "another person than its author decides on a release request, and an API key counts "
            "as the person who made it; withdraw it instead"
        )


def _move(
    prompt: Prompt,
    release: ReleaseRequest,
    targets: Mapping[int, Version],
    origin: Origin,
) -> Change[Any]:
    if release.deployment is not None:
        return prompts.deploy(prompt, release.deployment, origin)
    shares = [(targets[share.version], share.weight) for share in release.shares]
    version, weight = shares[0]
    if weight < TOTAL_WEIGHT:
        return pointers.set_split(prompt, release.pointer, shares, origin)
    if release.pointer != LIVE:
        return prompts.set_tag(prompt, release.pointer, version, origin)
    if LIVE in prompt.splits and prompt.live_version == version.number:
        return pointers.end_split(prompt, LIVE, origin)
    if release.is_rollback and prompt.get_status(version) != "live":
        return versions.roll_back(prompt, version, origin, reason=release.message)
    return versions.promote_to_live(prompt, version, origin)


def _close(
    prompt: Prompt, release: ReleaseRequest, status: Status, origin: Origin, comment: str
) -> Change[ReleaseRequest]:
    if release.id not in prompt.waiting:
        raise Conflict(
            f"the release request does not wait any more: it is {release.get_status(prompt)}"
        )
    closed = replace(
        release,
        status=status,
        decided_by=origin.by,
        decided_at=origin.get_time_after(prompt),
        comment=check_text(comment, "comment", max_length=TEXT_LENGTH),
    )
    waiting = {id: pointer for id, pointer in prompt.waiting.items() if id != release.id}
    return _record(prompt, closed, origin, waiting=waiting)


def _record(
    prompt: Prompt, release: ReleaseRequest, origin: Origin, *, waiting: Mapping[str, str]
) -> Change[ReleaseRequest]:
    detail: dict[str, Any] = {
        "release_id": release.id,
        "pointer": release.pointer,
        "split": describe_shares(release.shares),
        "conditions": release.conditions,
        "is_rollback": release.is_rollback,
        "requested_by": {"id": release.by.id, "name": release.by.name},
        "message": release.message,
    }
    if release.status != "waiting":
        detail["comment"] = release.comment
    return build_change(
        prompt,
        origin,
        KINDS[release.status],
        subject=release,
        detail=detail,
        puts=(release,),
        waiting=waiting,
    )
