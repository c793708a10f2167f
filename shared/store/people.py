"""Storage of people and of their sessions."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from shared.cache import Cache
from shared.domain.credentials import hash_secret
from shared.domain.people import build_principal
from shared.problems import Unreadable
from shared.store import access_items, keys
from shared.store.team import load_readable
from shared.store.transactions import Write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.domain.access import Principal
    from shared.domain.people import Membership, Person, Session
    from shared.store.attributes import Item
    from shared.store.dynamodb import Database
    from shared.store.team import Annotations
    from shared.store.transactions import Transactions

CACHED_SESSIONS = 10_000
CACHED_PEOPLE = 10_000
# The person exists, and no removal has begun.
NOT_REMOVED = "attribute_exists(pk) AND attribute_not_exists(removed_at)"


class People:
    """The people of the organisation: who they are, and their sessions.

    Every method raises `Unavailable` while AWS is busy or cannot be reached, and `Unreadable` if an
    item is damaged.
    """

    def __init__(
        self, database: Database, transactions: Transactions, *, cache_seconds: float
    ) -> None:
        """Bind the tables.

        Args:
            database: The tables.
            transactions: Writes to them.
            cache_seconds: How long sessions and permissions are cached, in seconds.
        """
        self._database = database
        self._transactions = transactions
        self._sessions: Cache[str, Session] = Cache(weight=CACHED_SESSIONS, seconds=cache_seconds)
        self._people: Cache[str, tuple[Person, tuple[Membership, ...]]] = Cache(
            weight=CACHED_PEOPLE, seconds=cache_seconds
        )

    # -- people

    def find_principal(
        self, secret: str, annotations: Annotations, *, is_fresh: bool = False
    ) -> Principal | None:
        """Find the principal whose session has this secret; it may have expired.

        A membership that cannot be read is left out and named, so that it costs the person nothing
        but its team.

        Args:
            secret: The secret.
            annotations: The annotations of the current call.
            is_fresh: Whether to read it, whatever is cached.
        """
        if is_fresh:
            self._sessions.remove(hash_secret(secret))
        session = self.find_session(secret)
        if session is None:
            return None
        if is_fresh:
            self._people.remove(session.person_id)
        entry = self._people.get(session.person_id)
        if entry is None:
            person = self.find_person(session.person_id)
            if person is None:
                return None
            rows = self._list(person.id, keys.MEMBERSHIP)
            memberships = load_readable(access_items.load_membership, rows, annotations)
            entry = person, tuple(membership for _, membership in memberships)
            self._people.put(person.id, entry)
        return build_principal(session, *entry)

    def forget(self, person_id: str) -> None:
        """Forget what this process remembers of a person, whose permissions have changed."""
        self._people.remove(person_id)

    def find_person(self, person_id: str) -> Person | None:
        """Find a person by the id; None for one whose removal has begun."""
        person = self._find(person_id)
        return person if person and person.removed_at is None else None

    def find_removed_person(self, person_id: str) -> Person | None:
        """Find a person whose removal has begun and is not complete."""
        person = self._find(person_id)
        return person if person and person.removed_at else None

    def _find(self, person_id: str) -> Person | None:
        item = self._database.get("access", keys.build_person(person_id))
        return access_items.load_person(item) if item else None

    def list_people(self, annotations: Annotations) -> list[Person]:
        """List all people, in the order in which they were invited.

        One who cannot be read is left out and named.
        """
        rows = self._database.query("access", ("pk", keys.PEOPLE), "sk")
        people = (one for _, one in load_readable(access_items.load_person, rows, annotations))
        return sorted(people, key=lambda person: (person.created_at, person.id))

    def list_memberships(self, person_id: str) -> Iterator[Membership]:
        """List the memberships of a person."""
        return map(access_items.load_membership, self._list(person_id, keys.MEMBERSHIP))

    # -- sessions

    def find_session(self, secret: str) -> Session | None:
        """Find a session by its secret; it may have expired."""
        secret_hash = hash_secret(secret)
        session = self._sessions.get(secret_hash)
        if session is None:
            item = self._database.get("access", keys.build_session(secret_hash))
            if item is None:
                return None
            session = access_items.load_session(item)
            self._sessions.put(secret_hash, session)
        return session

    def add_session(self, session: Session) -> None:
        """Write a new session of a person.

        Raises:
            LostRaceError: The person was removed in the meantime, or the sessions that began before
                a time have ended, this one among them.
        """
        exists = self._database.build_check(
            "access",
            keys.build_person(session.person_id),
            # The person has not been removed since, and the password is still the same.
            ConditionExpression=f"{NOT_REMOVED} AND "
            "(attribute_not_exists(sessions_since) OR sessions_since < :start)",
            ExpressionAttributeValues={":start": {"S": keys.dump_time(session.created_at)}},
        )
        items = access_items.dump_session(session)
        puts = (Write(self._database.build_put("access", item)) for item in items)
        self._transactions.transact_through_conflicts([Write(exists), *puts])

    def list_sessions(self, person_id: str, annotations: Annotations) -> list[Session]:
        """List the sessions of a person, newest first.

        Those that have expired are included until DynamoDB deletes them. One that cannot be read is
        left out and named.
        """
        rows = self._list(person_id, f"{keys.SESSION}#")
        sessions = (one for _, one in load_readable(access_items.load_session, rows, annotations))
        return sorted(sessions, key=lambda each: (each.created_at, each.id), reverse=True)

    def revoke_session(self, session: Session) -> None:
        """Delete a session, which this process stops to accept at once."""
        self._transactions.transact_through_conflicts(
            [
                Write(self._database.build_delete("access", key))
                for key in (
                    keys.build_session(session.secret_hash),
                    keys.build_listed_session(session.person_id, session.id),
                )
            ]
        )
        self._sessions.remove(session.secret_hash)

    def revoke_sessions(self, person_id: str, *, other_than: str | None = None) -> None:
        """Delete the sessions of a person, also those that are about to begin.

        Args:
            person_id: The id of the person.
            other_than: The id of a session that goes on.

        Raises:
            Unreadable: A session cannot be read, so that it may go on; all others are deleted.
        """
        self._database.update(
            "access",
            keys.build_person(person_id),
            "SET sessions_since = :now",
            ConditionExpression="attribute_exists(pk)",  # the person is not removed
            ExpressionAttributeValues={":now": {"S": keys.dump_time(datetime.now(UTC))}},
        )
        damage = None
        for item in self._list(person_id, f"{keys.SESSION}#"):
            try:
                session = access_items.load_session(item)
            except Unreadable as problem:
                damage = problem
                continue
            if session.id != other_than:
                self.revoke_session(session)
        if damage is not None:
            raise damage

    def _list(self, person_id: str, prefix: str) -> Iterator[Item]:
        partition = "pk", keys.build_person_partition(person_id)
        return self._database.query("access", partition, "sk", prefix=prefix)
