"""The registry's memory: consistent reads, and one way to write.

Every write is one transaction on the condition that the prompt's head is still of the revision that
the change was made from. So numbers have no gaps, the live pointer moves in one step, and what a
change says is there at once for every reader, the team's list included.
"""

from __future__ import annotations

from itertools import product
from sys import getsizeof
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from botocore.exceptions import ClientError

from shared import wire
from shared.answers import Answer
from shared.domain.access import OPERATIONS, Principal, Team
from shared.domain.content import Content
from shared.domain.ledgers import Ledger
from shared.domain.payloads import Payload
from shared.domain.prompts import NAME_LENGTH
from shared.errors import NameTaken, Unavailable
from shared.store import attributes, items, keys
from shared.store.aws import dynamodb, translated
from shared.store.cache import Cache
from shared.store.contents import Contents

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from types_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

    from shared.domain.changes import Change, Event
    from shared.domain.prompts import Prompt, Scope, Selector
    from shared.domain.versions import Version
    from shared.settings import Settings
    from shared.store.attributes import Item
    from shared.store.idempotency import Attempt

ITEMS_PER_READ = 100  # what BatchGetItem takes
SCOPES: tuple[Scope, ...] = ("team", "organization")


class Raced(Exception):
    """Another writer was faster.

    Args:
        current: the head as it is now, where DynamoDB told.
    """

    def __init__(self, current: Prompt | None) -> None:
        super().__init__()
        self.current = current


class AlreadyAnswered(Exception):
    """The same call, made at the same time, was finished first."""


class Leg(NamedTuple):
    """One write of a transaction, and what it means when its condition fails."""

    write: TransactWriteItemTypeDef
    failure: Literal["head", "name", "record", "ledger"]


