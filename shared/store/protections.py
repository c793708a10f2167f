"""What teams protect, and the check of every change that moves a pointer.

The check is part of the transaction of the change. What a warm process remembers of a team decides
at once, and the transaction has the condition that it is still so: a move costs no further read,
and no move is carried out by rules that have been replaced.

    remembered: revision 3 ─▶ may move ─▶ head, events, … if the rules still have revision 3
                           ─▶ may not ──▶ read the rules again ─▶ may not ──▶ refuse
    an admin has written revision 4 ─▶ cancelled ─▶ forget, and decide again
"""

from __future__ import annotations

import time
from dataclasses import replace
from functools import cache, partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from shared.cache import Cache
from shared.deadline import get_deadline
from shared.domain.access import OPERATIONS, Permission
from shared.domain.history import was_live_here
from shared.domain.model import LIVE, Author, Version
from shared.domain.protection import (
    Protection,
    build_pointer_problem,
    find_way_back,
    takes_slug,
)
from shared.exact_json import NotJSONError, convert_decimals
from shared.ids import MICROSECOND
from shared.problems import (
    MAX_DETAILS,
    Contended,
    LimitReached,
    PayloadsFailed,
    TemplateFailed,
    VersionNotFound,
)
from shared.store import items, keys, release_items
from shared.store.transactions import Write
from shared.texts import excerpt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from shared.domain.access import Principal
    from shared.domain.changes import Change, Origin
    from shared.domain.content import Content
    from shared.domain.model import Payload, Prompt
    from shared.settings import Settings
    from shared.store.contents import Contents
    from shared.store.dynamodb import Database
    from shared.store.transactions import Record, Transactions

CACHED_TEAMS = 10_000
MAX_EVENTS = 1_000  # of a history, in which a rollback looks for the time when a version was live
MAX_PAYLOADS = 100  # that must render before a version comes to a protected pointer
MAX_PAYLOAD_BYTES = 16 * 1024 * 1024  # of all of them
RENDER_SECONDS = 5.0  # that must be left for the write when the next payload is rendered


class _Stopwatch:
    """Measures the time of renderings, to tell whether it is they that leave none."""

    def __init__(self) -> None:
        self._seconds = 0.0

    def __enter__(self) -> None:
        self._start = time.monotonic()

    def __exit__(self, *_: object) -> None:
        self._seconds += time.monotonic() - self._start

    def require_time(self) -> None:
        """Check that time is left for another payload and for the write.

        Raises:
            LimitReached: The renderings took it.
            Contended: Something else took it, such as many tries of the write.
        """
        if get_deadline().allows(RENDER_SECONDS):
            return
        if self._seconds >= RENDER_SECONDS:
            raise LimitReached("the payloads take too long to render; delete some")
        raise Contended(retry_after=1)


