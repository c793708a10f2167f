"""What all team stores of a process share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.store import items

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.cache import Cache
    from shared.domain.model import Payload, Version
    from shared.store.attributes import Item
    from shared.store.contents import Contents
    from shared.store.dynamodb import Database
    from shared.store.protections import Protections
    from shared.store.transactions import Transactions


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """What all team stores of a process share.

    Attributes:
        database: The tables.
        contents: Bodies, inline or in the bucket.
        transactions: Writes.
        versions: Cached versions by prompt id, and number or `latest`, each with the head's
            revision at which it was read. Every write to a prompt or its versions increments the
            revision, so a cached version is valid as long as the head has the same revision.
        complete_directories: Teams whose directory is known to have complete lists, which they
            stay, by id and by the attribute of the team that says so.
        get_protections: Gets what teams protect, which reads do not need.
        template_bytes: The largest size of a version's texts with all parts in them, in bytes.
    """

    database: Database
    contents: Contents
    transactions: Transactions
    versions: Cache[tuple[str, int | str], tuple[int, Version]]
    complete_directories: Cache[tuple[str, str], bool]
    get_protections: Callable[[], Protections]
    template_bytes: int

    def load_version(self, item: Item) -> Version:
        """Load a version from its item, and its content from the item or the bucket.

        Raises:
            Unreadable: The item or its body is damaged, or the body is missing.
        """
        return items.load_version(item, self.contents.get)

    def load_payload(self, item: Item) -> Payload:
        """Load a payload from its item, and its variables from the item or the bucket.

        Raises:
            Unreadable: The item or its body is damaged, or the body is missing.
        """
        return items.load_payload(item, self.contents.get)
