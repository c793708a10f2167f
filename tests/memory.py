"""moto's tables and bucket, saved and restored without its API, a hundred times as fast.

That is what makes a test of all routes cheap: a scene is set up once, and restored for each call.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from moto.cognitoidp.models import cognitoidp_backends
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.s3.models import s3_backends

from infra.local.aws import BUCKET, REGION, USER_POOL_ID, build_table_name
from shared.store.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    # An item as DynamoDB shows it: `{"version": {"N": "1"}}`.
    Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Saved:
    """What was stored at a moment.

    Items are shared: no write changes one in place. An object's key is made of what is in it.

    Attributes:
        tables: The items of each table, as moto has them.
        objects: The bucket's objects by key.
        users: The people of the user pool, as moto has them.
        challenges: The sign-ins that are not complete.
    """

    tables: Mapping[str, Mapping[Any, Any]]
    objects: Mapping[str, bytes]
    users: Mapping[str, Any] = field(default_factory=dict)
    challenges: Mapping[str, Any] = field(default_factory=dict)


class Memory:
    """The tables, the bucket and the user pool of this process."""

    def __init__(self) -> None:
        tables = dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].tables
        self._tables = {table.name: tables[build_table_name(table)] for table in TABLES}
        cognito = cognitoidp_backends[DEFAULT_ACCOUNT_ID][REGION]
        self._users = cognito.user_pools[USER_POOL_ID].users
        self._challenges = cognito.sessions
        self._bucket = s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets[BUCKET]

    def list_items(self) -> dict[str, list[Item]]:
        """List the items of each table, by their keys: moto appends what it is given back.

        The same item is the same object in each list, which makes lists fast to compare: whoever
        changes one changes a copy.
        """
        return self.load_items(_get_document)

    def load_items(self, load: Callable[[Item], Item]) -> dict[str, list[Item]]:
        """List what a function makes of each item, in the order of `list_items`.

        It is made once for each item, and is the same object in each list.
        """
        lists = {}
        for name, table in self._tables.items():
            items = sorted(_iterate(table.items), key=_get_place)
            lists[name] = [_load_item(item, load) for item in items]
        return lists

    def list_objects(self) -> dict[str, bytes]:
        """List the bucket's objects by key."""
        return {name: key.value for name, key in self._bucket.keys.items()}

    def list_users(self) -> dict[str, dict[str, Any]]:
        """List the people of the user pool, by the names that it has for them."""
        return {
            name: {
                "attributes": sorted(map(repr, user.attributes)),
                "status": user.status,
                "password": user.password,
                "second_factor": (user.software_token_mfa_enabled, user.token_verified),
            }
            for name, user in self._users.items()
        }

    def put(self, table: str, item: Item) -> None:
        """Put an item into a table, as whoever has made it and whatever is in it."""
        self._tables[table].put_item(item)

    def save(self) -> Saved:
        """Save what is stored."""
        return Saved(
            {name: _copy(table.items) for name, table in self._tables.items()},
            self.list_objects(),
            _copy_users(self._users),
            dict(self._challenges),
        )

    def restore(self, saved: Saved) -> None:
        """Restore what was stored."""
        for name, table in self._tables.items():
            table.items = defaultdict(dict, _copy(saved.tables[name]))
        self._users.clear()
        self._users.update(_copy_users(saved.users))
        self._challenges.clear()
        self._challenges.update(saved.challenges)
        present = {*self._bucket.keys}
        for key in present - saved.objects.keys():
            self._bucket.keys.pop(key)
        for key in saved.objects.keys() - present:
            s3_backends[DEFAULT_ACCOUNT_ID]["aws"].put_object(BUCKET, key, saved.objects[key])

    def clear(self) -> None:
        """Remove all that is stored."""
        self.restore(Saved({name: {} for name in self._tables}, {}))


def _copy(items: Mapping[Any, Any]) -> dict[Any, Any]:
    """Copy a table, whose items are in partitions where it has a sort key."""
    return {key: value.copy() if isinstance(value, dict) else value for key, value in items.items()}


def _copy_users(users: Mapping[str, Any]) -> dict[str, Any]:
    """Copy people, whom moto changes in place."""
    return {name: copy.copy(user) for name, user in users.items()}


def _iterate(items: Mapping[Any, Any]) -> Iterator[Any]:
    for value in items.values():
        yield from value.values() if isinstance(value, dict) else (value,)


def _dump_item(item: Any) -> Item:
    """Make the document of one of moto's items, once, and keep it with the item."""
    document: Item = vars(item).get("document") or item.to_json()["Attributes"]
    item.document = document
    return document


def _get_document(document: Item) -> Item:
    return document


def _load_item(item: Any, load: Callable[[Item], Item]) -> Item:
    """Make what a function makes of an item's document, once, and keep it with the item."""
    loaded: dict[Any, Item] = vars(item).setdefault("loaded", {})
    if load not in loaded:
        loaded[load] = load(_dump_item(item))
    return loaded[load]


def _get_place(item: Any) -> tuple[str, ...]:
    """Get the key of one of moto's items as texts, made once and kept with the item."""
    place: tuple[str, ...] | None = vars(item).get("place")
    if place is None:
        keys = (item.hash_key, item.range_key)
        place = item.place = tuple(str(key.value) for key in keys if key is not None)
    return place