class Protections:
    """What the teams of a deployment protect."""

    def __init__(
        self,
        database: Database,
        transactions: Transactions,
        contents: Contents,
        settings: Settings,
    ) -> None:
        """Bind the tables.

        Args:
            database: The tables.
            transactions: Writes to them.
            contents: Bodies of versions and payloads.
            settings: The limits of templates.
        """
        self._database = database
        self._transactions = transactions
        self._contents = contents
        self._settings = settings
        self._cache: Cache[str, Protection] = Cache(weight=CACHED_TEAMS)

    def find(self, team_id: str, *, is_fresh: bool = False) -> Protection:
        """Find what a team protects.

        Args:
            team_id: The id of the team.
            is_fresh: Whether to read it, whatever is remembered.

        Raises:
            Unreadable: The item is damaged.
        """
        if not is_fresh and (protection := self._cache.get(team_id)) is not None:
            return protection
        item = self._database.get("access", keys.build_protection(team_id))
        protection = release_items.load_protection(item) if item else Protection(team_id=team_id)
        self._cache.put(team_id, protection)
        return protection

    def forget(self, *team_ids: str) -> None:
        """Forget what is remembered of some teams."""
        for team_id in team_ids:
            self._cache.remove(team_id)

    def write(
        self,
        before: Protection,
        after: Protection,
        origin: Origin,
        team_name: str,
        record: Record | None = None,
    ) -> None:
        """Write what a team protects from now on.

        Args:
            before: What it has protected.
            after: What it is to protect.
            origin: Who decides it, and when.
            team_name: The name of the team, for the audit log.
            record: The request with its idempotency key, and its response.

        Raises:
            ProtectionChangedError: Somebody else has changed it.
            Forbidden: The team has been deleted.
            RecordExistsError: A concurrent attempt of the same request was committed first.
        """
        from shared.domain.access_events import build_event  # which no move needs
        from shared.store.access_events import build_access_event

        team_id, at = before.team_id, origin.now
        if before.changed_at is not None:
            # The clocks of two machines can differ, and who has lost a race comes later.
            at = max(at, before.changed_at + MICROSECOND)
        current = replace(after, revision=before.revision + 1, changed_at=at, rest=before.rest)
        put = self._database.build_put(
            "access",
            release_items.dump_protection(current),
            # Nobody else has changed it since.
            **_build_condition(before.revision),
        )
        check = self._database.build_check(
            "access",
            keys.build_team(team_id),
            # The team has not been deleted.
            ConditionExpression="attribute_exists(pk) AND attribute_not_exists(deleted_at)",
        )
        event = build_event(
            replace(origin, now=at),
            "team.protected",
            Author(id=team_id, name=team_name),
            team_id=team_id,
            before=before.rules,
            after=after.rules,
        )
        writes = [
            Write(put, "protection"),
            Write(check, "team"),
            build_access_event(self._database, event),
        ]
        self._transactions.transact(writes, record=record)
        self.forget(team_id)

    # -- moves

    def check_ledger(
        self, team_id: str, pointers: frozenset[str], principal: Principal | None
    ) -> Iterator[Write]:
        """Check that a ledger of a team may take pointers away from those who ask for them.

        Args:
            team_id: The id of the team.
            pointers: The pointers.
            principal: Who changes the ledger; None for an operator.

        Returns:
            The conditions of the write.

        Raises:
            PointerProtected: The principal may not move one of them.
        """
        protection = self._decide(team_id, pointers, principal)
        yield self._build_check(protection)
        yield from self._build_authority(protection, pointers, principal)

    def check_change(
        self,
        change: Change[Any],
        moves: Mapping[str, frozenset[int]],
        principal: Principal | None,
        resolve: Callable[[Prompt, Version], Version],
    ) -> Iterator[Write]:
        """Check that somebody may make a change.

        Args:
            change: The change.
            moves: The pointers that it moves, each with the versions that come to it.
            principal: Who makes it; None for an operator.
            resolve: Adds to a version what it includes.

        Returns:
            The conditions of the write.

        Raises:
            CompositionFailed: What a version includes cannot be put in, or is included by a pointer
                that is not protected.
            PointerProtected: The principal may not move one of them, or those of another prompt
                that nobody would find by its slug any more.
            LimitReached: The prompt has more payloads than can be rendered.
            PayloadsFailed: A version does not render with all payloads, as it has to here.
            Contended: No time is left to render them.
            Unreadable: What decides on it cannot be read.
        """
        is_hiding = takes_slug(change) and self._has_other(change.after)
        if not moves and not is_hiding:
            return
        teams = {prompt.team_id for prompt in (change.before, change.after) if prompt}
        for team_id in sorted(teams):
            pointers = frozenset(moves)
            if is_hiding and team_id == change.after.team_id:
                pointers |= self.find(team_id).pointers
            protection = self._decide(team_id, pointers, principal, change)
            if team_id == change.after.team_id:
                arrivals = (moves[name] for name in moves.keys() & protection.pointers)
                numbers = frozenset[int]().union(*arrivals)
                self._require_protected_parts(change, numbers, protection, resolve)
                if protection.require_payloads:
                    self._require_payloads(change, numbers, resolve)
            yield self._build_check(protection)
            yield from self._build_authority(protection, pointers, principal)

    def _has_other(self, prompt: Prompt) -> bool:
        """Tell whether another prompt of the team has the slug in the scope `organization`.

        One that gets it later is not found by it from the beginning, so no condition needs this.
        """
        claim = keys.build_slug_claim(prompt.team_id, "organization", prompt.slug)
        item = self._database.get("lookups", {"key": claim})
        return item is not None and items.load_name_claim(item) != prompt.id

    def _decide(
        self,
        team_id: str,
        pointers: frozenset[str],
        principal: Principal | None,
        change: Change[Any] | None = None,
    ) -> Protection:
        """Decide by what is remembered, and before a refusal by what is stored."""
        is_way_back = cache(partial(self._is_way_back, change))  # which reads the history
        for is_fresh in (False, True):
            protection = self.find(team_id, is_fresh=is_fresh)
            excess = {
                pointer for pointer in pointers if not protection.may_move(principal, pointer)
            }
            if excess == {LIVE} and protection.editors_roll_back and is_way_back():
                excess = set()
            if not excess:
                break
        else:
            raise build_pointer_problem(excess)
        return protection

    def _is_way_back(self, change: Change[Any] | None) -> bool:
        """Tell whether a change is a rollback to a version that was live before."""
        if change is None or (number := find_way_back(change)) is None:
            return False
        rows = self._database.query("history", ("prompt_id", change.after.id), "event")
        events = map(items.load_event, islice(rows, MAX_EVENTS))
        return was_live_here(events, number, change.after)

    def _build_check(self, protection: Protection) -> Write:
        check = self._database.build_check(
            "access",
            keys.build_protection(protection.team_id),
            # Nobody has protected anything else since.
            **_build_condition(protection.revision),
        )
        return Write(check, "protection")

    def _build_authority(
        self, protection: Protection, pointers: frozenset[str], principal: Principal | None
    ) -> Iterator[Write]:
        """Check that who moves protected pointers still may, whatever is remembered of them."""
        moved = pointers & protection.pointers
        if principal is None or not moved:
            return
        key, condition = (
            _build_person_condition(principal, protection.team_id)
            if principal.secret_hash is None
            else _build_key_condition(principal, principal.secret_hash, protection.team_id, moved)
        )
        yield Write(self._database.build_check("access", key, **condition), "authority")

    # -- what versions include

    def _require_protected_parts(
        self,
        change: Change[Any],
        numbers: frozenset[int],
        protection: Protection,
        resolve: Callable[[Prompt, Version], Version],
    ) -> None:
        """Check that some versions include nothing by a pointer that is not protected.

        Otherwise whoever may move that one changes what a protected pointer gives. So a version
        that is at a protected pointer never comes to include such a thing later: its parts are
        versions by number, or are at protected pointers themselves.

        Raises:
            CompositionFailed: One does, or includes what cannot be put in.
            Unreadable: One of them cannot be read.
        """
        compositions = {
            inclusion.version.number: inclusion.composition for inclusion in change.inclusions or ()
        }
        for number in sorted(numbers):
            version = self._get_version(change, number)
            if not version.includes:
                continue
            if (composition := compositions.get(number)) is None:
                composition = resolve(change.after, version).content.composition
            if composition is not None:
                from shared.domain.compositions import check_pointers  # which few moves need

                check_pointers(change.after, version, composition, protection.pointers)

    # -- payloads

    def _require_payloads(
        self,
        change: Change[Any],
        numbers: frozenset[int],
        resolve: Callable[[Prompt, Version], Version],
    ) -> None:
        """Check that all payloads of the prompt render with some versions.

        One version and one payload are in memory at a time.

        Raises:
            CompositionFailed: What a version includes cannot be put in.
            LimitReached: These are more payloads than can be rendered.
            PayloadsFailed: Some do not; the details name them.
            Contended: No time is left, and not because of the payloads.
            Unreadable: One of them cannot be read.
        """
        if not numbers or change.before is None:  # a new prompt has no payloads
            return
        failures, count, stopwatch = list[dict[str, Any]](), 0, _Stopwatch()
        for number in sorted(numbers):
            stopwatch.require_time()
            version = resolve(change.after, self._get_version(change, number))
            content = version.content.whole
            for payload in self._list_payloads(change.after.id, stopwatch):
                with stopwatch:
                    message = self._find_failure(content, payload)
                if message is None:
                    continue
                count += 1
                if len(failures) < MAX_DETAILS:
                    failure = {"payload_id": payload.id, "version": number, "message": message}
                    if payload.name is not None:
                        failure["name"] = excerpt(payload.name)
                    failures.append(failure)
        if failures:
            raise PayloadsFailed(_describe_failures(failures, count), details=failures)

    def _list_payloads(self, prompt_id: str, stopwatch: _Stopwatch) -> Iterator[Payload]:
        """List the payloads of a prompt, each loaded when it is needed.

        Raises:
            LimitReached: There are too many, or all together are too large.
            Contended: No time is left, and not because of the payloads.
            Unreadable: One of them cannot be read.
        """
        size = 0

        def get_body(item: Mapping[str, Any]) -> str:
            nonlocal size
            body = self._contents.get(item)
            size += len(body.encode())
            if size > MAX_PAYLOAD_BYTES:
                raise LimitReached(
                    f"the payloads of the prompt have more than {MAX_PAYLOAD_BYTES >> 20} MiB, and "
                    "must all render before a version comes to a protected pointer; delete some"
                )
            return body

        rows = self._database.query("payloads", ("prompt_id", prompt_id), "payload_id")
        for place, item in enumerate(rows):
            if place == MAX_PAYLOADS:
                raise LimitReached(
                    f"the prompt has more than {MAX_PAYLOADS} payloads, which must all render "
                    "before a version comes to a protected pointer; delete some"
                )
            stopwatch.require_time()
            yield items.load_payload(item, get_body)

    def _find_failure(self, content: Content, payload: Payload) -> str | None:
        """Find out why a payload does not render; None if it does."""
        from shared import templates  # the engines, which other changes do not need

        try:
            variables = convert_decimals(payload.variables, keep_integers=content.engine != "go")
            templates.render(content, dict(variables), self._settings)
        except (TemplateFailed, LimitReached, NotJSONError) as error:
            return str(error)
        return None

    def _get_version(self, change: Change[Any], number: int) -> Version:
        for part in (*change.puts, change.subject):
            if isinstance(part, Version) and part.number == number:
                return part
        key = {"prompt_id": change.after.id, "version": number}
        if (item := self._database.get("versions", key)) is None:
            raise VersionNotFound
        return items.load_version(item, self._contents.get)