class Store:
    """Raises Unavailable from every method when AWS cannot serve us just now."""

    def __init__(self, settings: Settings) -> None:
        self._tables = settings.tables
        self._contents = Contents(
            bucket=settings.content_bucket, inline_bytes=settings.inline_bytes
        )
        self._principals: Cache[str, Principal] = Cache(
            weight=10_000, seconds=settings.key_cache_seconds
        )
        self._ids_by_slug: Cache[str, str] = Cache(weight=10_000)
        # Every write to a prompt or its versions moves the head from one revision to the next, so
        # that a version is what it was for as long as the head is of the same revision.
        self._shown: Cache[tuple[str, Selector], tuple[int, Version]] = Cache(
            weight=settings.content_cache_bytes
        )

    # -- callers

    def principal(self, secret: str) -> Principal | None:
        """The caller of an API key; remembered for the settings' `key_cache_seconds`."""
        key = keys.api_key(secret)
        if (known := self._principals.get(key["pk"])) is not None:
            return known
        if (stored := self._get("access", key)) is None:
            return None
        principal = Principal(
            id=stored["id"],
            name=stored["name"],
            permissions={stored["team_id"]: OPERATIONS[stored["operation"]]},
        )
        self._principals.keep(key["pk"], principal)
        return principal

    def team(self, team_id: str) -> Team | None:
        stored = self._get("access", keys.team(team_id))
        if stored is None:
            return None
        at = keys.moment(stored["created_at"])
        return Team(id=team_id, name=stored["name"], created_at=at)

    def add_team(self, *, team_id: str, name: str, at: datetime) -> None:
        self._put(
            "access",
            {
                **keys.team(team_id),
                "entity": "team",
                "name": name,
                "created_at": keys.timestamp(at),
            },
        )

    def add_key(
        self,
        *,
        secret: str,
        key_id: str,
        team_id: str,
        name: str,
        operation: str,
        at: datetime,
    ) -> None:
        """Store a key by its hash. Raises KeyError for an unknown operation."""
        OPERATIONS[operation]
        self._put(
            "access",
            {
                **keys.api_key(secret),
                "entity": "key",
                "id": key_id,
                "team_id": team_id,
                "name": name,
                "operation": operation,
                "created_at": keys.timestamp(at),
            },
        )

    # -- what belongs to a team beside its prompts

    def ledger(self, team_id: str, name: str) -> Ledger:
        """A small document of a team's, such as the tags that it has defined."""
        stored = self._get("access", keys.ledger(team_id, name))
        if stored is None:
            return Ledger(team_id=team_id, name=name)
        return Ledger(
            team_id=team_id,
            name=name,
            revision=stored["revision"],
            entries=tuple(wire.decode(stored["entries"], depth=wire.STORED_DEPTH)),
        )

    def commit_ledger(
        self, ledger: Ledger, *, answer: tuple[Attempt, Answer] | None = None
    ) -> None:
        """Write a ledger that was made from the stored one. Raises Raced; AlreadyAnswered."""
        values = {
            **keys.ledger(ledger.team_id, ledger.name),
            "entity": "ledger",
            "revision": ledger.revision,
            "entries": wire.encode(ledger.entries),
        }
        # Nobody else has written since the ledger was read.
        put = self._put_leg(
            "access",
            attributes.item(values),
            ConditionExpression="attribute_not_exists(pk) OR revision = :seen",
            ExpressionAttributeValues={":seen": {"N": str(ledger.revision - 1)}},
        )
        legs = [Leg(put, "ledger"), *([self._record_leg(*answer)] if answer else [])]
        self._transact(legs)

    # -- prompts

    def prompt(self, prompt_id: str) -> Prompt | None:
        item = self._get_item("prompts", {"prompt_id": prompt_id})
        return items.prompt_from(item) if item else None

    def prompt_by_slug(self, team_ids: Iterable[str], slug: str) -> Prompt | None:
        """The prompt of this slug in the first of the teams that has one.

        The team's own comes before what it shares with its organization.
        """
        if len(slug) > NAME_LENGTH:
            return None  # nor would DynamoDB take a key of any length
        for team_id, scope in product(team_ids, SCOPES):
            claim = keys.slug_claim(team_id, scope, slug)
            known = self._ids_by_slug.get(claim)
            if known and (prompt := self._named(known, team_id, slug)):
                return prompt
            stored = self._get("lookups", {"key": claim})
            if stored and (prompt := self._named(stored["prompt_id"], team_id, slug)):
                self._ids_by_slug.keep(claim, prompt.id)
                return prompt
        return None

    def _named(self, prompt_id: str, team_id: str, slug: str) -> Prompt | None:
        """The prompt, if that is still its name: it may have moved since the name was looked up."""
        prompt = self.prompt(prompt_id)
        if prompt is None or prompt.status == "deleted":
            return None
        return prompt if (prompt.team_id, prompt.slug) == (team_id, slug) else None

    def prompts(
        self, team_id: str, *, after: keys.Entry | None = None
    ) -> Iterator[tuple[str, Prompt]]:
        """A team's prompts, newest first, deleted ones too, each with its place in the list.

        The list is read from the team's directory, which is written in the transaction that creates
        or moves a prompt, since an index would show a new prompt only some time later.
        """
        lines = self._query(
            "access",
            "pk",
            keys.team(team_id)["pk"],
            "sk",
            prefix=keys.PROMPT,
            before=after.sort if after else None,
        )
        batch: list[str] = []
        for line in lines:
            batch.append(line["sk"]["S"])
            if len(batch) == ITEMS_PER_READ:
                yield from self._listed(team_id, batch)
                batch = []
        yield from self._listed(team_id, batch)

    def _listed(self, team_id: str, places: list[str]) -> Iterator[tuple[str, Prompt]]:
        ids = [keys.Entry.read(place).prompt_id for place in places]
        heads = self._batch_get({"prompts": [{"prompt_id": prompt_id} for prompt_id in ids]})
        prompts = {prompt.id: prompt for prompt in map(items.prompt_from, heads["prompts"])}
        for place, prompt_id in zip(places, ids, strict=True):
            prompt = prompts.get(prompt_id)
            if prompt is not None and prompt.team_id == team_id:
                yield place, prompt

    # -- versions

    def version(self, prompt: Prompt, selector: Selector) -> Version | None:
        if selector == "latest":
            return next(self.versions(prompt.id, limit=1), None)
        number = prompt.resolve(selector)
        if number is None or not 0 < number <= prompt.last_version:
            return None
        item = self._get_item("versions", {"prompt_id": prompt.id, "version": number})
        return self._version(item) if item else None

    def prompt_and_version(
        self, prompt_id: str, selector: Selector
    ) -> tuple[Prompt | None, Version | None]:
        """Both in one read where the number is given, else in two."""
        if isinstance(selector, str):
            prompt = self.prompt(prompt_id)
            return prompt, self.version(prompt, selector) if prompt else None
        if not 0 < selector < 2**31:
            return self.prompt(prompt_id), None
        found = self._batch_get(
            {
                "prompts": [{"prompt_id": prompt_id}],
                "versions": [{"prompt_id": prompt_id, "version": selector}],
            }
        )
        heads, versions = found["prompts"], found["versions"]
        return (
            items.prompt_from(heads[0]) if heads else None,
            self._version(versions[0]) if versions else None,
        )

    def shown_version(self, prompt: Prompt, selector: Selector) -> Version | None:
        """A version for somebody who reads, remembered from the last time if nothing has changed.

        Args:
            prompt: as it was just read; not one that is yet to be written.
        """
        key = prompt.id, selector if selector == "latest" else prompt.resolve(selector) or 0
        revision, version = self._shown.get(key) or (0, None)
        if revision == prompt.revision:
            return version
        version = self.version(prompt, selector)
        if version is not None:
            entry = prompt.revision, version
            self._shown.keep(key, entry, weight=getsizeof(version.content.document))
        return version

    def versions(
        self, prompt_id: str, *, before: int | None = None, limit: int | None = None
    ) -> Iterator[Version]:
        """A prompt's versions, highest number first."""
        for item in self._query(
            "versions", "prompt_id", prompt_id, "version", before=before, limit=limit
        ):
            yield self._version(item)

    def _version(self, item: Item) -> Version:
        return items.version_from(item, Content.from_document(self._contents.get(item)))

    def version_by_id(self, version_id: str) -> tuple[Prompt | None, Version | None]:
        """The version of an id, and the prompt that it belongs to."""
        named = self._get("lookups", {"key": keys.version_claim(version_id)})
        if named is None:
            return None, None
        return self.prompt_and_version(named["prompt_id"], named["version"])

    def numbered(self, wanted: Sequence[tuple[str, int]]) -> dict[tuple[str, int], Version]:
        """Those of the versions, named by prompt and number, that exist."""
        found: dict[tuple[str, int], Version] = {}
        for start in range(0, len(wanted), ITEMS_PER_READ):
            some = [
                {"prompt_id": prompt_id, "version": number}
                for prompt_id, number in wanted[start : start + ITEMS_PER_READ]
            ]
            for item in self._batch_get({"versions": some})["versions"]:
                version = self._version(item)
                found[version.prompt_id, version.number] = version
        return found

    def newest(self, prompts: Sequence[Prompt]) -> dict[str, Version]:
        """The newest version of each prompt that has one, by the prompt's id."""
        last = self.numbered([(p.id, p.last_version) for p in prompts if p.last_version])
        newest = {prompt_id: version for (prompt_id, _), version in last.items()}
        for prompt in prompts:
            # Its last number was that of a draft which is erased by now.
            if prompt.last_version and prompt.id not in newest:
                newest |= {v.prompt_id: v for v in self.versions(prompt.id, limit=1)}
        return newest

    # -- payloads

    def payload(self, prompt_id: str, payload_id: str) -> Payload | None:
        item = self._get_item("payloads", {"prompt_id": prompt_id, "payload_id": payload_id})
        return items.payload_from(item, self._contents.get(item)) if item else None

    def payloads(self, prompt_id: str, *, before: str | None = None) -> Iterator[Payload]:
        """A prompt's payloads, newest first."""
        for item in self._query("payloads", "prompt_id", prompt_id, "payload_id", before=before):
            yield items.payload_from(item, self._contents.get(item))

    # -- history

    def events(self, prompt_id: str, *, before: str | None = None) -> Iterator[tuple[str, Event]]:
        """A prompt's history, newest first, each event with its place in it."""
        for item in self._query("history", "prompt_id", prompt_id, "event", before=before):
            yield item["event"]["S"], items.event_from(item)

    # -- writing

    def answered(self, attempt: Attempt) -> Answer | None:
        """What the same call was answered before. Raises IdempotencyMismatch."""
        item = self._get_item("lookups", {"key": attempt.key})
        if item is None or not attempt.repeats(stored := attributes.values(item)):
            return None
        return Answer(
            status=stored["status"],
            body=self._contents.get(item) or None,
            headers=stored["headers"],
        )

    def commit(self, change: Change[Any], *, answer: tuple[Attempt, Answer] | None = None) -> None:
        """Carry out a change, all or nothing, and with it keep the answer that tells of it.

        Raises:
            Raced: the head has moved on; the change must be made again from where it is now.
            NameTaken: the team has a prompt of this name or slug.
            AlreadyAnswered: the same call was finished first.
        """
        legs: list[Leg] = []
        if change.events:
            legs += [*self._head_legs(change), *self._name_legs(change), *self._part_legs(change)]
        if answer is not None:
            # Of a call that had nothing to do too: repeated later, it must not find something.
            legs.append(self._record_leg(*answer))
        if legs:
            self._transact(legs)

    def _transact(self, legs: list[Leg]) -> None:
        try:
            with translated():
                dynamodb().transact_write_items(TransactItems=[leg.write for leg in legs])
        except ClientError as error:
            self._raise_meaning(error, legs)

    def _head_legs(self, change: Change[Any]) -> Iterator[Leg]:
        head = items.prompt_item(change.after, change.events)
        if change.before is None:
            # Ids are random: that this one exists already can only be a retry of ours.
            condition: Item = {"ConditionExpression": "attribute_not_exists(prompt_id)"}
        else:
            # Nobody else has written to this prompt since the change was made from it.
            condition = {
                "ConditionExpression": "revision = :seen",
                "ExpressionAttributeValues": {":seen": {"N": str(change.before.revision)}},
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }
        yield Leg(self._put_leg("prompts", head, **condition), "head")
        for event in change.events:
            yield Leg(self._put_leg("history", items.event_item(event)), "head")

    def _name_legs(self, change: Change[Any]) -> Iterator[Leg]:
        """Names follow the prompt: claimed where it is, given up where it was."""
        before, after = change.before, change.after
        old, new = items.names(before) if before else set(), items.names(after)
        for claim in sorted(new - old):
            yield Leg(
                self._put_leg(
                    "lookups",
                    items.name_claim(claim, after),
                    ConditionExpression="attribute_not_exists(#key)",
                    ExpressionAttributeNames={"#key": "key"},
                ),
                "name",
            )
        for claim in sorted(old - new):
            yield Leg(self._delete_leg("lookups", {"key": claim}), "head")
        if before is not None and before.team_id != after.team_id:
            yield Leg(self._delete_leg("access", items.directory_key(before)), "head")
        if before is None or before.team_id != after.team_id:
            yield Leg(self._put_leg("access", items.directory_line(after)), "head")

    def _part_legs(self, change: Change[Any]) -> Iterator[Leg]:
        """Versions and payloads need no conditions of their own: the head's guards them."""
        for part in change.written:
            if isinstance(part, Payload):
                digest, inline = self._contents.put(wire.canonical(part.variables))
                item = items.payload_item(part, content_hash=digest, variables=inline)
                yield Leg(self._put_leg("payloads", item), "head")
                continue
            _, inline = self._contents.put(part.content.document)
            yield Leg(self._put_leg("versions", items.version_item(part, inline)), "head")
            if change.before is None or part.number > change.before.last_version:
                claim = items.version_claim(
                    version_id=part.id, prompt_id=part.prompt_id, number=part.number
                )
                yield Leg(self._put_leg("lookups", claim), "head")
        for part in change.erased:
            if isinstance(part, Payload):
                key = {"prompt_id": part.prompt_id, "payload_id": part.id}
                yield Leg(self._delete_leg("payloads", key), "head")
                continue
            version_key = {"prompt_id": part.prompt_id, "version": part.number}
            yield Leg(self._delete_leg("versions", version_key), "head")
            claim_key = {"key": keys.version_claim(part.id)}
            yield Leg(self._delete_leg("lookups", claim_key), "head")

    def _record_leg(self, attempt: Attempt, answer: Answer) -> Leg:
        digest, inline = self._contents.put(answer.body or "")
        record = {
            "key": attempt.key,
            "entity": "answer",
            "request_hash": attempt.request_hash,
            "expires_at": attempt.expires_at,
            "status": answer.status,
            "headers": answer.headers,
            "content_hash": digest,
            "content": inline,
        }
        write = self._put_leg(
            "lookups",
            attributes.item(record),
            # Expired records lie about until DynamoDB comes round to delete them.
            ConditionExpression="attribute_not_exists(#key) OR expires_at <= :now",
            ExpressionAttributeNames={"#key": "key"},
            ExpressionAttributeValues={":now": {"N": str(int(attempt.at.timestamp()))}},
        )
        return Leg(write, "record")

    def _raise_meaning(self, error: ClientError, legs: list[Leg]) -> None:
        """Say what it means that a transaction was cancelled, from which of its legs failed."""
        if error.response.get("Error", {}).get("Code") != "TransactionCanceledException":
            raise error
        reasons: list[Any] = error.response.get("CancellationReasons", [])
        codes = {reason.get("Code") for reason in reasons}
        failed = {
            leg.failure: reason
            for leg, reason in zip(legs, reasons, strict=False)
            if reason.get("Code") == "ConditionalCheckFailed"
        }
        if "record" in failed:
            raise AlreadyAnswered from error
        if "head" in failed:
            current = failed["head"].get("Item")
            raise Raced(items.prompt_from(current) if current else None) from error
        if "name" in failed:
            raise NameTaken from error
        if "ledger" in failed or "TransactionConflict" in codes:
            raise Raced(None) from error
        if codes & {"ThrottlingError", "ProvisionedThroughputExceeded"}:
            raise Unavailable(retry_after=1) from error
        raise error

    # -- DynamoDB

    def _put_leg(self, table: str, item: Item, **condition: Any) -> TransactWriteItemTypeDef:
        put: Any = {"TableName": self._tables[table], "Item": item, **condition}
        return {"Put": put}

    def _delete_leg(self, table: str, key: Mapping[str, Any]) -> TransactWriteItemTypeDef:
        return {"Delete": {"TableName": self._tables[table], "Key": attributes.item(key)}}

    def _put(self, table: str, values: Mapping[str, Any]) -> None:
        with translated():
            dynamodb().put_item(TableName=self._tables[table], Item=attributes.item(values))

    def _get(self, table: str, key: Mapping[str, Any]) -> dict[str, Any] | None:
        item = self._get_item(table, key)
        return item and attributes.values(item)

    def _get_item(self, table: str, key: Mapping[str, Any]) -> Item | None:
        """Consistent, as all our reads: what was answered with success can be read at once."""
        with translated():
            found = dynamodb().get_item(
                TableName=self._tables[table], Key=attributes.item(key), ConsistentRead=True
            )
        return found.get("Item")

    def _batch_get(self, wanted: dict[str, list[dict[str, Any]]]) -> dict[str, list[Item]]:
        """The items that exist, by table, in no order."""
        found: dict[str, list[Item]] = {name: [] for name in wanted}
        names = {self._tables[name]: name for name in wanted}
        request: Any = {
            self._tables[name]: {
                "Keys": [attributes.item(key) for key in some],
                "ConsistentRead": True,
            }
            for name, some in wanted.items()
            if some
        }
        while request:
            with translated():
                answer = dynamodb().batch_get_item(RequestItems=request)
            for table, some in answer["Responses"].items():
                found[names[table]] += some
            request = answer.get("UnprocessedKeys")
        return found

    def _query(
        self,
        table: str,
        partition: str,
        partition_value: str,
        sort: str,
        *,
        prefix: str | None = None,
        before: str | int | None = None,
        limit: int | None = None,
    ) -> Iterator[Item]:
        """Items of a partition from the highest sort key down, below `before` when it is given."""
        names = {"#p": partition}
        given: dict[str, Any] = {":p": attributes.attribute(partition_value)}
        condition = "#p = :p"
        if before is not None and prefix is not None:
            condition += " AND #s BETWEEN :first AND :before"
            given |= {":first": {"S": prefix}, ":before": attributes.attribute(before)}
        elif before is not None:
            condition += " AND #s < :before"
            given[":before"] = attributes.attribute(before)
        elif prefix is not None:
            condition += " AND begins_with(#s, :first)"
            given[":first"] = {"S": prefix}
        if len(given) > 1:
            names["#s"] = sort
        request: Any = {
            "TableName": self._tables[table],
            "KeyConditionExpression": condition,
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": given,
            "ScanIndexForward": False,
            "ConsistentRead": True,
        }
        if limit is not None:
            request["Limit"] = limit
        while True:
            with translated():
                page = dynamodb().query(**request)
            for item in page["Items"]:
                # BETWEEN includes its bound, and a key takes only one condition.
                if prefix is None or item[sort] != given.get(":before"):
                    yield item
            if "LastEvaluatedKey" not in page or limit is not None:
                return
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]
