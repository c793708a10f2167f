"""Counts of attempts to sign in, which are limited for each person and for each place."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from shared.problems import Throttled
from shared.store import keys
from shared.store.attributes import dump_item
from shared.store.items import SCHEMA

if TYPE_CHECKING:
    from shared.store.dynamodb import Database

WINDOW_SECONDS = 300  # from the first attempt on
MAX_OF_PERSON = 10  # attempts in a window
MAX_OF_SOURCE = 100  # many people can share an address


class Attempts:
    """Attempts to sign in.

    Every method raises `Unavailable` while AWS is busy or cannot be reached.
    """

    def __init__(self, database: Database) -> None:
        """Bind the tables."""
        self._database = database

    def count(self, email: str, source: str) -> None:
        """Count an attempt, before it is made.

        Whether somebody has the address makes no difference.

        Args:
            email: The address of whoever wants to sign in.
            source: The address in the network that the request comes from.

        Raises:
            Throttled: There have been too many.
        """
        self._count(f"source#{source}", MAX_OF_SOURCE)
        self._count(f"person#{email}", MAX_OF_PERSON)

    def count_code(self, source: str) -> None:
        """Count an attempt with a code that says nothing of the person.

        Args:
            source: The address in the network that the request comes from.

        Raises:
            Throttled: There have been too many.
        """
        self._count(f"source#{source}", MAX_OF_SOURCE)

    def _count(self, subject: str, most: int) -> None:
        now = int(datetime.now(UTC).timestamp())
        key = keys.build_attempts(subject)
        item = self._database.update(
            "access",
            key,
            "SET #schema = :schema ADD attempts :one",
            # The window of the count has not ended.
            ConditionExpression="expires_at > :now",
            ExpressionAttributeNames={"#schema": "schema"},
            ExpressionAttributeValues=dump_item({":one": 1, ":now": now, ":schema": SCHEMA}),
        )
        item = item or self._database.update(
            "access",
            key,
            "SET attempts = :one, expires_at = :end, entity = :entity, #schema = :schema",
            ExpressionAttributeNames={"#schema": "schema"},
            ExpressionAttributeValues=dump_item(
                {
                    ":one": 1,
                    ":end": now + WINDOW_SECONDS,
                    ":entity": "attempts",
                    ":schema": SCHEMA,
                }
            ),
        )
        if item and int(item["attempts"]["N"]) > most:
            raise Throttled(
                "too many attempts to sign in; wait, then try again",
                retry_after=max(1, int(item["expires_at"]["N"]) - now),
            )
