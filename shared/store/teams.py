"""The teams of the deployment, as authentication and operators read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.store import items, keys
from shared.store.attributes import dump_item

if TYPE_CHECKING:
    from shared.domain.model import Team
    from shared.store.dynamodb import Database


class Teams:
    """The teams of the deployment.

    Every method raises `Unavailable` while AWS is busy or cannot be reached.
    """

    def __init__(self, database: Database) -> None:
        """Bind the tables."""
        self._database = database

    def find_team(self, team_id: str) -> Team | None:
        """Find a team by its id.

        Raises:
            Unreadable: The item of the team is damaged.
        """
        item = self._database.get("access", keys.build_team(team_id))
        return items.load_team(item) if item else None

    def list_ids(self) -> list[str]:
        """List the ids of all teams of the organisation."""
        item = self._database.get("access", keys.build_organisation())
        return sorted(item.get("team_ids", {}).get("SS", ())) if item else []


def complete_organisation(database: Database, team_id: str) -> int:
    """Add a team to those of the organisation, which earlier releases did not have.

    Returns:
        How many teams were added: 0 or 1.
    """
    organisation = database.get("access", keys.build_organisation()) or {}
    team = database.get("access", keys.build_team(team_id)) or {}
    if "deleted_at" in team or team_id in organisation.get("team_ids", {}).get("SS", ()):
        return 0
    database.update(
        "access",
        keys.build_organisation(),
        "SET entity = :entity, #schema = :schema ADD team_ids :team",
        ExpressionAttributeNames={"#schema": "schema"},
        ExpressionAttributeValues={
            **dump_item({":entity": "organisation", ":schema": items.SCHEMA}),
            ":team": {"SS": [team_id]},
        },
    )
    return 1
