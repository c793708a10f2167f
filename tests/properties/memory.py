"""moto's tables, read and put back without its API, which takes a hundred times as long."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.s3.models import s3_backends

from infra.local.aws import BUCKET, REGION, table_name
from shared.store.tables import TABLES
from tests.properties.consistency import Snapshot, plain_item

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.properties.consistency import Item


class Memory:
    """Of the tables of this process. Their items are never changed in place, only replaced."""

    def __init__(self) -> None:
        self._tables = {
            table.name: dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].tables[table_name(table)]
            for table in TABLES
        }
        self._bucket = s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets[BUCKET]

    def snapshot(self) -> Snapshot:
        return Snapshot(
            tables={
                name: sorted((_plain(item) for item in _items(table)), key=_key(name))
                for name, table in self._tables.items()
            },
            objects={name: key.value for name, key in self._bucket.keys.items()},
        )

    def clear(self) -> None:
        for table in self._tables.values():
            table.items.clear()
        for name in list(self._bucket.keys):
            self._bucket.keys.pop(name)

    def saved(self) -> dict[str, dict[Any, Any]]:
        return {
            name: {
                key: dict(found) if isinstance(found, dict) else found
                for key, found in table.items.items()
            }
            for name, table in self._tables.items()
        }

    def restore(self, saved: dict[str, dict[Any, Any]]) -> None:
        for name, table in self._tables.items():
            table.items = defaultdict(
                dict,
                {
                    key: dict(found) if isinstance(found, dict) else found
                    for key, found in saved[name].items()
                },
            )


def _key(name: str) -> Callable[[Item], tuple[Any, ...]]:
    """By the items' keys: what moto takes back goes to the end of its table."""
    (table,) = (table for table in TABLES if table.name == name)
    attributes = [attribute for attribute, _ in filter(None, (table.partition, table.sort))]
    return lambda item: tuple(item[attribute] for attribute in attributes)


def _items(table: Any) -> Iterator[Any]:
    for found in table.items.values():
        yield from found.values() if isinstance(found, dict) else (found,)


def _plain(item: Any) -> dict[str, Any]:
    return plain_item(item.to_json()["Attributes"])
