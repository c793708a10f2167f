"""Rules of ledgers: small lists that belong to a team, such as its tags and its folders."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from shared import exact_json
from shared.domain.shapes import has_shape
from shared.ids import is_id
from shared.problems import Unprocessable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import EllipsisType

    from shared.domain.model import Ledger
    from shared.domain.shapes import Shape

LEDGER_BYTES = 300_000  # an item takes at most 400 KB


@dataclass(frozen=True, slots=True)
class LedgerType:
    """What a ledger lists.

    Attributes:
        name: The name of the ledger.
        shape: The shape of an entry, as far as it must be known.
    """

    name: str
    shape: dict[str | EllipsisType, Shape]


def split_entries(
    ledger_type: LedgerType, entries: Sequence[Any]
) -> tuple[tuple[dict[str, Any], ...], tuple[Any, ...]]:
    """Split entries into those with the right shape, and the others."""
    whole: list[dict[str, Any]] = []
    damage: list[Any] = []
    for entry in entries:
        (whole if has_shape(entry, ledger_type.shape) else damage).append(entry)
    return tuple(whole), tuple(damage)


def name_entry(entry: Any) -> str:
    """Name an entry that cannot be read: by its id, if it has one."""
    entry_id = entry.get("id") if isinstance(entry, dict) else None
    return entry_id if isinstance(entry_id, str) and is_id(entry_id) else "entry without an id"


def replace_entries(ledger: Ledger, entries: tuple[dict[str, Any], ...]) -> Ledger:
    """Replace the entries of a ledger.

    Raises:
        Unprocessable: The entries take more than `LEDGER_BYTES` bytes.
    """
    if len(exact_json.encode([*entries, *ledger.damage]).encode()) > LEDGER_BYTES:
        raise Unprocessable(
            f"the {ledger.name} of this team would take more than {LEDGER_BYTES} bytes; "
            "delete some that are not needed"
        )
    return replace(ledger, entries=entries, revision=ledger.revision + 1)
