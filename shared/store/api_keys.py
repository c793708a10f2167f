"""Storage of API keys: a list of all keys, and an item per secret for authentication."""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from shared.cache import Cache
from shared.domain.credentials import hash_secret
from shared.problems import Unreadable
from shared.store import items, keys
from shared.store.dynamodb import split
from shared.store.team import load_readable
from shared.store.transactions import Write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from types_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

    from shared.domain.access import ApiKey, Principal
    from shared.domain.changes import Origin
    from shared.store.attributes import Item
    from shared.store.dynamodb import Database
    from shared.store.team import Annotations
    from shared.store.transactions import Record, Transactions

CACHED_KEYS = 10_000


def get_position(key: ApiKey) -> str:
    """Get the place of an API key in the list of all, from the oldest."""
    return keys.build_event(key.created_at, key.id)


class ApiKeys:
    """The API keys of the deployment.

    Every method raises `Unavailable` while AWS is busy or cannot be reached.
    """

    def __init__(
        self,
        database: Database,
        transactions: Transactions,
        *,
        list_team_ids: Callable[[], Iterable[str]],
        cache_seconds: float,
    ) -> None:
        """Bind the tables.

        Args:
            database: The tables.
            transactions: Writes to them.
            list_team_ids: Lists all teams of the organisation, for keys of all teams.
            cache_seconds: How long a principal is cached, in seconds.
        """
        self._database = database
        self._transactions = transactions
        self._list_team_ids = list_team_ids
        self._use_days: Cache[str, str] = Cache(weight=CACHED_KEYS)
        self._principals: Cache[str, Principal] = Cache(weight=CACHED_KEYS, seconds=cache_seconds)

    def find_principal(self, secret: str, *, is_fresh: bool = False) -> Principal | None:
        """Find the principal whose API key has this secret; it may have expired.

        Args:
            secret: The secret.
            is_fresh: Whether to read it, whatever is cached.

        Raises:
            Unreadable: The item of the secret is damaged.
        """
        secret_hash = hash_secret(secret)
        if is_fresh:
            self._principals.remove(secret_hash)
        if (principal := self._principals.get(secret_hash)) is not None:
            return principal
        item = self._database.get("access", keys.build_credential(secret_hash))
        if item is None:
            return None
        principal = items.load_principal(item, self._list_team_ids)
        self._principals.put(secret_hash, principal)
        return principal

    def find_key(self, key_id: str) -> ApiKey | None:
        """Find an API key by its id.

        Raises:
            Unreadable: The item of the key is damaged.
        """
        item = self._database.get("access", keys.build_api_key(key_id))
        return items.load_api_key(item) if item else None

    def list_keys(self, annotations: Annotations) -> list[ApiKey]:
        """List all API keys, newest first; one that cannot be read is left out and named."""
        rows = load_readable(items.load_api_key, self.list_items(), annotations)
        return sorted((key for _, key in rows), key=get_position, reverse=True)

    def list_items(self) -> Iterator[Item]:
        """List the items of all API keys, by id."""
        return self._database.query("access", ("pk", keys.API_KEYS), "sk")

    def commit(
        self,
        before: ApiKey | None,
        after: ApiKey | None,
        origin: Origin,
        *,
        record: Record | None = None,
        requires_teams: bool = False,
    ) -> None:
        """Write an API key with the items of its secrets, or delete them, in one transaction.

        Args:
            before: The key as it was read; None for a new one.
            after: The key as it will be; None to delete it.
            origin: Who makes the change, and when.
            record: The request with its idempotency key, and its response.
            requires_teams: Whether the teams that it gets must be there; operators make the first
                key before its team.

        Raises:
            LostRaceError: Somebody else has written the key.
            Forbidden: One of the teams that it gets has been deleted.
            RecordExistsError: A concurrent attempt of the same request was committed first.
        """
        from shared.domain import api_keys  # which few functions need
        from shared.store.access_events import build_access_event

        events = (
            build_access_event(self._database, event)
            for event in api_keys.list_events(before, after, origin)
        )
        writes = [*self._list_writes(before, after), *events]
        if requires_teams:
            writes += self._check_teams(before, after)
        self._transactions.transact(writes, record=record)
        # This process stops to accept what was replaced at once, others when their entries expire.
        for secret in before.secrets if before else ():
            self._principals.remove(secret.hash)

    def _list_writes(self, before: ApiKey | None, after: ApiKey | None) -> Iterator[Write]:
        condition: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(pk)"}
        if before and before.revision:
            condition = {
                "ConditionExpression": "revision = :revision",
                "ExpressionAttributeValues": {":revision": {"N": str(before.revision)}},
            }
        previous = {secret.hash for secret in before.secrets} if before else set()
        current = set()
        if after:
            item = items.dump_api_key(after)
            yield Write(self._database.build_put("access", item, **condition))
            for secret in after.secrets:
                current.add(secret.hash)
                credential = items.dump_credential(after, secret)
                if secret.hash in previous:
                    yield Write(self._build_update(credential))
                else:
                    yield Write(self._database.build_put("access", credential))
        elif before:
            key = keys.build_api_key(before.id)
            yield Write(self._database.build_delete("access", key, **condition))
        for secret in before.secrets if before else ():
            if secret.hash not in current:
                key = keys.build_credential(secret.hash)
                yield Write(self._database.build_delete("access", key))

    def _check_teams(self, before: ApiKey | None, after: ApiKey | None) -> Iterator[Write]:
        """Check that the organisation still has the teams that a key gets."""
        old, new = ({*key.grant.team_ids} if key else set() for key in (before, after))
        values = {f":team{number}": {"S": id} for number, id in enumerate(sorted(new - old))}
        if values:
            check = self._database.build_check(
                "access",
                keys.build_organisation(),
                # None of them has been deleted since it was looked for.
                ConditionExpression=" AND ".join(f"contains(team_ids, {name})" for name in values),
                ExpressionAttributeValues=values,
            )
            yield Write(check, "team")

    def _build_update(self, credential: Item) -> TransactWriteItemTypeDef:
        """Build the write of what authentication reads, which keeps what a later release added."""
        key = {name: credential[name]["S"] for name in ("pk", "sk")}
        values = {name: value for name, value in credential.items() if name not in key}
        absent = [name for name in items.OPTIONAL_OF_CREDENTIAL if name not in values]
        names = {f"#{name}": name for name in (*values, *absent)}
        expression = "SET " + ", ".join(f"#{name} = :{name}" for name in values)
        if absent:
            expression += " REMOVE " + ", ".join(f"#{name}" for name in absent)
        return self._database.build_update(
            "access",
            key,
            expression,
            ExpressionAttributeNames=names,
            ExpressionAttributeValues={f":{name}": value for name, value in values.items()},
        )

    # -- the last use, to the day

    def is_first_use(self, key_id: str, day: str) -> bool:
        """Tell whether this process asks for the first time about an API key on a day."""
        if self._use_days.get(key_id) == day:
            return False
        self._use_days.put(key_id, day)
        return True

    def write_use(self, key_id: str, day: str) -> None:
        """Write that an API key was used on a day; after a failure the next use tries again."""
        try:
            self._database.put("access", items.dump_use(key_id, day))
        except Exception:
            self._use_days.remove(key_id)
            raise

    def find_last_uses(self, key_ids: Iterable[str]) -> dict[str, str]:
        """Find the days on which keys were last used, by the ids of those that were."""
        uses = {}
        for batch in split(map(keys.build_use, key_ids), None):
            for item in self._database.get_many({"access": batch})["access"]:
                with suppress(Unreadable):
                    key_id, day = items.load_use(item)
                    uses[key_id] = day
        return uses

    # -- for operators

    def find_unlisted_key(self, key_id: str) -> ApiKey | None:
        """Find an API key that is not in the list of all keys, by its id.

        Earlier releases stored keys by their secrets only. This scans the table.
        """
        secrets = [*self._database.scan("access", entity="key", id=key_id)]
        return items.load_unlisted_key(secrets) if secrets else None


def complete_key_list(database: Database, team_id: str) -> int:
    """Add a team's API keys to the list of all keys, where earlier releases did not.

    It can be run again, beside traffic. This scans the table.

    Returns:
        How many keys were added.
    """
    secrets = defaultdict(list)
    for item in database.scan("access", entity="key", team_id=team_id):
        secrets[item["id"]["S"]].append(item)
    added = 0
    for key_id, items_of_key in secrets.items():
        if database.get("access", keys.build_api_key(key_id)) is None:
            item = items.dump_api_key(replace(items.load_unlisted_key(items_of_key), revision=1))
            added += database.put_new("access", item)
    return added
