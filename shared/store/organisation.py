"""Changes of who is in the organisation, of its teams, and of who is in them.

A membership has two items, in the partitions of its person and of its team. Each change is one
transaction with its event. The item of a team, and that of the organisation, has the set of its
admins: a transaction that takes an admin away has the condition that another one stays.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from shared.domain.access import Role
from shared.domain.access_events import OPERATOR, build_event
from shared.domain.changes import Origin
from shared.domain.model import Author, Team
from shared.domain.organisation import ORGANISATION_ID, Organisation
from shared.problems import LastAdmin
from shared.store import access_items, items, keys
from shared.store.access_events import build_access_event
from shared.store.attributes import dump_item
from shared.store.dynamodb import ITEMS_PER_READ
from shared.store.people import NOT_REMOVED
from shared.store.team import load_readable
from shared.store.transactions import LostRaceError, Write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from types_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

    from shared.domain.access_events import AccessEvent
    from shared.domain.people import Membership, Person
    from shared.store.attributes import Item
    from shared.store.dynamodb import Database
    from shared.store.people import People
    from shared.store.team import Annotations
    from shared.store.transactions import Record, Transactions

Entity = TypeVar("Entity")

# The team exists, and has not been deleted.
IN_USE = "attribute_exists(pk) AND attribute_not_exists(deleted_at)"
# Nobody has completed the deletion of the team, or brought it back.
IN_DELETION = "attribute_exists(is_being_deleted)"


class Organisations:
    """The organisation of the deployment, with its teams and people.

    Every method raises `Unavailable` while AWS is busy or cannot be reached, and `Unreadable` if an
    item is damaged. Every method that writes raises `LostRaceError` if somebody else was faster,
    and `RecordExistsError` if a concurrent attempt of the same request was committed first.
    """

    def __init__(self, database: Database, transactions: Transactions, people: People) -> None:
        """Bind the tables.

        Args:
            database: The tables.
            transactions: Writes to them.
            people: The people.
        """
        self._database = database
        self._transactions = transactions
        self._people = people

    # -- the organisation

    def get_organisation(self) -> Organisation:
        """Get the organisation."""
        item = self._database.get("access", keys.build_organisation())
        return access_items.load_organisation(item) if item else Organisation()

    def rename_organisation(
        self,
        organisation: Organisation,
        name: str,
        origin: Origin,
        record: Record | None = None,
    ) -> None:
        """Give the organisation another name."""
        update = self._revise(organisation, sets={"name": name})
        subject = Author(id=ORGANISATION_ID, name=name)
        event = build_event(origin, "organisation.renamed", subject, before=organisation.name)
        self._write([update], event, record)

    # -- teams

    def list_teams(
        self, team_ids: Iterable[str], annotations: Annotations | None = None
    ) -> list[Team]:
        """List those of the teams that are not deleted, by name.

        Args:
            team_ids: The ids of the teams.
            annotations: Where one that cannot be read is named, which is left out; None to raise
                `Unreadable`, where none may be missed.
        """
        ids = sorted(team_ids)
        teams = []
        for first in range(0, len(ids), ITEMS_PER_READ):
            batch = [keys.build_team(team_id) for team_id in ids[first : first + ITEMS_PER_READ]]
            rows = self._database.get_many({"access": batch})["access"]
            teams += _load_all(items.load_team, rows, annotations)
        in_use = (team for team in teams if team.deleted_at is None)
        return sorted(in_use, key=lambda team: (team.name.casefold(), team.id))

    def add_team(
        self,
        organisation: Organisation,
        team: Team,
        admin: Membership | None,
        origin: Origin,
        record: Record | None = None,
    ) -> None:
        """Write a new team, with its first admin, or without one."""
        if admin is not None:
            team = replace(team, admins=frozenset({admin.person_id}))
        item = items.dump_team(team)
        item |= {name: {"BOOL": True} for name in keys.COMPLETE}  # it has no prompts yet
        writes = [
            Write(self._database.build_put("access", item)),
            self._revise(organisation, added_team=team.id),
        ]
        if admin is not None:
            writes += [Write(put) for put in self._put_membership(admin)]
            writes.append(self._check_person(admin.person_id))
        event = build_event(origin, "team.created", _name_team(team), team_id=team.id)
        self._write(writes, event, record)
        if admin is not None:
            self._people.forget(admin.person_id)

    def create_team(self, *, team_id: str, name: str, at: datetime) -> None:
        """Create a team without admin, for operators, whoever else changes the teams meanwhile."""
        team = Team(id=team_id, name=name, created_at=at)
        while True:
            try:
                return self.add_team(
                    self.get_organisation(), team, None, Origin(by=OPERATOR, now=at)
                )
            except LostRaceError:
                continue

    def rename_team(
        self,
        organisation: Organisation,
        team: Team,
        name: str,
        origin: Origin,
        record: Record | None = None,
    ) -> None:
        """Give a team another name."""
        update = self._update(
            keys.build_team(team.id),
            "",
            {":before": {"S": team.name}},
            sets={"name": name},
            # Nobody else has renamed the team since.
            condition=f"{IN_USE} AND #name = :before",
        )
        writes = [Write(update), self._revise(organisation)]
        subject = Author(id=team.id, name=name)
        event = build_event(origin, "team.renamed", subject, team_id=team.id, before=team.name)
        self._write(writes, event, record)

    def mark_team(
        self, organisation: Organisation, team: Team, origin: Origin, *, must_be_empty: bool
    ) -> None:
        """Mark a team as deleted, which takes it from the organisation.

        Args:
            organisation: The organisation.
            team: The team.
            origin: Who deletes it, and when.
            must_be_empty: Whether it is brought back if it turns out to have prompts.
        """
        sets: Item = {"deleted_at": keys.dump_time(origin.now), "is_being_deleted": True}
        if must_be_empty:
            sets["must_be_empty"] = True
        update = self._update(keys.build_team(team.id), sets=sets, condition=IN_USE)
        writes = [Write(update), self._revise(organisation, removed_team=team.id)]
        event = build_event(origin, "team.deleted", _name_team(team), team_id=team.id)
        # The log of the organisation does not have those of deleted teams.
        writes.append(build_access_event(self._database, replace(event, team_id=None)))
        self._write(writes, event, None)

    def drop_member(self, before: Membership, origin: Origin) -> None:
        """Take a person out of a team that is being deleted, which needs no admin any more."""
        self._write(*self._drop_member(before, origin), None)
        self._people.forget(before.person_id)

    def complete_deletion(
        self,
        team_id: str,
        last: Membership | None,
        origin: Origin,
        record: Record | None = None,
    ) -> None:
        """Complete the deletion of a team, which has neither keys nor other members any more.

        Args:
            team_id: The id of the team.
            last: The membership that ends with it.
            origin: Who deletes the team, and when.
            record: The request with its idempotency key, and its response.
        """
        if last is not None:
            writes, event = self._drop_member(last, origin, is_last=True)
            self._write(writes, event, record)
            self._people.forget(last.person_id)
            return
        self._transactions.transact([Write(self._build_completion(team_id))], record=record)

    def _drop_member(
        self, before: Membership, origin: Origin, *, is_last: bool = False
    ) -> tuple[list[Write], AccessEvent]:
        team = (
            self._build_completion(before.team_id, before.person_id)
            if is_last
            else self._update(
                keys.build_team(before.team_id),
                " DELETE admins :person",
                {":person": {"SS": [before.person_id]}},
                condition=IN_DELETION,
            )
        )
        return [*self._delete_membership(before), Write(team)], _build_member_event(
            "member.removed", before, origin
        )

    def _build_completion(self, team_id: str, last_person_id: str = "") -> TransactWriteItemTypeDef:
        expression, values = " REMOVE is_being_deleted, must_be_empty", dict[str, Any]()
        if last_person_id:
            expression += " DELETE admins :person"
            values = {":person": {"SS": [last_person_id]}}
        key = keys.build_team(team_id)
        return self._update(key, expression, values, condition=IN_DELETION)

    def restore_team(
        self, organisation: Organisation, team: Team, origin: Origin, *, name: str
    ) -> None:
        """Bring a deleted team back, without the members and keys that it had."""
        update = self._update(
            keys.build_team(team.id),
            " REMOVE deleted_at, is_being_deleted, must_be_empty",
            sets={"name": name},
            # Nobody else has brought it back.
            condition="attribute_exists(deleted_at)",
        )
        writes = [Write(update), self._revise(organisation, added_team=team.id)]
        subject = Author(id=team.id, name=name)
        event = build_event(origin, "team.restored", subject, team_id=team.id)
        self._write(writes, event, None)

    # -- members

    def find_member(self, team_id: str, person_id: str) -> Membership | None:
        """Find a member of a team."""
        item = self._database.get("access", keys.build_member(team_id, person_id))
        return access_items.load_membership(item) if item else None

    def list_members(
        self, team_id: str, annotations: Annotations | None = None
    ) -> list[Membership]:
        """List the members of a team, in the order in which they came into it.

        Args:
            team_id: The id of the team.
            annotations: Where one that cannot be read is named, which is left out; None to raise
                `Unreadable`, where nobody may be missed.
        """
        partition = "pk", keys.build_team(team_id)["pk"]
        rows = self._database.query("access", partition, "sk", prefix=keys.MEMBER)
        members = _load_all(access_items.load_membership, rows, annotations)
        return sorted(members, key=lambda member: (member.created_at, member.person_id))

    def add_member(
        self, membership: Membership, origin: Origin, record: Record | None = None
    ) -> None:
        """Write a new membership of a person."""
        writes = [
            *self._list_new_membership(membership),
            self._check_person(membership.person_id),
        ]
        self._write(writes, _build_member_event("member.added", membership, origin), record)
        self._people.forget(membership.person_id)

    def set_role(
        self, before: Membership, role: str, origin: Origin, record: Record | None = None
    ) -> None:
        """Give a member another role.

        Raises:
            LastAdmin: The team would have no admin.
        """
        values = {":before": {"S": before.role}}
        writes = [
            *(
                # Nobody else has changed the role since.
                Write(
                    self._update(key, "", values, sets={"role": role}, condition="#role = :before")
                )
                for key in _list_keys(before)
            ),
            self._change_team_admins(before, is_admin=role == Role.ADMIN),
        ]
        event = build_event(
            origin,
            "member.role_changed",
            _name_member(before),
            team_id=before.team_id,
            before=before.role,
            role=role,
        )
        self._write(writes, event, record)
        self._people.forget(before.person_id)

    def remove_member(
        self, before: Membership, origin: Origin, record: Record | None = None
    ) -> None:
        """Take a person out of a team.

        Raises:
            LastAdmin: The team would have no admin.
        """
        writes = [
            *self._delete_membership(before),
            self._change_team_admins(before, is_admin=False),
        ]
        self._write(writes, _build_member_event("member.removed", before, origin), record)
        self._people.forget(before.person_id)

    # -- people

    def add_person(
        self,
        person: Person,
        origin: Origin,
        *,
        memberships: Sequence[Membership] = (),
        record: Record | None = None,
    ) -> None:
        """Write a new person, with memberships."""
        put = self._database.build_put(
            "access",
            access_items.dump_person(person),
            # Nobody else has invited the same person.
            ConditionExpression="attribute_not_exists(pk)",
        )
        listing = self._database.build_put("access", access_items.dump_listed_person(person))
        writes = [Write(put), Write(listing)]
        if person.is_organisation_admin:
            organisation = keys.build_organisation()
            writes.append(self._change_admins(organisation, person.id, is_admin=True))
        for membership in memberships:
            writes += self._list_new_membership(membership)
            addition = _build_member_event("member.added", membership, origin)
            writes.append(build_access_event(self._database, addition))
        detail = {each.team_id: each.role for each in memberships}
        event = build_event(origin, "person.invited", _name_person(person), teams=detail)
        self._write(writes, event, record)
        self._people.forget(person.id)

    def set_organisation_role(
        self, person: Person, origin: Origin, record: Record | None = None, *, is_admin: bool
    ) -> None:
        """Make a person an admin of the organisation, or take that away.

        Raises:
            LastAdmin: The organisation would have no admin.
        """
        sets = {"is_organisation_admin": is_admin}
        values = dump_item({":before": person.is_organisation_admin})
        writes = [
            *(
                # Nobody else has changed this since, and the person exists.
                Write(
                    self._update(
                        key, "", values, sets=sets, condition="is_organisation_admin = :before"
                    )
                )
                for key in (keys.build_person(person.id), keys.build_listed_person(person.id))
            ),
            self._change_admins(keys.build_organisation(), person.id, is_admin=is_admin),
        ]
        role = "admin" if is_admin else "member"
        event = build_event(origin, "person.role_changed", _name_person(person), role=role)
        self._write(writes, event, record)
        self._people.forget(person.id)

    def note_end_of_second_factor(
        self, person: Person, origin: Origin, record: Record | None = None
    ) -> None:
        """Write that somebody has ended the second factor of a person."""
        event = build_event(origin, "person.second_factor_ended", _name_person(person))
        self._write([], event, record)

    def require_another_admin(self, person_id: str, team_id: str | None = None) -> None:
        """Check that a team or the organisation has another admin, before anything is written.

        The condition of the write itself decides.

        Raises:
            LastAdmin: There is no other.
        """
        key = keys.build_team(team_id) if team_id else keys.build_organisation()
        item = self._database.get("access", key) or {}
        if item.get("admins", {}).get("SS") == [person_id]:
            raise LastAdmin

    def remove_person(self, person: Person, origin: Origin) -> None:
        """Remove a person, who is in no team any more. Nobody can sign in as the person then.

        What is left of the person is to be cleared, and the item to be deleted last.

        Raises:
            LastAdmin: The organisation would have no admin.
        """
        listed_key = keys.build_listed_person(person.id)
        values = dump_item({":before": person.is_organisation_admin})
        sets: Item = {"removed_at": keys.dump_time(origin.now), "is_organisation_admin": False}
        # Nobody else has removed the person or changed the role since.
        condition = f"{NOT_REMOVED} AND is_organisation_admin = :before"
        update = self._update(
            keys.build_person(person.id), "", values, sets=sets, condition=condition
        )
        writes = [Write(update), Write(self._database.build_delete("access", listed_key))]
        if person.is_organisation_admin:
            organisation = keys.build_organisation()
            writes.append(self._change_admins(organisation, person.id, is_admin=False))
        event = build_event(origin, "person.removed", _name_person(person))
        self._write(writes, event, None)
        self._people.forget(person.id)

    def delete_person(self, person_id: str, record: Record | None = None) -> None:
        """Delete the item of a person who was removed, of whom nothing else is left."""
        delete = self._database.build_delete(
            "access",
            keys.build_person(person_id),
            # Nobody else has completed the removal.
            ConditionExpression="attribute_exists(removed_at)",
        )
        self._transactions.transact([Write(delete)], record=record)

    def clear_person(self, person_id: str) -> None:
        """Delete what is left of a person who was removed: sessions, and late memberships."""
        self._people.revoke_sessions(person_id)
        for membership in self._people.list_memberships(person_id):
            team = self._update(
                keys.build_team(membership.team_id),
                " DELETE admins :person",
                {":person": {"SS": [person_id]}},
            )
            self._transactions.transact([*self._delete_membership(membership), Write(team)])

    # -- parts of transactions

    def _write(self, writes: Iterable[Write], event: Any, record: Record | None) -> None:
        self._transactions.transact(
            [*writes, build_access_event(self._database, event)], record=record
        )

    def _list_new_membership(self, membership: Membership) -> Iterator[Write]:
        """List the writes of a new membership, without the check of its person."""
        # Nobody else has added the person.
        free = {"ConditionExpression": "attribute_not_exists(pk)"}
        yield from map(Write, self._put_membership(membership, **free))
        yield self._change_team_admins(
            replace(membership, role=""), is_admin=membership.role == Role.ADMIN
        )

    def _put_membership(
        self, membership: Membership, **condition: Any
    ) -> Iterator[TransactWriteItemTypeDef]:
        for item in access_items.dump_membership(membership):
            yield self._database.build_put("access", item, **condition)

    def _delete_membership(self, membership: Membership) -> Iterator[Write]:
        for key in _list_keys(membership):
            condition = _build_role_condition(membership)
            yield Write(self._database.build_delete("access", key, **condition))

    def _check_person(self, person_id: str) -> Write:
        check = self._database.build_check(
            "access",
            keys.build_person(person_id),
            # The person has not been removed since.
            ConditionExpression=NOT_REMOVED,
        )
        return Write(check)

    def _change_team_admins(self, before: Membership, *, is_admin: bool) -> Write:
        """Change the set of a team's admins, or check the team where the set stays as it is."""
        key = keys.build_team(before.team_id)
        if (before.role == Role.ADMIN) == is_admin:
            return Write(self._database.build_check("access", key, ConditionExpression=IN_USE))
        return self._change_admins(key, before.person_id, is_admin=is_admin, condition=IN_USE)

    def _change_admins(
        self,
        key: Mapping[str, str],
        person_id: str,
        *,
        is_admin: bool,
        condition: str | None = None,
    ) -> Write:
        """Change the set of admins of a team or of the organisation.

        Args:
            key: The key of its item.
            person_id: The id of the person who comes or goes.
            is_admin: Whether the person comes.
            condition: What must hold where the person comes.
        """
        values: Item = {":person": {"SS": [person_id]}}
        if is_admin:
            return Write(self._update(key, " ADD admins :person", values, condition=condition))
        update = self._update(
            key,
            " DELETE admins :person",
            values | dump_item({":id": person_id, ":one": 1}),
            # Another admin stays.
            condition="contains(admins, :id) AND size(admins) > :one",
        )
        return Write(update, "admins")

    def _revise(
        self,
        organisation: Organisation,
        *,
        sets: Mapping[str, str | bool] | None = None,
        added_team: str | None = None,
        removed_team: str | None = None,
    ) -> Write:
        """Change the organisation's item, if its teams and its name are as they were read.

        So no other team has got the same name since.
        """
        values = dump_item({":one": 1, ":revision": organisation.revision})
        expression = " ADD revision :one"
        if added_team:
            expression += ", team_ids :team"
            values[":team"] = {"SS": [added_team]}
        if removed_team:
            expression += " DELETE team_ids :team"
            values[":team"] = {"SS": [removed_team]}
        update = self._update(
            keys.build_organisation(),
            expression,
            values,
            sets={"entity": "organisation", **(sets or {})},
            condition="attribute_not_exists(revision) OR revision = :revision",
        )
        return Write(update)

    def _update(
        self,
        key: Mapping[str, str],
        expression: str = "",
        values: Item | None = None,
        *,
        sets: Mapping[str, str | bool] | None = None,
        condition: str | None = None,
    ) -> TransactWriteItemTypeDef:
        """Build an update, which leaves alone what another release has stored in the item.

        Args:
            key: The key of the item.
            expression: Further clauses of the update.
            values: The values of the expression and the condition.
            sets: New values of attributes, by name.
            condition: What must hold.
        """
        fresh = {"schema": items.SCHEMA, **(sets or {})}
        clauses = ", ".join(f"#{name} = :{name}" for name in fresh)
        new_values = dump_item({f":{name}": value for name, value in fresh.items()})
        fields: dict[str, Any] = {
            "ExpressionAttributeNames": {f"#{name}": name for name in fresh},
            "ExpressionAttributeValues": new_values | (values or {}),
        }
        if condition:
            fields["ConditionExpression"] = condition
        return self._database.build_update("access", key, f"SET {clauses}{expression}", **fields)


