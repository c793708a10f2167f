"""Conversion of people, sessions and the organisation to items and back, as `items` explains.

Most functions need none of this, so that it is no part of their start.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from shared.domain.organisation import DEFAULT_NAME, Organisation
from shared.domain.people import Membership, Person, Session
from shared.store import keys
from shared.store.attributes import Attributes
from shared.store.items import (
    WRITTEN_ANEW,
    build_item,
    load_optional_time,
    name_damage,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shared.store.attributes import Item


def load_organisation(item: Mapping[str, Any]) -> Organisation:
    """Convert an item to the organisation.

    Raises:
        Unreadable: The item is damaged.
    """
    with name_damage("access", item):
        values = Attributes(item)
        return Organisation(
            name=values.find("name", str, default=DEFAULT_NAME),
            team_ids=values.find("team_ids", frozenset, default=frozenset()),
            admins=values.find("admins", frozenset, default=frozenset()),
            revision=values.find("revision", int, default=0),
        )


def dump_person(person: Person) -> Item:
    """Convert a person to the item that authentication reads."""
    return build_item(
        {
            **keys.build_person(person.id),
            "entity": "person",
            **_dump_person_fields(person),
            "removed_at": person.removed_at and keys.dump_time(person.removed_at),
        },
        person.rest,
    )


def dump_listed_person(person: Person) -> Item:
    """Convert a person to the item in the list of all people."""
    key = keys.build_listed_person(person.id)
    return build_item({**key, "entity": "listed_person", **_dump_person_fields(person)})


def _dump_person_fields(person: Person) -> dict[str, Any]:
    return {
        "id": person.id,
        "email": person.email,
        "is_organisation_admin": person.is_organisation_admin,
        "created_at": keys.dump_time(person.created_at),
    }


def load_person(item: Mapping[str, Any]) -> Person:
    """Convert an item of a person, or of the list of all people, to the person.

    Raises:
        Unreadable: The item is damaged.
    """
    with name_damage("access", item):
        values = Attributes(item)
        values.drop(*WRITTEN_ANEW, "pk", "sk")
        return Person(
            id=values.take("id", str),
            email=values.take("email", str),
            is_organisation_admin=values.take("is_organisation_admin", bool),
            created_at=keys.load_time(values.take("created_at", str)),
            removed_at=load_optional_time(values.find("removed_at", str)),
            rest=values.rest,
        )


def dump_membership(membership: Membership) -> tuple[Item, Item]:
    """Convert a membership to its item in the partition of the person, and that of the team."""
    fields = {
        "team_id": membership.team_id,
        "person_id": membership.person_id,
        "email": membership.email,
        "role": membership.role,
        "created_at": keys.dump_time(membership.created_at),
    }
    place = membership.person_id, membership.team_id
    return (
        build_item({**keys.build_membership(*place), "entity": "membership", **fields}),
        build_item({**keys.build_member(*reversed(place)), "entity": "member", **fields}),
    )


def load_membership(item: Mapping[str, Any]) -> Membership:
    """Convert either item of a membership to it.

    Raises:
        Unreadable: The item is damaged.
    """
    with name_damage("access", item):
        values = Attributes(item)
        return Membership(
            team_id=values.take("team_id", str),
            person_id=values.take("person_id", str),
            email=values.take("email", str),
            role=values.take("role", str),
            created_at=keys.load_time(values.take("created_at", str)),
        )


def dump_session(session: Session) -> tuple[Item, Item]:
    """Convert a session to the item that authentication reads, and that of its person's list."""
    fields = {
        "id": session.id,
        "secret_hash": session.secret_hash,
        "person_id": session.person_id,
        "email": session.email,
        "created_at": keys.dump_time(session.created_at),
        # With this DynamoDB deletes the items.
        "expires_at": int(session.expires_at.timestamp()),
    }
    listed_key = keys.build_listed_session(session.person_id, session.id)
    return (
        build_item({**keys.build_session(session.secret_hash), "entity": "session", **fields}),
        build_item({**listed_key, "entity": "listed_session", **fields}),
    )


def load_session(item: Mapping[str, Any]) -> Session:
    """Convert either item of a session to it.

    Raises:
        Unreadable: The item is damaged.
    """
    with name_damage("access", item):
        values = Attributes(item)
        return Session(
            id=values.take("id", str),
            secret_hash=values.take("secret_hash", str),
            person_id=values.take("person_id", str),
            email=values.take("email", str),
            created_at=keys.load_time(values.take("created_at", str)),
            expires_at=datetime.fromtimestamp(values.take("expires_at", int), UTC),
        )
