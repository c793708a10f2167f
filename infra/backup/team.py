"""A team in a deployment's tables: everything that is its own, item by item."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from infra.backup import CannotBackUp
from shared.store import attributes, aws, items, keys
from shared.store.contents import Contents

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from infra.backup import Record, Values
    from shared.settings import Settings
    from shared.store.attributes import Item

AT_ONCE = 25  # what BatchWriteItem takes
RETRY_SECONDS = 0.5
# A part's table and the attribute that orders it there.
PARTS = {"version": "versions", "payload": "payloads", "event": "history"}


class Team:
    """Raises CannotBackUp, botocore's errors, and Unavailable from every method.

    Not the team's are the answers that are kept for idempotency keys: they belong to the callers
    of one deployment, and only for a day.
    """

    def __init__(self, settings: Settings, team_id: str) -> None:
        self.id = team_id
        self._tables = settings.tables
        self._contents = Contents(
            bucket=settings.content_bucket, inline_bytes=settings.inline_bytes
        )

    # -- reading

    def exists(self) -> bool:
        return self._get("access", keys.team(self.id)) is not None

    def access(self) -> Iterator[Values]:
        """The team, what belongs to it beside its prompts, and its keys, by their hashes.

        The keys are found by a scan: the API itself only ever looks up one by its secret.
        """
        for item in self._query("access", "pk", keys.team(self.id)["pk"]):
            if not item["sk"]["S"].startswith(keys.PROMPT):
                yield attributes.values(item)
        for item in self._pages(
            "scan",
            "access",
            FilterExpression="entity = :key AND team_id = :team",
            ExpressionAttributeValues={":key": {"S": "key"}, ":team": {"S": self.id}},
        ):
            yield attributes.values(item)

    def places(self, after: keys.Entry | None = None) -> Iterator[keys.Entry]:
        """The lines of the team's directory from the oldest prompt to the newest."""
        first = after.sort if after else keys.PROMPT
        for item in self._query(
            "access",
            "pk",
            keys.team(self.id)["pk"],
            condition=" AND sk > :first",
            given={":first": {"S": first}},
        ):
            if item["sk"]["S"].startswith(keys.PROMPT):
                yield keys.Entry.read(item["sk"]["S"])

    def anybodys(self, prompt_id: str) -> bool:
        """Whether the prompt is here, be it this team's or another's."""
        return self._get("prompts", {"prompt_id": prompt_id}) is not None

    def head(self, prompt_id: str) -> Values | None:
        """A prompt, unless it is another team's by now.

        Without the events that it tells of: they are told, and must not be told again elsewhere.
        """
        item = self._get("prompts", {"prompt_id": prompt_id})
        if item is None or item["team_id"]["S"] != self.id:
            return None
        return attributes.values(item) | {"events": []}

    def parts(self, prompt_id: str) -> Iterator[Record]:
        """A prompt's versions, payloads and history, each from the oldest to the newest.

        Those whose body lies in the bucket have it in `content` too.
        """
        for kind, table in PARTS.items():
            for item in self._query(table, "prompt_id", prompt_id):
                values = attributes.values(item)
                if "content_hash" in values:
                    values["content"] = self._contents.get(item)
                yield kind, values

    # -- writing

    def name_taken(self, head: Values) -> str | None:
        """A name of a prompt that is another prompt's here, if there is one."""
        prompt = items.prompt_from(attributes.item(head))
        for name in sorted(items.names(prompt)):
            claim = self._get("lookups", {"key": name})
            if claim is not None and claim["prompt_id"]["S"] != prompt.id:
                return prompt.name
        return None

    def put_parts(self, parts: Iterable[Record]) -> None:
        """Write a prompt's parts, which nobody finds until the prompt is there too."""
        batch: list[dict[str, Any]] = []
        for part in parts:
            for table, item in self._items(*part):
                if len(batch) == AT_ONCE:
                    self._put_all(batch)
                    batch = []
                batch.append({"table": table, "item": item})
        self._put_all(batch)

    def put_head(self, head: Values) -> None:
        """Make a prompt appear, at once with its names and its line in the team's directory.

        Does nothing if it is there already, or if a name of it is taken.
        """
        item = attributes.item(head)
        prompt = items.prompt_from(item)
        puts = [
            self._new("prompts", item, "prompt_id"),
            *(self._claim(items.name_claim(name, prompt)) for name in items.names(prompt)),
            {"Put": {"TableName": self._tables["access"], "Item": items.directory_line(prompt)}},
        ]
        try:
            with aws.translated():
                aws.dynamodb().transact_write_items(TransactItems=puts)
        except ClientError as error:
            if error.response["Error"]["Code"] != "TransactionCanceledException":
                raise

    def put_access(self, values: Values) -> bool:
        """Write what belongs to the team, unless it is there; whether it is there alike now."""
        item = attributes.item(values)
        try:
            with aws.translated():
                aws.dynamodb().put_item(**self._new("access", item, "pk")["Put"])
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
        return self._get("access", {"pk": values["pk"], "sk": values["sk"]}) == item

    def _items(self, kind: str, values: Values) -> Iterator[tuple[str, Item]]:
        if "content" in values:
            digest, inline = self._contents.put(values["content"])
            if digest != values["content_hash"]:
                raise CannotBackUp(f"a body of {values['prompt_id']} is not what its hash says")
            values = {**values, "content": inline}
        yield PARTS[kind], attributes.item(values)
        if kind == "version":
            yield (
                "lookups",
                items.version_claim(
                    version_id=values["version_id"],
                    prompt_id=values["prompt_id"],
                    number=values["version"],
                ),
            )

    # -- DynamoDB

    def _new(self, table: str, item: Item, key: str) -> Any:
        return {
            "Put": {
                "TableName": self._tables[table],
                "Item": item,
                "ConditionExpression": "attribute_not_exists(#key)",
                "ExpressionAttributeNames": {"#key": key},
            }
        }

    def _claim(self, claim: Item) -> Any:
        put = self._new("lookups", claim, "key")
        put["Put"]["ConditionExpression"] += " OR prompt_id = :prompt"
        put["Put"]["ExpressionAttributeValues"] = {":prompt": claim["prompt_id"]}
        return put

    def _put_all(self, batch: list[dict[str, Any]]) -> None:
        request: Any = {}
        for put in batch:
            request.setdefault(self._tables[put["table"]], []).append(
                {"PutRequest": {"Item": put["item"]}}
            )
        while request:
            with aws.translated():
                left = aws.dynamodb().batch_write_item(RequestItems=request)
            if request := left.get("UnprocessedItems"):
                time.sleep(RETRY_SECONDS)  # the table cannot take so much at once

    def _get(self, table: str, key: Mapping[str, Any]) -> Item | None:
        with aws.translated():
            found = aws.dynamodb().get_item(
                TableName=self._tables[table], Key=attributes.item(key), ConsistentRead=True
            )
        return found.get("Item")

    def _query(
        self,
        table: str,
        partition: str,
        value: str,
        *,
        condition: str = "",
        given: Mapping[str, Any] | None = None,
    ) -> Iterator[Item]:
        return self._pages(
            "query",
            table,
            KeyConditionExpression=f"{partition} = :partition{condition}",
            ExpressionAttributeValues={":partition": {"S": value}, **(given or {})},
        )

    def _pages(self, operation: Any, table: str, **request: Any) -> Iterator[Item]:
        pages = aws.dynamodb().get_paginator(operation)
        with aws.translated():
            for page in pages.paginate(
                TableName=self._tables[table], ConsistentRead=True, **request
            ):
                yield from page["Items"]
