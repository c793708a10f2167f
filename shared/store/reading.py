"""What is read together with the head of a prompt, so that one request to AWS is enough."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shared.domain.ledgers import LedgerType
    from shared.domain.model import Prompt, Selector
    from shared.store.attributes import Item

    # An item by its table and the values of its key.
    Place = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What a request will need besides the head.

    It is a hint: what cannot be read together with the head is read when it is needed.

    Attributes:
        selectors: Selectors of versions. Those with a number are read, and `live` where the claim
            of the slug knows its number.
        version_id: The id of a version.
        payload_id: The id of a payload.
        ledger: A ledger of the prompt's team.
    """

    selectors: tuple[Selector, ...] = ()
    version_id: str | None = None
    payload_id: str | None = None
    ledger: LedgerType | None = None


NOTHING = Beside()


@dataclass(frozen=True, slots=True)
class Reading:
    """A prompt, and what was read together with its head.

    Attributes:
        prompt: The head; None if there is none.
        items: What was read, by its place; None for what does not exist. Versions and payloads are
            as they were at the moment when the head was read.
    """

    prompt: Prompt | None
    items: Mapping[Place, Item | None] = field(default_factory=dict)


def build_place(table: str, key: Mapping[str, Any]) -> Place:
    """Build the place of an item from its table and its key."""
    return table, *map(str, key.values())
