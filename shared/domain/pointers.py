"""Rules of pointers that hand out several versions: how they are split, and how that ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shared.domain import prompts, versions
from shared.domain.changes import Change, build_change
from shared.domain.model import LIVE
from shared.domain.splits import Share, check_shares, describe_shares
from shared.problems import NoLiveVersion, SplitNotFound, TagNotFound, WrongState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.domain.changes import Origin
    from shared.domain.model import Prompt, Version


def require_target(prompt: Prompt, pointer: str) -> None:
    """Check that a pointer is at a version.

    Raises:
        NoLiveVersion: The prompt has no live version.
        TagNotFound: The prompt has no such tag.
    """
    if prompt.resolve_selector(pointer) is None:
        raise NoLiveVersion if pointer == LIVE else TagNotFound


def set_split(
    prompt: Prompt, pointer: str, shares: Sequence[tuple[Version, int]], origin: Origin
) -> Change[None]:
    """Split a pointer between versions by weight, and move it to the first of them.

    A single version is no split: the pointer is moved to it, and is not split any more. A tag can
    be moved so to any version.

    Args:
        prompt: The prompt.
        pointer: `live`, or a tag that the prompt has.
        shares: The versions, each with its weight.
        origin: Who makes the change, and when.

    Raises:
        InvalidRequest: The shares are not those of a split.
        TagNotFound: The prompt has no such tag.
        WrongState: A version that comes to `live` or into a split is a draft, or archived.
    """
    split = tuple(Share(version.number, weight) for version, weight in shares)
    check_shares(split)
    if pointer != LIVE:
        require_target(prompt, pointer)
    for version, _ in shares:
        if version.stage != "stable" and (pointer == LIVE or len(shares) > 1):
            raise WrongState(
                f"version {version.number} is {prompt.get_status(version)}; "
                "a split hands out stable versions"
            )
    change: Change[Any] = Change.none(prompt, subject=None)
    first = shares[0][0]
    if prompt.resolve_selector(pointer) != first.number:
        change = (
            versions.promote(prompt, first, origin)
            if pointer == LIVE
            else prompts.set_tag(prompt, pointer, first, origin)
        )
    if len(split) == 1:
        return change.then(lambda after: _end_split(after, pointer, origin))
    if split == change.after.splits.get(pointer):
        return change
    return change.then(
        lambda after: build_change(
            after,
            origin,
            "split.set",
            subject=None,
            detail={
                "pointer": pointer,
                "split": describe_shares(split),
            },
            splits={**after.splits, pointer: split},
        )
    )


def end_split(prompt: Prompt, pointer: str, origin: Origin) -> Change[None]:
    """End a split: its pointer hands out its first version alone, at which it is already.

    Raises:
        SplitNotFound: The pointer is not split.
    """
    if pointer not in prompt.splits:
        raise SplitNotFound
    return _end_split(prompt, pointer, origin)


def _end_split(prompt: Prompt, pointer: str, origin: Origin) -> Change[None]:
    if pointer not in prompt.splits:
        return Change.none(prompt, subject=None)
    splits = {name: split for name, split in prompt.splits.items() if name != pointer}
    detail = {"pointer": pointer, "version": prompt.splits[pointer][0].version}
    return build_change(prompt, origin, "split.ended", subject=None, detail=detail, splits=splits)
