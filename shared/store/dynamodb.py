"""Operations on the items of a deployment's tables: the only module that calls DynamoDB."""

from __future__ import annotations

import random
import time
from importlib import import_module
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.exceptions import ClientError

from shared.deadline import PATIENCE_SECONDS, Deadline
from shared.problems import Unavailable
from shared.store.attributes import dump_item, dump_value
from shared.store.aws import ATTEMPT_SECONDS, get_dynamodb, translate_errors

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from types_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

    from shared.store.attributes import Item

Row = TypeVar("Row")

ITEMS_PER_READ = 100  # the limit of BatchGetItem
ITEMS_PER_TRANSACTION = 100  # the limit of TransactWriteItems
ITEMS_PER_WRITE = 25  # the limit of BatchWriteItem
GROWTH = 8  # of the pages of a query whose first page is limited
RETRY_SECONDS = 0.5
ATTEMPTS = 8  # in a row that read nothing of what a busy table has left out
FIRST_PAUSE = 0.05  # seconds
LONGEST_PAUSE = 1.0  # seconds
# Why a transaction is cancelled while the tables are busy.
BUSY_REASONS = frozenset({"ThrottlingError", "ProvisionedThroughputExceeded"})


def make_pauses(deadline: Deadline) -> Iterator[None]:
    """Make a random pause before each attempt but the first, for longer each time.

    Args:
        deadline: When the last attempt must have ended.

    Raises:
        Unavailable: There have been `ATTEMPTS` attempts, or the next could end too late.
    """
    for attempt in range(1, ATTEMPTS):
        pause = random.uniform(0, min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (attempt - 1)))  # nosec B311
        if not deadline.allows(pause + ATTEMPT_SECONDS):
            break
        time.sleep(pause)
        yield
    raise Unavailable(retry_after=1)


def split(rows: Iterable[Row], size: int | None) -> Iterator[list[Row]]:
    """Split rows into batches for `get_many`.

    Args:
        rows: The rows, which are read as the caller goes on.
        size: The size of the first batch; later ones are larger. None for the largest size.
    """
    rows, size = iter(rows), min(size or ITEMS_PER_READ, ITEMS_PER_READ)
    while batch := list(islice(rows, size)):
        yield batch
        size = min(size * GROWTH, ITEMS_PER_READ)


def _build_projection(attributes: Sequence[str]) -> tuple[dict[str, str], dict[str, Any]]:
    """Build the names and the further fields of a read of some attributes only."""
    names = {f"#a{number}": each for number, each in enumerate(attributes)}
    return names, {"ProjectionExpression": ", ".join(names)} if names else {}


