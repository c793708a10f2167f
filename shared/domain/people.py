"""People, their sessions, and their memberships in teams, as plain values."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from shared.domain.access import ORGANISATION_ADMIN, PERSON, ROLES, Principal
from shared.domain.checks import check_text
from shared.domain.credentials import hash_secret
from shared.ids import new_id
from shared.problems import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from shared.domain.model import Rest

SESSION_LIFE = timedelta(hours=24)  # source: px0
# Source: px0.
EMAIL = re.compile(r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9.\-]+\.[A-Za-z]{2,}")
EMAIL_LENGTH = 254  # characters; source: RFC 5321
WEAK_PASSWORD = (
    "password must contain at least one uppercase letter, one lowercase letter, one digit, and "
    "one special character"
)  # nosec B105; source: px0


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person of the organisation.

    Attributes:
        id: The id that sign-in knows the person by.
        email: The e-mail address.
        is_organisation_admin: Whether the person manages all teams, people and keys.
        created_at: When the person was invited.
        removed_at: When the removal of the person began, which is not complete; nobody can sign in
            as the person or bring the person into a team since.
        rest: Attributes of another release.
    """

    id: str
    email: str
    is_organisation_admin: bool = False
    created_at: datetime
    removed_at: datetime | None = None
    rest: Rest = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """That a person is in a team.

    Attributes:
        team_id: The id of the team.
        person_id: The id of the person.
        email: The e-mail address of the person.
        role: One of `Role`, or a role of a later release, which may do nothing here.
        created_at: When the person came into the team.
    """

    team_id: str
    person_id: str
    email: str
    role: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A session of a person.

    Attributes:
        id: The id, which is no secret.
        secret_hash: The hash of its secret, see `hash_secret`.
        person_id: The id of the person.
        email: The e-mail address of the person.
        created_at: When the person signed in.
        expires_at: When it stops working.
    """

    id: str
    secret_hash: str
    person_id: str
    email: str
    created_at: datetime
    expires_at: datetime


def create_session(secret: str, person: Person, *, now: datetime) -> Session:
    """Create a session of a person who has signed in."""
    return Session(
        id=new_id(),
        secret_hash=hash_secret(secret),
        person_id=person.id,
        email=person.email,
        created_at=now,
        # Whole seconds, as DynamoDB's time to live has them.
        expires_at=(now + SESSION_LIFE).replace(microsecond=0),
    )


def build_principal(
    session: Session, person: Person, memberships: Iterable[Membership]
) -> Principal:
    """Build the principal of a session."""
    return Principal(
        id=person.id,
        name=person.email,
        permissions={
            membership.team_id: ROLES.get(membership.role, frozenset())
            for membership in memberships
        },
        everywhere=ORGANISATION_ADMIN if person.is_organisation_admin else PERSON,
        expires_at=session.expires_at,
        session_id=session.id,
    )


def normalize_email(text: str) -> str:
    """Normalize an e-mail address, whose letters have no case here.

    Raises:
        InvalidRequest: No address has such characters.
    """
    return check_text(text, "email").strip().lower()


def parse_email(text: str) -> str:
    """Parse the e-mail address of a person to invite.

    Raises:
        InvalidRequest: There is none, or it is malformed.
    """
    if not text:
        raise InvalidRequest("email is required")
    email = normalize_email(text)
    if len(email) > EMAIL_LENGTH or not EMAIL.fullmatch(email):
        raise InvalidRequest("invalid email format")
    return email
