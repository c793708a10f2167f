"""Ledgers: small lists that belong to a team and to no prompt, such as tags and folders."""

from dataclasses import dataclass, replace
from typing import Any

from shared import wire
from shared.errors import Unprocessable

LEDGER_BYTES = 300_000  # an item holds 400 KB


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """Args:
    revision: counts the writes; 0 is a ledger that was never written.
    entries: JSON objects.
    """

    team_id: str
    name: str
    revision: int = 0
    entries: tuple[dict[str, Any], ...] = ()


def with_entries(ledger: Ledger, entries: tuple[dict[str, Any], ...]) -> Ledger:
    """The ledger with other entries. Raises Unprocessable."""
    if len(wire.encode(entries).encode()) > LEDGER_BYTES:
        raise Unprocessable(f"a team's {ledger.name} take at most {LEDGER_BYTES} bytes")
    return replace(ledger, entries=entries, revision=ledger.revision + 1)
