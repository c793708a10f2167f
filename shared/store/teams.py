"""Storage of teams."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.domain.model import Author, Team
from shared.store import items, keys
from shared.store.attributes import dump_item
from shared.store.transactions import Write

if TYPE_CHECKING:
    from datetime import datetime

    from types_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

    from shared.store.dynamodb import Database
    from shared.store.transactions import Transactions


class Teams:
    """The teams of the deployment.

    Every method raises `Unavailable` while AWS is busy or cannot be reached.
    """

    def __init__(self, database: Database, transactions: Transactions) -> None:
        """Bind the tables.

        Args:
            database: The tables.
            transactions: Writes to them.
        """
        self._database = database
        self._transactions = transactions

    def find_team(self, team_id: str) -> Team | None:
        """Find a team by its id.

        Raises:
            Unreadable: The item of the team is damaged.
        """
        item = self._database.get("access", keys.build_team(team_id))
        return items.load_team(item, team_id=team_id) if item else None

    def list_ids(self) -> list[str]:
        """List the ids of all teams of the organisation."""
        item = self._database.get("access", keys.build_organisation())
        return sorted(item.get("team_ids", {}).get("SS", ())) if item else []

    def add_team(self, *, team_id: str, name: str, at: datetime) -> None:
        """Write a new team of an operator, whose directory is complete: it has no prompts yet."""
        from shared.domain.access_events import OPERATOR, build_event  # which no function needs
        from shared.domain.changes import Origin
        from shared.store.access_events import build_access_event

        team = Team(id=team_id, name=name, created_at=at)
        item = items.dump_team(team)
        item["has_complete_directory"] = {"BOOL": True}
        put = self._database.build_put("access", item)
        listing = _build_listing(self._database, team_id)
        origin, subject = Origin(by=OPERATOR, now=at), Author(id=team_id, name=name)
        event = build_event(origin, "team.created", subject, team_id=team_id)
        self._transactions.transact(
            [Write(put), Write(listing), build_access_event(self._database, event)]
        )


def _build_listing(database: Database, team_id: str) -> TransactWriteItemTypeDef:
    """Build the write that adds a team to those of the organisation, which can be repeated."""
    return database.build_update(
        "access",
        keys.build_organisation(),
        "SET entity = :entity, #schema = :schema ADD team_ids :team",
        ExpressionAttributeNames={"#schema": "schema"},
        ExpressionAttributeValues={
            **dump_item({":entity": "organisation", ":schema": items.SCHEMA}),
            ":team": {"SS": [team_id]},
        },
    )


def complete_organisation(database: Database, team_id: str) -> int:
    """Add a team to those of the organisation, which earlier releases did not have.

    Returns:
        How many teams were added: 0 or 1.
    """
    organisation = database.get("access", keys.build_organisation()) or {}
    team = database.get("access", keys.build_team(team_id)) or {}
    if "deleted_at" in team or team_id in organisation.get("team_ids", {}).get("SS", ()):
        return 0
    database.transact([_build_listing(database, team_id)])
    return 1
