"""Principals, API keys, roles of people, and their permissions in teams."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from shared.domain.model import Author

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from shared.domain.model import Rest

PUBLIC_KEY = "pk-lf-"  # the form of Langfuse's, of which the secret is a key as any other


class Permission(StrEnum):
    """What a principal may do in a team."""

    PUBLIC = "public"  # anybody, without a credential
    READ = "read"  # read and render
    WRITE = "write"  # prompts, versions, tags and payloads
    CURATE = "curate"  # archive, restore and move prompts
    SEE_PEOPLE = "see_people"  # teams, and who is in them
    MANAGE = "manage"  # keys, people and teams
    SIGNED_IN = "signed_in"  # one's own profile and sessions, in no team
    ORGANISE = "organise"  # the organisation: all its teams, people and keys


# Who has these decides what others may do.
MANAGING = frozenset({Permission.MANAGE, Permission.ORGANISE})
READ = frozenset({Permission.READ})
WRITE = READ | {Permission.WRITE}
EDIT = WRITE | {Permission.CURATE, Permission.SEE_PEOPLE}
# The permissions of an API key, by its operation. Source: px0, whose `admin` lacks the permissions
# of `all`; that surprised its users, so here it has them.
OPERATIONS: Mapping[str, frozenset[Permission]] = {
    "read_render": READ,
    "all": EDIT,
    "admin": EDIT | {Permission.MANAGE},
}
DEFAULT_OPERATION = "read_render"


class Role(StrEnum):
    """The role of a person in a team."""

    VIEWER = "viewer"
    EDITOR = "editor"
    ADMIN = "admin"


# Source: px0.
ROLES: Mapping[str, frozenset[Permission]] = {
    Role.VIEWER: READ | {Permission.SEE_PEOPLE},
    Role.EDITOR: WRITE | {Permission.SEE_PEOPLE},
    Role.ADMIN: EDIT | {Permission.MANAGE},
}
# Those that can be had in a team, in the order in which they are shown.
TEAM_PERMISSIONS = tuple(
    permission for permission in Permission if permission in OPERATIONS["admin"]
)
# The permissions that belong to no team, or to every team without being in it.
PERSON = frozenset({Permission.SIGNED_IN})
ORGANISATION_ADMIN = PERSON | {Permission.ORGANISE, Permission.SEE_PEOPLE, Permission.MANAGE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A secret of an API key, as it is stored.

    Attributes:
        hash: The hash, see `hash_secret`.
        expires_at: When it stops working; None if it does so with its key.
    """

    hash: str
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What people decide about an API key.

    Attributes:
        name: The name, which need not be unique.
        operation: One of `OPERATIONS`.
        team_ids: The ids of its teams; none for all teams of the organisation.
        prompt_ids: The ids of the only prompts that it reaches; None for all of its teams.
        pointers: The tags, or `live`, that are the only ones it may read or move; None for all.
        quota: The maximum number of requests per minute; None for the default of the deployment.
        expires_at: When it stops working; None for never.
    """

    name: str
    operation: str = DEFAULT_OPERATION
    team_ids: tuple[str, ...] = ()
    prompt_ids: frozenset[str] | None = None
    pointers: frozenset[str] | None = None
    quota: int | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """An API key.

    Attributes:
        id: The id, which stays when the secret is replaced.
        grant: What people decide about it.
        prefix: The first characters of the current secret; empty for keys of earlier releases.
        created_at: When it was made.
        created_by: Who made it; None for operators.
        secrets: The current one, and those that work a little longer after they were replaced.
        revision: The number of writes to it, which lets a concurrent change fail; 0 for a key that
            is not in the list of all keys.
    """

    id: str
    grant: Grant
    prefix: str = ""
    created_at: datetime
    created_by: Author | None = None
    secrets: tuple[Secret, ...]
    revision: int = 1
    rest: Rest = field(default_factory=dict)

    @property
    def public_key(self) -> str:
        """What clients that need a pair of keys send beside the secret; it opens nothing."""
        return f"{PUBLIC_KEY}{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """The authenticated caller of a request.

    Attributes:
        id: The id of the API key or of the person.
        name: The name of the API key, or the e-mail address of the person.
        permissions: Permissions by id of each team that the principal is in.
        everywhere: Permissions that do not depend on a team.
        prompt_ids: The ids of the only prompts that it reaches; None for all of its teams.
        pointers: The tags, or `live`, that are the only ones it may read or move; None for all.
        quota: The maximum number of requests per minute; None for the default of the deployment.
        expires_at: When the credential stops working; None for never.
        session_id: The id of the person's session; None for an API key.
        secret_hash: The hash of the secret of the API key; None for a person.
    """

    id: str
    name: str
    permissions: Mapping[str, frozenset[Permission]]
    everywhere: frozenset[Permission] = frozenset()
    prompt_ids: frozenset[str] | None = None
    pointers: frozenset[str] | None = None
    quota: int | None = None
    expires_at: datetime | None = None
    session_id: str | None = None
    secret_hash: str | None = None

    @property
    def author(self) -> Author:
        """The principal as the author of a change."""
        return Author(id=self.id, name=self.name, kind="person" if self.is_person else "api_key")

    @property
    def is_person(self) -> bool:
        """Whether this is a person, with a session."""
        return self.session_id is not None

    def has_permission(self, permission: Permission, team_id: str) -> bool:
        """Tell whether a principal has a permission in a team."""
        return permission in self.everywhere or permission in self.permissions.get(team_id, ())

    def has_permission_anywhere(self, permission: Permission) -> bool:
        """Tell whether the principal has a permission in any team, or without one."""
        return permission in self.everywhere or any(
            permission in permissions for permissions in self.permissions.values()
        )

    def is_in(self, team_id: str) -> bool:
        """Tell whether the principal is in a team."""
        return team_id in self.permissions

    def select_team(self, team_id: str) -> Principal:
        """Build the principal of a request that names one of its teams: it is in no other."""
        return replace(self, permissions={team_id: self.permissions[team_id]})

    def reaches(self, prompt_id: str) -> bool:
        """Tell whether the principal reaches a prompt of one of its teams."""
        return self.prompt_ids is None or prompt_id in self.prompt_ids

    def is_valid(self, now: datetime) -> bool:
        """Tell whether the credential still works."""
        return self.expires_at is None or now < self.expires_at
