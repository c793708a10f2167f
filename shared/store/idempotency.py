"""Calls that carry an idempotency key, as their records know them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shared.errors import IdempotencyMismatch

KEPT = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A call with its idempotency key.

    Args:
        key: the record's key: by caller, route and the caller's own key.
        request_hash: of path and body; the same key with another one is a mistake of the caller's.
        at: when it was made.
    """

    key: str
    request_hash: str
    at: datetime

    @property
    def expires_at(self) -> int:
        """Seconds since 1970."""
        return int((self.at + KEPT).timestamp())

    def repeats(self, record: dict[str, Any]) -> bool:
        """Whether a record is of this very call. Raises IdempotencyMismatch.

        An expired record no longer counts: DynamoDB deletes it only some time later.
        """
        if record["expires_at"] <= self.at.timestamp():
            return False
        if record["request_hash"] != self.request_hash:
            raise IdempotencyMismatch
        return True
