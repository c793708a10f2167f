"""Counts of attempts to sign in, which are limited for each person and for each place."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from shared.problems import Contended, Throttled
from shared.store import keys
from shared.store.attributes import dump_item
from shared.store.items import SCHEMA

if TYPE_CHECKING:
    from shared.store.attributes import Item
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
        item = (
            self._add(subject, now)
            or self._begin_window(subject, now)
            # Another attempt has begun the window since.
            or self._add(subject, now)
        )
        if item is None:
            raise Contended(retry_after=1)
        if int(item["attempts"]["N"]) > most:
            raise Throttled(
                "too many attempts to sign in; wait, then try again",
                retry_after=max(1, int(item["expires_at"]["N"]) - now),
            )

    def _add(self, subject: str, now: int) -> Item | None:
        """Count an attempt in the current window; None if there is none."""
        return self._database.update(
            "access",
            keys.build_attempts(subject),
            "SET #schema = :schema ADD attempts :one",
            # The window of the count has not ended.
            ConditionExpression="expires_at > :now",
            ExpressionAttributeNames={"#schema": "schema"},
            ExpressionAttributeValues=dump_item({":one": 1, ":now": now, ":schema": SCHEMA}),
        )

    def _begin_window(self, subject: str, now: int) -> Item | None:
        """Count the first attempt of a window; None if another attempt has begun it."""
        return self._database.update(
            "access",
            keys.build_attempts(subject),
            "SET attempts = :one, expires_at = :end, entity = :entity, #schema = :schema",
            # Nobody else has begun a window, whose attempts would be lost.
            ConditionExpression="attribute_not_exists(expires_at) OR expires_at <= :now",
            ExpressionAttributeNames={"#schema": "schema"},
            ExpressionAttributeValues=dump_item(
                {
                    ":one": 1,
                    ":now": now,
                    ":end": now + WINDOW_SECONDS,
                    ":entity": "attempts",
                    ":schema": SCHEMA,
                }
            ),
        )