def _describe_failures(failures: Sequence[Mapping[str, Any]], count: int) -> str:
    """Describe the payloads that do not render.

    Args:
        failures: The first of them, each with a version.
        count: How many they are.
    """
    first = failures[0]
    text = f"payload {first['payload_id']} does not render with version {first['version']}"
    if count > 1:
        text += f"; {count - 1} more fail"
    if count > len(failures):
        text += f", and the details name the first {len(failures)}"
    return text


def _build_condition(revision: int) -> dict[str, Any]:
    """Build the condition that what a team protects has a revision; 0 if there is no item."""
    if not revision:
        return {"ConditionExpression": "attribute_not_exists(pk)"}
    return {
        "ConditionExpression": "revision = :revision",
        "ExpressionAttributeValues": {":revision": {"N": str(revision)}},
    }


def _build_key_condition(
    principal: Principal, secret_hash: str, team_id: str, pointers: frozenset[str]
) -> tuple[dict[str, str], dict[str, Any]]:
    """Build the condition that an API key may move pointers; returns the key of its item too.

    The item is not that in the list of all keys, which those of earlier releases lack.
    """
    needed = (
        Permission.MANAGE
        if principal.has_permission(Permission.MANAGE, team_id)
        else Permission.WRITE
    )
    operations = {
        f":{name}": {"S": name} for name, permissions in OPERATIONS.items() if needed in permissions
    }
    clauses = [
        # The key may still do it.
        f"operation IN ({', '.join(operations)})",
        # It still is of this team, or of all; those of earlier releases have one.
        "(team_id = :team OR size(team_ids) = :zero OR contains(team_ids, :team))",
    ]
    values: dict[str, Any] = {**operations, ":team": {"S": team_id}, ":zero": {"N": "0"}}
    if principal.pointers is not None and pointers <= principal.pointers:
        # It still lists the pointers.
        names = {f":p{number}": {"S": name} for number, name in enumerate(sorted(pointers))}
        clauses += [f"contains(pointers, {name})" for name in names]
        values |= names
    return keys.build_credential(secret_hash), {
        "ConditionExpression": " AND ".join(clauses),
        "ExpressionAttributeValues": values,
    }


def _build_person_condition(
    principal: Principal, team_id: str
) -> tuple[dict[str, str], dict[str, Any]]:
    """Build the condition that a person may move pointers; returns the key of the item too."""
    is_team_admin = Permission.MANAGE in principal.permissions.get(team_id, ())
    if not is_team_admin and principal.has_permission(Permission.MANAGE, team_id):
        # The person is still an admin of the organisation.
        return keys.build_person(principal.id), {
            "ConditionExpression": "is_organisation_admin = :true",
            "ExpressionAttributeValues": {":true": {"BOOL": True}},
        }
    # The person is still an admin of the team, or who rolls back may still write.
    roles = ["admin"] if is_team_admin else ["admin", "editor"]
    return keys.build_member(team_id, principal.id), {
        "ConditionExpression": f"#role IN ({', '.join(f':{role}' for role in roles)})",
        "ExpressionAttributeNames": {"#role": "role"},
        "ExpressionAttributeValues": {f":{role}": {"S": role} for role in roles},
    }
