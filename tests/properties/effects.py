"""What a request has changed of all that is stored, whatever it is, but for new ids and times."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from tests.properties.consistency import name_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.client import Response
    from tests.properties.consistency import Item, Snapshot

# Ids, times, hashes, the part of an id that makes a slug another one, secrets and their beginnings.
VOLATILE = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    r"|\d{4}-\d\d-\d\dT[0-9:.]+Z"
    r"|\b[0-9a-f]{32,64}\b"
    r"|(?<=[_.])[0-9a-f]{8}\b"
    r"|\bak_[0-9a-f]+\b"
    r"|\bsess_[0-9a-f]+\b"
)

# Attributes that each attempt changes: the end of a time, and the number of attempts.
COUNTS = ("expires_at", "attempts")


class Baseline:
    """What was stored before a request.

    Attributes:
        snapshot: All of it.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._items = dict(_iterate(snapshot))
        self._names = frozenset(VOLATILE.findall(json.dumps([*_iterate(snapshot)])))

    def describe_effect(self, after: Snapshot) -> list[str]:
        """Describe each item that has come, gone or changed since."""
        items = dict(_iterate(after))
        lines = [f"- {self.drop_new(json.dumps(key))}" for key in self._items.keys() - items.keys()]
        for key, item in items.items():
            if self._items.get(key) != item:
                fields = {name: value for name, value in item.items() if name not in COUNTS}
                if "content_hash" in item:
                    fields["content"] = after.get_body(item)
                lines.append(f"+ {key[0]} {self.drop_new(json.dumps(fields, sort_keys=True))}")
        return sorted(lines)

    def describe_response(self, response: Response) -> tuple[int, str]:
        """Describe a response; a problem has an id too, which is new each time."""
        return response.status, self.drop_new(response.text)

    def drop_new(self, text: str) -> str:
        """Replace ids and times that were not there before."""
        return VOLATILE.sub(lambda match: match[0] if match[0] in self._names else "<new>", text)


def _iterate(snapshot: Snapshot) -> Iterator[tuple[tuple[str, str], Item]]:
    for table, items in snapshot.tables.items():
        for item in items:
            yield (table, name_key(table, item)), item
    for name, user in snapshot.users.items():
        yield ("users", name), dict(user)
