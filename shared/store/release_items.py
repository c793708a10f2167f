"""Conversion of what a team protects, and of release requests, to items and back.

Only changes, and reads about releases, need it, so that it is no part of another function's start.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from shared import exact_json
from shared.domain.protection import Protection
from shared.domain.release_requests import ReleaseRequest, Status, Target
from shared.domain.shapes import check_shape
from shared.domain.stored import DEPLOYMENT
from shared.store import keys
from shared.store.attributes import Attributes
from shared.store.items import (
    WRITTEN_ANEW,
    build_item,
    dump_author,
    load_author,
    load_optional_time,
    name_damage,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shared.domain.shapes import Shape
    from shared.store.attributes import Item


def dump_protection(protection: Protection) -> Item:
    """Convert what a team protects to its item."""
    return build_item(
        {
            **keys.build_protection(protection.team_id),
            "entity": "protection",
            **protection.rules,
            "revision": protection.revision,
            "changed_at": protection.changed_at and keys.dump_time(protection.changed_at),
        },
        protection.rest,
    )


def load_protection(item: Mapping[str, Any]) -> Protection:
    """Convert an item to what its team protects.

    Raises:
        Unreadable: The item is damaged.
    """
    with name_damage("access", item):
        values = Attributes(item)
        values.drop(*WRITTEN_ANEW, "sk")
        return Protection(
            team_id=keys.parse_team(values.take("pk", str)),
            pointers=frozenset(check_shape(values.take("pointers", list), [str])),
            required_review=values.take("required_review", bool),
            require_payloads=values.take("require_payloads", bool),
            editors_roll_back=values.take("editors_roll_back", bool),
            revision=values.take("revision", int),
            changed_at=load_optional_time(values.find("changed_at", str)),
            rest=values.rest,
        )


def dump_release(release: ReleaseRequest, team_id: str) -> Item:
    """Convert a release request to its item.

    Args:
        release: The request.
        team_id: The id of the team by whose rules it was made.
    """
    return build_item(
        {
            **keys.build_release(team_id, release.prompt_id, release.id),
            "entity": "release",
            "id": release.id,
            "prompt_id": release.prompt_id,
            "pointer": release.pointer,
            "targets": [
                {
                    "version": target.version,
                    "weight": target.weight,
                    "stage": target.stage,
                    "content_hash": target.content_hash,
                }
                for target in release.targets
            ],
            "deployment": release.deployment and exact_json.encode(release.deployment),
            "is_rollback": release.is_rollback,
            "message": release.message,
            "by": dump_author(release.by),
            "person_id": release.person_id,
            "created_at": keys.dump_time(release.created_at),
            "status": release.status,
            "decided_by": release.decided_by and dump_author(release.decided_by),
            "decided_at": release.decided_at and keys.dump_time(release.decided_at),
            "comment": release.comment,
        },
        release.rest,
    )


def load_release(item: Mapping[str, Any]) -> ReleaseRequest:
    """Convert an item to a release request.

    Raises:
        Unreadable: The item is damaged.
    """
    with name_damage("access", item):
        values = Attributes(item)
        values.drop(*WRITTEN_ANEW, "pk", "sk")
        status: Any = values.take("status", str)
        if status not in get_args(Status):
            raise ValueError(status)
        deployment = values.find("deployment", str)
        is_decided = "decided_by" in values.rest
        return ReleaseRequest(
            id=values.take("id", str),
            prompt_id=values.take("prompt_id", str),
            pointer=values.take("pointer", str),
            targets=tuple(map(_load_target, values.take("targets", list))),
            deployment=None if deployment is None else _load_deployment(deployment),
            is_rollback=values.find("is_rollback", bool) or False,
            message=values.take("message", str),
            by=load_author(values.take_map("by")),
            person_id=values.take("person_id", str),
            created_at=keys.load_time(values.take("created_at", str)),
            status=status,
            decided_by=load_author(values.take_map("decided_by")) if is_decided else None,
            decided_at=load_optional_time(values.find("decided_at", str)),
            comment=values.take("comment", str),
            rest=values.rest,
        )


def _load_deployment(text: str) -> dict[str, Any]:
    deployment: dict[str, Any] = check_shape(exact_json.decode_unbounded(text), DEPLOYMENT)
    return deployment


TARGET: Shape = {"version": int, "weight": int, "stage": str, "content_hash": str}


def _load_target(values: Any) -> Target:
    fields = check_shape(values, TARGET)
    return Target(
        version=fields["version"],
        weight=fields["weight"],
        stage=fields["stage"],
        content_hash=fields["content_hash"],
    )
