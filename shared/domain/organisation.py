"""The organisation: the deployment itself, which has all teams, people and keys."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.model import ORGANISATION_ID

__all__ = ["DEFAULT_NAME", "ORGANISATION_ID", "Organisation"]

DEFAULT_NAME = "Default Org"  # source: px0


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """The organisation.

    Attributes:
        name: The name.
        team_ids: The ids of its teams.
        admins: The ids of its admins.
        revision: Counts the writes to its teams and its name, so that no two teams get the same
            name at the same time.
    """

    name: str = DEFAULT_NAME
    team_ids: frozenset[str] = frozenset()
    admins: frozenset[str] = frozenset()
    revision: int = 0
