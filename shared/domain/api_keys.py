"""Rules of API keys: new ones, changes, and new secrets."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from shared.domain.access import OPERATIONS, ApiKey, Secret
from shared.domain.access_events import build_event
from shared.domain.checks import check_name
from shared.domain.credentials import PREFIX_LENGTH, hash_secret
from shared.domain.model import LIVE, Author
from shared.domain.prompts import RESERVED_TAGS, TAG
from shared.problems import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import datetime

    from shared.domain.access import Grant
    from shared.domain.access_events import AccessEvent
    from shared.domain.changes import Origin

MAX_KEYS = 1_000  # of the organisation, which lists read at once
MAX_TEAM_KEYS = 200  # of a team, so that no team leaves none to the others
MAX_TEAMS = 40  # of a key; each of them gets an event in the transaction that writes the key
MAX_PROMPTS = 100
MAX_LOOKUPS = 200  # of slugs in teams, when a key is made
MAX_POINTERS = 20
MAX_QUOTA = 1_000_000  # requests per minute
MAX_SECRETS = 5  # that work at the same time
MAX_OVERLAP = timedelta(days=7)


def check_grant(grant: Grant, now: datetime) -> None:
    """Check what a key is to have.

    Raises:
        InvalidRequest: A field is out of its bounds.
    """
    if not grant.name.strip():
        raise InvalidRequest("name is required")
    check_name(grant.name, "name")
    check_operation(grant.operation)
    for field, values, most in (
        ("team_ids", grant.team_ids, MAX_TEAMS),
        ("prompts", grant.prompt_ids or (), MAX_PROMPTS),
        ("pointers", grant.pointers or (), MAX_POINTERS),
    ):
        check_count(field, values, most)
    for pointer in grant.pointers or ():
        if pointer != LIVE and (not TAG.fullmatch(pointer) or pointer in RESERVED_TAGS):
            raise InvalidRequest("pointers must be tags, or live")
    for field, restriction in (("prompts", grant.prompt_ids), ("pointers", grant.pointers)):
        if restriction is not None and not restriction:
            raise InvalidRequest(f"{field} must name at least one; leave it out for all")
    if grant.operation == "admin" and (grant.prompt_ids, grant.pointers) != (None, None):
        raise InvalidRequest("operation must not be admin for a key with prompts or pointers")
    if grant.quota is not None and not 1 <= grant.quota <= MAX_QUOTA:
        raise InvalidRequest(f"quota must be 1 to {MAX_QUOTA:,} requests per minute")
    if grant.expires_at is not None and grant.expires_at <= now:
        raise InvalidRequest("expires_at must be in the future")


def check_operation(operation: str) -> None:
    """Check that an operation is one.

    Raises:
        InvalidRequest: It is not. Source of the text: px0.
    """
    if operation not in OPERATIONS:
        raise InvalidRequest("invalid operation, must be read_render, all, or admin")


def check_overlap(seconds: int) -> timedelta:
    """Check how long a secret may go on to work after it was replaced.

    Raises:
        InvalidRequest: It is out of bounds.
    """
    if not 0 <= seconds <= MAX_OVERLAP.total_seconds():
        raise InvalidRequest(f"overlap_seconds must be 0 to {MAX_OVERLAP.total_seconds():.0f}")
    return timedelta(seconds=seconds)


def check_count(field: str, values: Collection[str], most: int) -> None:
    """Check the number of values in a field.

    Raises:
        InvalidRequest: There are too many.
    """
    if len(values) > most:
        raise InvalidRequest(f"{field} must have at most {most} entries")


def create(
    secret: str, grant: Grant, *, by: Author | None, now: datetime, key_id: str | None = None
) -> ApiKey:
    """Create an API key.

    Args:
        secret: Its secret.
        grant: What people decide about it.
        by: Who makes it; None for the operator of the deployment.
        now: The current time.
        key_id: Its id; None for a random one.

    Raises:
        InvalidRequest: A field is out of its bounds.
    """
    check_grant(grant, now)
    return ApiKey(
        id=key_id or str(uuid4()),
        grant=grant,
        prefix=secret[:PREFIX_LENGTH],
        created_at=now,
        created_by=by,
        secrets=(Secret(hash=hash_secret(secret)),),
    )


def change(key: ApiKey, grant: Grant, *, now: datetime) -> ApiKey:
    """Change what people decide about an API key.

    Raises:
        InvalidRequest: A field is out of its bounds.
    """
    check_grant(grant, now)
    return replace(key, grant=grant, secrets=_list_working(key, now), revision=key.revision + 1)


def replace_secret(key: ApiKey, secret: str, *, overlap: timedelta, now: datetime) -> ApiKey:
    """Replace the secret of an API key.

    Args:
        key: The key.
        secret: The new secret.
        overlap: How long the current secret goes on to work, as `check_overlap` allows.
        now: The current time.
    """
    end = now + overlap
    overlapping = [
        replace(old, expires_at=min(old.expires_at or end, end))
        for old in _list_working(key, now)
        if overlap
    ]
    return replace(
        key,
        prefix=secret[:PREFIX_LENGTH],
        # The oldest stop at once where a key is replaced more often than its overlaps end.
        secrets=(Secret(hash=hash_secret(secret)), *overlapping)[:MAX_SECRETS],
        revision=key.revision + 1,
    )


def leave_team(key: ApiKey, team_id: str) -> ApiKey | None:
    """Take a team from an API key; None if it has no other, so that it is to be revoked."""
    team_ids = tuple(other for other in key.grant.team_ids if other != team_id)
    if not team_ids:
        return None
    return replace(key, grant=replace(key.grant, team_ids=team_ids), revision=key.revision + 1)


def list_events(
    before: ApiKey | None, after: ApiKey | None, origin: Origin
) -> Iterator[AccessEvent]:
    """List the event of a change, once for each team of the key, or else for the organisation.

    It has the same id everywhere, so that who reads several logs together sees it once.

    Args:
        before: The key before the change; None for a new one.
        after: The key after the change; None for one that is revoked.
        origin: Who makes the change, and when.
    """
    key = after or before
    if key is None:
        return
    detail = _describe(key.grant)
    if before is None:
        kind = "key.created"
    elif after is None:
        kind = "key.revoked"
    elif before.secrets[0] != after.secrets[0]:
        kind = "key.regenerated"
        if ends := [old.expires_at for old in after.secrets[1:] if old.expires_at]:
            detail["overlap_seconds"] = round((max(ends) - origin.now).total_seconds())
    else:
        kind = "key.changed"
        detail["before"] = {"name": before.grant.name, **_describe(before.grant)}
    subject = Author(id=key.id, name=key.grant.name)
    grants = [version.grant.team_ids for version in (before, after) if version]
    teams = dict.fromkeys(team_id for team_ids in grants for team_id in team_ids)
    places: list[str | None] = [*teams]
    if not all(grants):
        places.append(None)
    event = build_event(origin, kind, subject, team_id=None, **detail)
    for team_id in places:
        yield replace(event, team_id=team_id)


def _describe(grant: Grant) -> dict[str, object]:
    """Describe what a key may do; what does not restrict it is left out."""
    restrictions = {
        "prompts": grant.prompt_ids and sorted(grant.prompt_ids),
        "pointers": grant.pointers and sorted(grant.pointers),
        "quota": grant.quota,
        "expires_at": grant.expires_at and grant.expires_at.isoformat(),
    }
    return {
        "operation": grant.operation,
        "team_ids": [*grant.team_ids],
        **{name: value for name, value in restrictions.items() if value is not None},
    }


def _list_working(key: ApiKey, now: datetime) -> tuple[Secret, ...]:
    return tuple(old for old in key.secrets if old.expires_at is None or old.expires_at > now)
