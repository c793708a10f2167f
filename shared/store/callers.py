"""Storage of teams and API keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.cache import Cache
from shared.domain.access import OPERATIONS
from shared.domain.model import Team
from shared.store import items, keys

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from shared.domain.access import Principal
    from shared.store.dynamodb import Database

CACHED_KEYS = 10_000


class Callers:
    """Teams, and API keys by the hashes of their secrets.

    Every method raises `Unavailable` while AWS is busy or cannot be reached.
    """

    def __init__(self, database: Database, *, cache_seconds: float) -> None:
        """Bind the tables.

        Args:
            database: The tables.
            cache_seconds: How long a principal is cached, in seconds.
        """
        self._database = database
        self._principals: Cache[str, Principal] = Cache(weight=CACHED_KEYS, seconds=cache_seconds)

    def find_principal(self, secret: str) -> Principal | None:
        """Find the principal whose API key has this secret.

        Raises:
            Unreadable: The item of the key is damaged.
        """
        key = keys.build_api_key(secret)
        if (principal := self._principals.get(key["pk"])) is not None:
            return principal
        if (item := self._database.get("access", key)) is None:
            return None
        principal = items.load_principal(item)
        self._principals.put(key["pk"], principal)
        return principal

    def find_team(self, team_id: str) -> Team | None:
        """Find a team by its id.

        Raises:
            Unreadable: The item of the team is damaged.
        """
        item = self._database.get("access", keys.build_team(team_id))
        return items.load_team(item, team_id=team_id) if item else None

    # -- for operators

    def add_team(self, *, team_id: str, name: str, at: datetime) -> None:
        """Write a new team, whose directory is complete: it has no prompts yet."""
        team = Team(id=team_id, name=name, created_at=at)
        item = items.dump_team(team)
        self._database.put("access", {**item, "has_complete_directory": {"BOOL": True}})

    def add_key(
        self, *, secret: str, key_id: str, team_id: str, name: str, operation: str, at: datetime
    ) -> None:
        """Write an API key under the hash of its secret.

        Raises:
            KeyError: `OPERATIONS` has no such operation.
        """
        OPERATIONS[operation]
        item = items.dump_key(
            secret=secret, key_id=key_id, team_id=team_id, name=name, operation=operation, at=at
        )
        self._database.put("access", item)

    def list_hashes(self, key_id: str) -> Iterator[str]:
        """List the hashes under which an API key is stored; after a rotation there can be several.

        This scans the table: the API needs no index by id, because it finds keys by their secrets.
        """
        for item in self._database.scan("access", entity="key", id=key_id):
            yield item["pk"]["S"]

    def delete_key(self, key_hash: str) -> None:
        """Delete the API key stored under a hash."""
        self._database.delete("access", {"pk": key_hash, "sk": keys.KEY})
