"""Responses about releases, as `responses` explains."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from shared.dialects.registry.responses import dump_author, dump_shares, dump_split, dump_time
from shared.responses import encode_body, make_etag

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from shared.dialects.registry import release_models
    from shared.domain.model import Event, Prompt
    from shared.domain.protection import Protection
    from shared.domain.release_requests import ReleaseRequest


def dump_protection(protection: Protection) -> release_models.Protection:
    """Dump what a team protects."""
    return cast("release_models.Protection", protection.rules)


def dump_release(release: ReleaseRequest, prompt: Prompt) -> release_models.Release:
    """Dump a release request of a prompt."""
    return {
        "id": release.id,
        "prompt_id": release.prompt_id,
        "pointer": release.pointer,
        "split": dump_shares(release.shares),
        "conditions": _dump_conditions(release),
        "is_rollback": release.is_rollback,
        "message": release.message,
        "status": release.get_status(prompt),
        "by": dump_author(release.by),
        "created_at": dump_time(release.created_at),
        "decided_by": dump_author(release.decided_by) if release.decided_by else None,
        "decided_at": dump_time(release.decided_at) if release.decided_at else None,
        "comment": release.comment,
    }


def dump_pointer(
    prompt: Prompt,
    pointer: str,
    *,
    protection: Protection,
    moves: Mapping[str, Event],
    waiting: Iterable[ReleaseRequest],
    newest_stable: int | None,
) -> release_models.PointerState:
    """Dump where a pointer of a prompt is, and what waits for it.

    Args:
        prompt: The prompt.
        pointer: `live`, or a tag.
        protection: What the team protects.
        moves: The last move of each pointer, as far as it is known.
        waiting: The requests of the prompt that wait.
        newest_stable: The number of the newest stable version.
    """
    current = dump_split(prompt, pointer)
    split = current["split"]
    move = moves.get(pointer)
    return {
        "pointer": pointer,
        "split": split,
        "since": dump_time(move.at) if move else None,
        "by": dump_author(move.by) if move else None,
        "etag": make_etag(encode_body(current)),
        "is_protected": pointer in protection.pointers,
        "is_newest_stable": [share["version"] for share in split] == [newest_stable],
        "waiting": [
            dump_release(release, prompt) for release in waiting if release.pointer == pointer
        ],
    }


def _dump_conditions(release: ReleaseRequest) -> list[release_models.Condition] | None:
    if release.conditions is None:
        return None
    return [
        {
            "variable": condition["variable"],
            "operator": condition["operator"],
            "value": condition["value"],
        }
        for condition in release.conditions
    ]
