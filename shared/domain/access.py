"""Principals and their permissions in teams."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from shared.domain.model import Author

if TYPE_CHECKING:
    from collections.abc import Mapping


class Permission(StrEnum):
    """What a principal may do in a team."""

    PUBLIC = "public"  # anybody, without a credential
    READ = "read"  # read and render
    WRITE = "write"  # prompts, versions, tags and payloads
    CURATE = "curate"  # archive, restore and move prompts
    MANAGE = "manage"  # keys, people and teams


READ = frozenset({Permission.READ})
EDIT = READ | {Permission.WRITE, Permission.CURATE}
# The permissions of an API key, by its operation. Source: px0, whose `admin` lacks the permissions
# of `all`; that surprised its users, so here it has them.
OPERATIONS: Mapping[str, frozenset[Permission]] = {
    "read_render": READ,
    "all": EDIT,
    "admin": EDIT | {Permission.MANAGE},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """The authenticated caller of a request.

    Attributes:
        id: The id of the API key.
        name: The name of the API key.
        permissions: Permissions by id of each team that the principal is in.
    """

    id: str
    name: str
    permissions: Mapping[str, frozenset[Permission]]

    @property
    def author(self) -> Author:
        """The principal as the author of a change."""
        return Author(id=self.id, name=self.name)

    def has_permission(self, permission: Permission, team_id: str) -> bool:
        """Tell whether the principal has a permission in a team."""
        return permission in self.permissions.get(team_id, ())

    def has_permission_anywhere(self, permission: Permission) -> bool:
        """Tell whether the principal has a permission in any team."""
        return any(permission in permissions for permissions in self.permissions.values())

    def is_in(self, team_id: str) -> bool:
        """Tell whether the principal is in a team."""
        return team_id in self.permissions
