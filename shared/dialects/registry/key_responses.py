"""Responses about API keys in px0's format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.responses import dump_author, dump_time
from shared.domain.organisation import ORGANISATION_ID

if TYPE_CHECKING:
    from shared.dialects.registry import key_models
    from shared.domain.access import ApiKey


def dump_key(key: ApiKey, last_use: str | None) -> key_models.ApiKey:
    """Dump an API key, without a secret.

    Args:
        key: The key.
        last_use: The day on which it was last used; None for never.
    """
    grant = key.grant
    return {
        "id": key.id,
        "name": grant.name,
        **_dump_teams(key),
        "operation": grant.operation,
        "created_at": dump_time(key.created_at),
        "last_used_at": f"{last_use}T00:00:00Z" if last_use else None,
        **_dump_fields(key),
    }


def dump_secret(secret: str, key: ApiKey) -> key_models.KeyWithSecret:
    """Dump an API key with its new secret, which is shown only here."""
    return {
        "created_at": dump_time(key.created_at),
        "id": key.id,
        "key": secret,
        "name": key.grant.name,
        "operation": key.grant.operation,
        **_dump_teams(key),
        **_dump_fields(key),
    }


def _dump_teams(key: ApiKey) -> key_models.KeyTeams:
    teams: key_models.KeyTeams = {"org_id": ORGANISATION_ID}
    if key.grant.team_ids:
        teams["team_id"] = key.grant.team_ids[0]
    return teams


def _dump_fields(key: ApiKey) -> key_models.KeyFields:
    grant = key.grant
    return {
        "team_ids": [*grant.team_ids],
        "prefix": key.prefix,
        "public_key": key.public_key,
        "created_by": dump_author(key.created_by) if key.created_by else None,
        "expires_at": dump_time(grant.expires_at) if grant.expires_at else None,
        "prompt_ids": None if grant.prompt_ids is None else sorted(grant.prompt_ids),
        "pointers": None if grant.pointers is None else sorted(grant.pointers),
        "quota": grant.quota,
    }
