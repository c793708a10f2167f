"""Who calls, and what they may do in which team."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from shared.domain.changes import Author
from shared.routes import Permission

Operation = Literal["read_render", "all", "admin"]
READ = frozenset({Permission.READ})
EDIT = READ | {Permission.WRITE, Permission.CURATE}
# What an API key may do, by its operation. Source: px0; there `admin` lacks what `all` may, which
# surprised its users, so here it has that too.
OPERATIONS: Mapping[str, frozenset[Permission]] = {
    "read_render": READ,
    "all": EDIT,
    "admin": EDIT | {Permission.MANAGE},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """The tenant: every prompt and every key belongs to one."""

    id: str
    name: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """A caller whose credential was found good.

    Args:
        permissions: by the id of each team that the caller is in.
    """

    id: str
    name: str
    permissions: Mapping[str, frozenset[Permission]]

    @property
    def author(self) -> Author:
        return Author(id=self.id, name=self.name)

    def may(self, permission: Permission, team_id: str) -> bool:
        return permission in self.permissions.get(team_id, ())

    def may_somewhere(self, permission: Permission) -> bool:
        return any(permission in granted for granted in self.permissions.values())

    def reaches(self, team_id: str) -> bool:
        return team_id in self.permissions
