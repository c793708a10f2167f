"""Rules of ledgers: small lists that belong to a team, such as its tags and its folders."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from shared import exact_json
from shared.problems import Unprocessable

if TYPE_CHECKING:
    from shared.domain.model import Ledger

LEDGER_BYTES = 300_000  # an item takes at most 400 KB


def replace_entries(ledger: Ledger, entries: tuple[dict[str, Any], ...]) -> Ledger:
    """Replace the entries of a ledger.

    Raises:
        Unprocessable: The entries take more than `LEDGER_BYTES` bytes.
    """
    if len(exact_json.encode(entries).encode()) > LEDGER_BYTES:
        raise Unprocessable(
            f"the {ledger.name} of this team would take more than {LEDGER_BYTES} bytes; "
            "delete some that are not needed"
        )
    return replace(ledger, entries=entries, revision=ledger.revision + 1)