def _build_role_condition(membership: Membership) -> dict[str, Any]:
    """Build the condition that a membership is as it was read."""
    return {
        "ConditionExpression": "#role = :role",
        "ExpressionAttributeNames": {"#role": "role"},
        "ExpressionAttributeValues": {":role": {"S": membership.role}},
    }


def _load_all(
    load: Callable[[Item], Entity], rows: Iterable[Item], annotations: Annotations | None
) -> list[Entity]:
    """Load items; without those that cannot be read, if there is somewhere to name these.

    Raises:
        Unreadable: An item cannot be read, and there are no annotations.
    """
    if annotations is None:
        return [load(item) for item in rows]
    return [entity for _, entity in load_readable(load, rows, annotations)]


def _name_team(team: Team) -> Author:
    return Author(id=team.id, name=team.name)


def _build_member_event(kind: str, membership: Membership, origin: Origin) -> AccessEvent:
    """Build the event that a person comes into a team or leaves it."""
    return build_event(
        origin, kind, _name_member(membership), team_id=membership.team_id, role=membership.role
    )


def _name_member(membership: Membership) -> Author:
    return Author(id=membership.person_id, name=membership.email)


def _name_person(person: Person) -> Author:
    return Author(id=person.id, name=person.email)


def _list_keys(membership: Membership) -> tuple[dict[str, str], dict[str, str]]:
    """List the keys of the two items of a membership."""
    person_id, team_id = membership.person_id, membership.team_id
    return keys.build_membership(person_id, team_id), keys.build_member(team_id, person_id)
