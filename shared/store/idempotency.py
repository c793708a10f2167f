"""Idempotency keys: how a repeated request is matched with the record of the first one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from shared.problems import IdempotencyMismatch

if TYPE_CHECKING:
    from collections.abc import Mapping

LIFETIME = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A request with an idempotency key.

    Attributes:
        key: The key of its record, built from the principal and the caller's key.
        request_hash: Hash of what tells the request from others; a caller must not send the same
            key with another one.
        at: When the request was received.
    """

    key: str
    request_hash: str
    at: datetime

    @property
    def expires_at(self) -> int:
        """When the record expires, in seconds since 1970."""
        return int((self.at + LIFETIME).timestamp())

    def matches(self, record: Mapping[str, Any]) -> bool:
        """Tell whether a record belongs to this request.

        An expired record does not: DynamoDB deletes it some time after it has expired.

        Raises:
            IdempotencyMismatch: The record belongs to another request with the same key.
        """
        if record["expires_at"] <= self.at.timestamp():
            return False
        if record["request_hash"] != self.request_hash:
            raise IdempotencyMismatch
        return True