class Database:
    """The tables of one deployment.

    All reads are consistent, so that a caller can read at once what a successful response
    confirmed. Every method raises `Unavailable` while AWS is busy or cannot be reached.
    """

    def __init__(self, tables: Mapping[str, str]) -> None:
        """Bind the tables.

        Args:
            tables: The deployed name of each table, by its name in code.
        """
        self._tables = tables

    def prepare(self) -> None:
        """Make the client, with all that its first request needs."""
        import_module("encodings.idna")  # which names of hosts are encoded with
        get_dynamodb()

    # -- reads

    def get(self, table: str, key: Mapping[str, Any]) -> Item | None:
        """Get an item by its key."""
        with translate_errors():
            response = get_dynamodb().get_item(
                TableName=self._tables[table], Key=dump_item(key), ConsistentRead=True
            )
        return response.get("Item")

    def get_many(
        self,
        keys: Mapping[str, Sequence[Mapping[str, Any]]],
        *,
        attributes: Sequence[str] = (),
    ) -> dict[str, list[Item]]:
        """Get the existing items among at most `ITEMS_PER_READ` keys.

        Args:
            keys: The keys by table.
            attributes: The names of the attributes to read; none for all.

        Returns:
            The items by table, in no particular order.
        """
        items: dict[str, list[Item]] = {table: [] for table in keys}
        tables = {self._tables[table]: table for table in keys}
        names, projection = _build_projection(attributes)
        if attributes:
            projection["ExpressionAttributeNames"] = names
        request: Any = {
            self._tables[table]: {
                "Keys": [dump_item(key) for key in table_keys],
                "ConsistentRead": True,
                **projection,
            }
            for table, table_keys in keys.items()
            if table_keys
        }
        pauses = make_pauses(Deadline(PATIENCE_SECONDS))
        while request:
            with translate_errors():
                response = get_dynamodb().batch_get_item(RequestItems=request)
            for name, batch in response["Responses"].items():
                items[tables[name]] += batch
            if request := response.get("UnprocessedKeys"):
                if any(response["Responses"].values()):
                    # The table is busy, but there is progress.
                    pauses = make_pauses(Deadline(PATIENCE_SECONDS))
                next(pauses)
        return items

    def get_snapshot(self, requests: Sequence[tuple[str, Mapping[str, Any]]]) -> list[Any] | None:
        """Get items as they are at one moment, which a batch does not promise.

        It takes twice the units of a batch.

        Args:
            requests: The tables and the keys, at most `ITEMS_PER_TRANSACTION`.

        Returns:
            The items in the same order, and None for those that do not exist; None instead of all
            while one of them is being written.
        """
        gets: Any = [
            {"Get": {"TableName": self._tables[table], "Key": dump_item(key)}}
            for table, key in requests
        ]
        try:
            with translate_errors():
                response = get_dynamodb().transact_get_items(TransactItems=gets)
        except ClientError as error:
            if error.response["Error"]["Code"] != "TransactionCanceledException":
                raise
            codes = {reason.get("Code") for reason in error.response["CancellationReasons"]}
            if codes & BUSY_REASONS:
                raise Unavailable(retry_after=1) from error
            if "TransactionConflict" not in codes:
                raise
            return None
        return [row.get("Item") for row in response["Responses"]]

    def query(
        self,
        table: str,
        partition: tuple[str, str],
        sort: str,
        *,
        prefix: str | None = None,
        before: str | int | None = None,
        first_page: int | None = None,
        upwards: bool = False,
        attributes: Sequence[str] = (),
    ) -> Iterator[Item]:
        """Read the items of a partition, from the highest sort key down unless it says otherwise.

        Args:
            table: The table.
            partition: Name and value of the partition key.
            sort: Name of the sort key.
            prefix: Prefix of the sort keys to read; None for all.
            before: The sort key below which to start.
            first_page: The maximum number of items of the first page, where these may be enough;
                each of the following pages may have more. None for as many as DynamoDB returns.
            upwards: Whether to start at the lowest sort key instead.
            attributes: The names of the attributes to read; none for all.
        """
        name, value = partition
        names = {"#p": name}
        values: dict[str, Any] = {":p": dump_value(value)}
        condition = "#p = :p"
        if before is not None and prefix is not None:
            condition += " AND #s BETWEEN :first AND :before"
            values |= {":first": {"S": prefix}, ":before": dump_value(before)}
            first_page = first_page and first_page + 1  # the bound itself
        elif before is not None:
            condition += " AND #s < :before"
            values[":before"] = dump_value(before)
        elif prefix is not None:
            condition += " AND begins_with(#s, :first)"
            values[":first"] = {"S": prefix}
        if len(values) > 1:
            names["#s"] = sort
        others, projection = _build_projection(attributes)
        request: dict[str, Any] = {
            "KeyConditionExpression": condition,
            "ExpressionAttributeNames": names | others,
            "ExpressionAttributeValues": values,
            "ScanIndexForward": upwards,
            **projection,
        }
        for item in self._read_pages("query", table, request, first_page=first_page):
            # BETWEEN includes its bound, and DynamoDB allows one condition on a sort key.
            if prefix is None or item[sort] != values.get(":before"):
                yield item

    def query_upwards(
        self, table: str, partition: tuple[str, str], *, sort: str = "", after: str = ""
    ) -> Iterator[Item]:
        """Read the items of a partition from the lowest sort key up.

        Args:
            table: The table.
            partition: Name and value of the partition key.
            sort: Name of the sort key; needed with `after`.
            after: The sort key above which to start.
        """
        name, value = partition
        request: dict[str, Any] = {
            "KeyConditionExpression": "#p = :p" + (" AND #s > :after" if after else ""),
            "ExpressionAttributeNames": {"#p": name} | ({"#s": sort} if after else {}),
            "ExpressionAttributeValues": dump_item({":p": value, ":after": after or None}),
        }
        return self._read_pages("query", table, request)

    def scan(self, table: str, **equal: str) -> Iterator[Item]:
        """Read a whole table. For operators: no function's role allows it.

        Args:
            table: The table.
            **equal: Attributes to filter by, with the text that each must equal.
        """
        request: dict[str, Any] = {}
        if equal:
            request = {
                "FilterExpression": " AND ".join(f"#{name} = :{name}" for name in equal),
                "ExpressionAttributeNames": {f"#{name}": name for name in equal},
                "ExpressionAttributeValues": {
                    f":{name}": {"S": value} for name, value in equal.items()
                },
            }
        return self._read_pages("scan", table, request)

    def _read_pages(
        self,
        operation: str,
        table: str,
        request: Mapping[str, Any],
        *,
        first_page: int | None = None,
    ) -> Iterator[Item]:
        call: Any = getattr(get_dynamodb(), operation)
        size = first_page
        page: dict[str, Any] = {"Limit": size} if size else {}
        while True:
            with translate_errors():
                response = call(
                    TableName=self._tables[table], ConsistentRead=True, **request, **page
                )
            yield from response["Items"]
            if "LastEvaluatedKey" not in response:
                return
            page = {"ExclusiveStartKey": response["LastEvaluatedKey"]}
            if size:
                size *= GROWTH
                page["Limit"] = size

    # -- writes

    def put(self, table: str, item: Item) -> None:
        """Write one item."""
        with translate_errors():
            get_dynamodb().put_item(TableName=self._tables[table], Item=item)

    def put_new(self, table: str, item: Item) -> bool:
        """Write one item, unless there is one with its key; every item has an `entity`.

        Returns:
            Whether it was written.
        """
        try:
            with translate_errors():
                get_dynamodb().put_item(
                    TableName=self._tables[table],
                    Item=item,
                    ConditionExpression="attribute_not_exists(entity)",
                )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            return False
        return True

    def update(
        self, table: str, key: Mapping[str, Any], expression: str, **fields: Any
    ) -> Item | None:
        """Update one item.

        Args:
            table: The table.
            key: The key of the item, which is made if it does not exist.
            expression: DynamoDB's update expression.
            **fields: Further fields of the call, such as a condition.

        Returns:
            The item as it is then; None if the condition does not hold.
        """
        try:
            with translate_errors():
                response = get_dynamodb().update_item(
                    TableName=self._tables[table],
                    Key=dump_item(key),
                    UpdateExpression=expression,
                    ReturnValues="ALL_NEW",
                    **fields,
                )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            return None
        return response["Attributes"]

    def delete(self, table: str, key: Mapping[str, Any]) -> None:
        """Delete one item. For operators."""
        with translate_errors():
            get_dynamodb().delete_item(TableName=self._tables[table], Key=dump_item(key))

    def put_many(self, items: Iterable[tuple[str, Item]]) -> None:
        """Write items unconditionally. For operators.

        Args:
            items: Pairs of a table and an item; nobody else may be writing these items.
        """
        batch: list[tuple[str, Item]] = []
        for pair in items:
            batch.append(pair)
            if len(batch) == ITEMS_PER_WRITE:
                self._put_batch(batch)
                batch = []
        self._put_batch(batch)

    def _put_batch(self, batch: Iterable[tuple[str, Item]]) -> None:
        request: Any = {}
        for table, item in batch:
            request.setdefault(self._tables[table], []).append({"PutRequest": {"Item": item}})
        while request:
            with translate_errors():
                response = get_dynamodb().batch_write_item(RequestItems=request)
            if request := response.get("UnprocessedItems"):
                time.sleep(RETRY_SECONDS)  # the table is throttling

    # -- transactions

    def build_put(self, table: str, item: Item, **condition: Any) -> TransactWriteItemTypeDef:
        """Build a put for a transaction."""
        put: Any = {"TableName": self._tables[table], "Item": item, **condition}
        return {"Put": put}

    def build_delete(
        self, table: str, key: Mapping[str, Any], **condition: Any
    ) -> TransactWriteItemTypeDef:
        """Build a delete for a transaction."""
        delete: Any = {"TableName": self._tables[table], "Key": dump_item(key), **condition}
        return {"Delete": delete}

    def build_update(
        self, table: str, key: Mapping[str, Any], expression: str, **fields: Any
    ) -> TransactWriteItemTypeDef:
        """Build an update for a transaction.

        Args:
            table: The table.
            key: The key of the item, which is made if it does not exist.
            expression: DynamoDB's update expression.
            **fields: Further fields of the update, such as a condition.
        """
        update: Any = {
            "TableName": self._tables[table],
            "Key": dump_item(key),
            "UpdateExpression": expression,
            **fields,
        }
        return {"Update": update}

    def build_check(
        self, table: str, key: Mapping[str, Any], **condition: Any
    ) -> TransactWriteItemTypeDef:
        """Build a condition on an item that a transaction does not write."""
        check: Any = {"TableName": self._tables[table], "Key": dump_item(key), **condition}
        return {"ConditionCheck": check}

    def transact(self, writes: Sequence[TransactWriteItemTypeDef]) -> None:
        """Run writes as one transaction.

        Raises:
            ClientError: A condition does not hold; `CancellationReasons` has one entry per write.
        """
        with translate_errors():
            get_dynamodb().transact_write_items(TransactItems=writes)
