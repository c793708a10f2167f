"""Writes: one transaction per change, and the meaning of each condition that fails.

    read head (revision 7) ─▶ decide ─▶ put head (revision 8) if its revision is still 7
                                        put events, versions, payloads, claims, directory entries
                                        put idempotency record if there is none
    another writer was faster ─▶ cancelled: the head has revision 8 ─▶ decide again

Therefore version numbers have no gaps, the live pointer moves in one step, and every reader, the
team's list included, sees a change as soon as it is written.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any, Literal

from botocore.exceptions import ClientError

from shared import exact_json
from shared.deadline import get_deadline
from shared.domain.model import Payload, Version
from shared.problems import Contended, Forbidden, LastAdmin, LimitReached, NameTaken, Unavailable
from shared.store import items, keys
from shared.store.dynamodb import BUSY_REASONS, ITEMS_PER_TRANSACTION, make_pauses

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from types_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

    from shared.domain.changes import Change
    from shared.domain.model import Ledger, Prompt
    from shared.responses import EncodedResponse
    from shared.store.attributes import Item
    from shared.store.contents import Contents
    from shared.store.dynamodb import Database
    from shared.store.idempotency import Attempt

    # A request with an idempotency key, and the response to store in its record.
    Record = tuple[Attempt, EncodedResponse]


class LostRaceError(Exception):
    """Another writer was faster; the change must be decided again from the current state."""


class ProtectionChangedError(LostRaceError):
    """The rules of a team are not those any more by which the change was decided."""


class ConflictError(LostRaceError):
    """Another transaction on the same items is under way; no condition has failed."""


class RecordExistsError(Exception):
    """A concurrent attempt of the same request was committed first."""


@dataclass(frozen=True, slots=True)
class Write:
    """One write of a transaction.

    Attributes:
        request: The put or delete.
        guard: What the condition protects, which decides what is raised when it does not hold.
    """

    request: TransactWriteItemTypeDef
    guard: Literal[
        "head", "name", "record", "ledger", "admins", "team", "protection", "authority"
    ] = "head"


def build_head_condition(prompt: Prompt, *, may_be_included: bool = False) -> Item:
    """Build the condition that nobody has written a head since.

    Args:
        prompt: The prompt, as it was read.
        may_be_included: Whether it does not matter that others include the prompt meanwhile. It
            does to whoever writes the head, and would write the old number of inclusions.
    """
    values: Item = {
        ":revision": {"N": str(prompt.revision)},
        ":team": {"S": prompt.team_id},
    }
    condition = "revision = :revision AND team_id = :team"
    if may_be_included:
        pass
    elif prompt.inclusions:
        values[":inclusions"] = {"N": str(prompt.inclusions)}
        condition += " AND inclusions = :inclusions"
    else:
        condition += " AND attribute_not_exists(inclusions)"
    return {"ConditionExpression": condition, "ExpressionAttributeValues": values}


class Transactions:
    """Commits changes, each in one transaction.

    Every method raises `Unavailable` while AWS is busy or cannot be reached.
    """

    def __init__(self, database: Database, contents: Contents) -> None:
        self._database = database
        self._contents = contents

    def commit(
        self, change: Change[Any], *, record: Record | None = None, checks: Iterable[Write] = ()
    ) -> None:
        """Commit a change, together with the record of the request that caused it.

        Args:
            change: The change.
            record: The request with its idempotency key, and its response.
            checks: Further conditions of the change.

        Raises:
            LostRaceError: Another writer has changed the head.
            ProtectionChangedError: Somebody has changed what the team protects.
            NameTaken: The team has a prompt with this name or slug.
            Forbidden: The team that the prompt comes into has been deleted, or the principal may
                not move the pointer any more.
            Unreadable: The claim on a name in another spelling cannot be read.
            LimitReached: One transaction cannot hold the change.
            RecordExistsError: A concurrent attempt of the same request was committed first.
        """
        writes: list[Write] = []
        if change.events:
            writes += [*self._write_head(change), *self._write_names(change)]
            writes += self._check_team(change)
            writes += checks
            writes += self._write_directory(change)
            # Each part can have a claim. This comes before any body is put into the bucket.
            parts = 2 * (len(change.puts) + len(change.deletes))
            if len(writes) + parts + 1 > ITEMS_PER_TRANSACTION:
                raise LimitReached(
                    "the request changes too much at once, for example too many tags; "
                    "spread it over several requests"
                )
            writes += self._write_parts(change)
        # Also for a request that changes nothing: repeated later, it must still change nothing.
        if writes or record is not None:
            self.transact(writes, record=record)

    def commit_ledger(
        self, ledger: Ledger, *, record: Record | None = None, checks: Iterable[Write] = ()
    ) -> None:
        """Write the next revision of a ledger.

        Args:
            ledger: The ledger.
            record: The request with its idempotency key, and its response.
            checks: Further conditions of the change.

        Raises:
            Forbidden: The principal may not move a pointer any more.
            LostRaceError: Another writer has changed the ledger.
            RecordExistsError: A concurrent attempt of the same request was committed first.
        """
        put = self._database.build_put(
            "access",
            items.dump_ledger(ledger),
            # Nobody else has written since the ledger was read.
            ConditionExpression="attribute_not_exists(pk) OR revision = :revision",
            ExpressionAttributeValues={":revision": {"N": str(ledger.revision - 1)}},
        )
        self.transact([Write(put, "ledger"), *checks], record=record)

    def find_response(self, attempt: Attempt) -> EncodedResponse | None:
        """Find the response that an earlier attempt of the same request got.

        Raises:
            IdempotencyMismatch: The key was used with another request.
            Unreadable: The record cannot be read.
        """
        item = self._database.get("lookups", {"key": attempt.key})
        return items.load_record(item, attempt, self._contents.get) if item else None

    # -- the parts of a transaction

    def _write_head(self, change: Change[Any]) -> Iterator[Write]:
        head = items.dump_prompt(change.after, change.events)
        if change.before is None:
            # Ids are random: if this one exists, an earlier attempt of this write has succeeded.
            condition: Item = {"ConditionExpression": "attribute_not_exists(prompt_id)"}
        else:
            # Nobody else has written to this prompt since the change was made from it, and it is
            # this team's whatever the change says.
            condition = build_head_condition(change.before)
        yield Write(self._database.build_put("prompts", head, **condition))
        for event in change.events:
            yield Write(self._database.build_put("history", items.dump_event(event)))
        from shared.domain.access_events import build_prompt_event  # which reads do not need
        from shared.store import audit_items

        # A move is in the audit logs of both teams.
        teams = {prompt.team_id for prompt in (change.before, change.after) if prompt}
        for event, team_id in product(change.events, sorted(teams)):
            entry = build_prompt_event(event, change.after, team_id=team_id)
            yield Write(self._database.build_put("history", audit_items.dump_access_event(entry)))

    def _write_names(self, change: Change[Any]) -> Iterator[Write]:
        """Claim the prompt's new names, and release its old ones."""
        before, after = change.before, change.after
        old = items.list_name_claims(before) if before else set()
        new = items.list_name_claims(after)
        if new - old:
            self._require_free(items.list_other_claims(after), after)
        for claim in sorted(new - old):
            put = self._database.build_put(
                "lookups",
                items.dump_name_claim(claim, after),
                # No other prompt has the name.
                ConditionExpression="attribute_not_exists(#key)",
                ExpressionAttributeNames={"#key": "key"},
            )
            yield Write(put, "name")
        if before and before.live_version != after.live_version:
            own = (new & old) - {keys.build_shared_claim(after.slug)}
            yield from self._note_live_version(sorted(own), after)
        for claim in sorted(old - new):
            if before and claim == keys.build_shared_claim(before.slug):
                # Two teams had such a prompt in an earlier release, and one of them got the claim.
                item = self._database.get("lookups", {"key": claim})
                if item is None or items.load_name_claim(item) != before.id:
                    continue
            yield Write(self._database.build_delete("lookups", {"key": claim}))

    def _note_live_version(self, claims: Iterable[str], prompt: Prompt) -> Iterator[Write]:
        """Note in a prompt's claims which version is live, so that both are read at once.

        Only writers of this prompt write them, who queue for its head, and nobody relies on it.
        """
        number = prompt.live_version
        values: Item = {":entity": {"S": "name"}, ":id": {"S": prompt.id}}
        # Earlier releases have claims in other spellings, so that this one may not exist.
        fields = ["entity = :entity", "prompt_id = if_not_exists(prompt_id, :id)"]
        if number is not None:
            values[":number"] = {"N": str(number)}
            fields.append("live_version = :number")
        expression = f"SET {', '.join(fields)}" + (" REMOVE live_version" if number is None else "")
        for claim in claims:
            update = self._database.build_update(
                "lookups", {"key": claim}, expression, ExpressionAttributeValues=values
            )
            yield Write(update)

    def _check_team(self, change: Change[Any]) -> Iterator[Write]:
        """Check the team that a prompt comes into."""
        team_id = change.after.team_id
        if change.before is None or change.before.team_id != team_id:
            check = self._database.build_check(
                "access",
                keys.build_team(team_id),
                # The team has not been deleted, maybe since the principal was cached.
                ConditionExpression="attribute_not_exists(deleted_at)",
            )
            yield Write(check, "team")

    def _write_directory(self, change: Change[Any]) -> Iterator[Write]:
        """Move the prompt's entries in the directory of its team, where they have changed."""
        old = items.list_directory_keys(change.before) if change.before else set()
        new = items.list_directory_keys(change.after)
        if change.before and change.before.team_id != change.after.team_id:
            # What the team lists has changed, though nothing in it is newer: see `stamps`.
            item = items.dump_notice(
                change.before.team_id, change.after.id, change.after.changed_at
            )
            yield Write(self._database.build_put("access", item))
        for partition, entry in sorted(new - old):
            item = items.dump_directory_entry(partition, entry)
            yield Write(self._database.build_put("access", item))
        for partition, entry in sorted(old - new):
            yield Write(self._database.build_delete("access", {"pk": partition, "sk": entry}))

    def _require_free(self, claims: Iterable[str], prompt: Prompt) -> None:
        """Check that no other prompt has the names in another spelling.

        No release writes claims in other spellings any more, so that none can appear after this.

        Raises:
            NameTaken: Another prompt has one of the claims.
            Unreadable: A claim cannot be read, so that it may be another prompt's.
        """
        for claim in sorted(claims):
            item = self._database.get("lookups", {"key": claim})
            if item is not None and items.load_name_claim(item) != prompt.id:
                raise NameTaken

    def _write_parts(self, change: Change[Any]) -> Iterator[Write]:
        """Write versions, payloads and release requests; the head's condition is theirs too."""
        revision = change.after.revision
        for part in change.puts:
            if isinstance(part, Payload):
                digest, inline = self._contents.put(exact_json.encode_sorted(part.variables))
                item = items.dump_payload(
                    part, content_hash=digest, variables=inline, revision=revision
                )
                yield Write(self._database.build_put("payloads", item))
                continue
            if not isinstance(part, Version):
                from shared.store import release_items  # which few functions need

                item = release_items.dump_release(part, change.after.team_id)
                yield Write(self._database.build_put("access", item))
                continue
            content = part.content
            digest, inline = self._contents.put(content.document, is_there=content.is_kept_apart)
            item = items.dump_version(part, content_hash=digest, content=inline, revision=revision)
            yield Write(self._database.build_put("versions", item))
            if change.before is None or part.number > change.before.last_version:
                claim = items.dump_version_claim(
                    version_id=part.id, prompt_id=part.prompt_id, number=part.number
                )
                yield Write(self._database.build_put("lookups", claim))
        for part in change.deletes:
            if isinstance(part, Payload):
                key = {"prompt_id": part.prompt_id, "payload_id": part.id}
                yield Write(self._database.build_delete("payloads", key))
                continue
            version_key = {"prompt_id": part.prompt_id, "version": part.number}
            yield Write(self._database.build_delete("versions", version_key))
            claim_key = {"key": keys.build_version_claim(part.id)}
            yield Write(self._database.build_delete("lookups", claim_key))

    def _write_record(self, attempt: Attempt, response: EncodedResponse) -> Write:
        digest, inline = self._contents.put(response.body or "")
        values = {
            "key": attempt.key,
            "request_hash": attempt.request_hash,
            "expires_at": attempt.expires_at,
            "status": response.status,
            "headers": response.headers,
            "content_hash": digest,
            "content": inline,
        }
        put = self._database.build_put(
            "lookups",
            items.dump_record(values),
            # There is none, or an expired one that DynamoDB has not deleted yet.
            ConditionExpression="attribute_not_exists(#key) OR expires_at <= :now",
            ExpressionAttributeNames={"#key": "key"},
            ExpressionAttributeValues={":now": {"N": str(int(attempt.at.timestamp()))}},
        )
        return Write(put, "record")

    # -- failed transactions

    def transact(self, writes: Sequence[Write], *, record: Record | None = None) -> None:
        """Run writes as one transaction, together with the record of the request that caused it.

        Raises:
            LostRaceError: A condition of a guard `head`, `ledger` or `protection` does not hold.
            RecordExistsError: A concurrent attempt of the same request was committed first.
            NameTaken: The name belongs to something else.
            LastAdmin: A team, or the organisation, would have no admin.
            Forbidden: The team has been deleted, or the principal may not do it any more.
        """
        if record is not None:
            writes = [*writes, self._write_record(*record)]
        try:
            self._database.transact([write.request for write in writes])
        except ClientError as error:
            _raise_meaning(error, writes)

    def transact_through_conflicts(self, writes: Sequence[Write]) -> None:
        """Run writes that another transaction on the same items does not make wrong.

        Raises:
            LostRaceError: A condition does not hold.
            Contended: Other transactions were under way each time.
        """
        pauses = make_pauses(get_deadline())
        while True:
            with suppress(ConflictError):
                return self.transact(writes)
            try:
                next(pauses)
            except Unavailable as problem:
                raise Contended(retry_after=1) from problem


def _raise_meaning(error: ClientError, writes: Sequence[Write]) -> None:
    """Raise the error or problem that stands for the condition that failed."""
    if error.response.get("Error", {}).get("Code") != "TransactionCanceledException":
        raise error
    reasons: list[Any] = error.response.get("CancellationReasons", [])
    codes = {reason.get("Code") for reason in reasons}
    failures = {
        write.guard
        for write, reason in zip(writes, reasons, strict=False)
        if reason.get("Code") == "ConditionalCheckFailed"
    }
    if "record" in failures:
        raise RecordExistsError from error
    if "head" in failures:
        raise LostRaceError from error
    if "protection" in failures:
        raise ProtectionChangedError from error
    if "team" in failures:
        raise Forbidden("the team has been deleted") from error
    if "authority" in failures:
        raise Forbidden("the right to move this pointer has been taken away") from error
    if "admins" in failures:
        raise LastAdmin from error
    if "name" in failures:
        raise NameTaken from error
    if "ledger" in failures:
        raise LostRaceError from error
    if "TransactionConflict" in codes:
        raise ConflictError from error
    if codes & BUSY_REASONS:
        raise Unavailable(retry_after=1) from error
    raise error
