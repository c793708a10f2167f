"""Responses about people and teams in px0's format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.responses import dump_time
from shared.domain.access import TEAM_PERMISSIONS
from shared.domain.organisation import ORGANISATION_ID

if TYPE_CHECKING:
    from shared.dialects.registry import access_models
    from shared.domain import model, organisation, people
    from shared.domain.access import Principal


def dump_user(person: people.Person) -> access_models.User:
    """Dump a person."""
    return {
        "id": person.id,
        "email": person.email,
        "is_admin": person.is_organisation_admin,
        "is_verified": True,  # by the invitation, which only the owner of the address can read
        "created_at": dump_time(person.created_at),
    }


def dump_sign_in(
    secret: str, session: people.Session, person: people.Person
) -> access_models.SignedIn:
    """Dump a new session; its secret is shown only here."""
    return {
        "expires_at": dump_time(session.expires_at),
        "token": secret,
        "user": dump_user(person),
    }


def dump_session(session: people.Session, current_id: str | None) -> access_models.Session:
    """Dump a session, without its secret."""
    return {
        "id": session.id,
        "user_id": session.person_id,
        "expires_at": dump_time(session.expires_at),
        "created_at": dump_time(session.created_at),
        "is_current": session.id == current_id,
    }


def dump_organisation(value: organisation.Organisation, name: str) -> access_models.Organization:
    """Dump the organisation."""
    return {
        "id": ORGANISATION_ID,
        "name": name,
        "created_at": None,  # the deployment does not record it
    }


def dump_own_organisation(
    value: organisation.Organisation, *, is_admin: bool
) -> access_models.OwnOrganization:
    """Dump the organisation, with the role of the caller in it."""
    return {
        "id": ORGANISATION_ID,
        "name": value.name,
        "role": "ADMIN" if is_admin else "MEMBER",
        "created_at": None,  # the deployment does not record it
    }


def dump_team(team: model.Team, name: str = "") -> access_models.Team:
    """Dump a team.

    Args:
        team: The team.
        name: Its new name, if it is renamed.
    """
    return {
        "id": team.id,
        "org_id": ORGANISATION_ID,
        "name": name or team.name,
        "created_at": dump_time(team.created_at),
    }


def dump_own_team(team: model.Team, principal: Principal) -> access_models.OwnTeam:
    """Dump a team of a principal, with what the principal may do there."""
    return {
        **dump_team(team),
        "permissions": [
            permission
            for permission in TEAM_PERMISSIONS
            if principal.has_permission(permission, team.id)
        ],
    }


def dump_member(membership: people.Membership) -> access_models.Member:
    """Dump a member of a team."""
    return {
        "user_id": membership.person_id,
        "email": membership.email,
        "role": membership.role,
        "created_at": dump_time(membership.created_at),
    }
