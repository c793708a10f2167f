"""Quotas: how many requests a minute an API key, or all keys of a team, may make.

Each process counts what it lets through, and adds it to an item of the minute, which all processes
of all functions share, at most once in `SHARE_SECONDS` for each key and team. So it knows what the
others have let through, at most some seconds late:

- Whoever keeps to a quota is never refused.
- Of others, a minute lets through at most the quota and what arrives in twice `SHARE_SECONDS`: a
  process may hear of the last of the others so much later. It lets through no more than the quota
  itself. What a process has let through before it is idle is not shared.

A request waits for the shared count for `WAIT_SECONDS` at most, and never fails for it: meanwhile
its process goes on with its own count.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from functools import partial
from math import ceil
from threading import Event, Lock
from typing import TYPE_CHECKING, Literal

from shared import background, observe
from shared.cache import Cache
from shared.problems import QuotaExceeded
from shared.store import keys
from shared.store.attributes import dump_item
from shared.store.items import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from shared.store.dynamodb import Database

MINUTE = 60  # seconds
SHARE_SECONDS = 10
WAIT_SECONDS = 0.1
RETENTION_SECONDS = 3600  # until time to live takes the count of a minute
MAX_COUNTS = 20_000  # keys and teams
MESSAGES = {
    "key": "this API key may make {} requests a minute, its quota; wait, or have an admin of the "
    "organization or of the team raise it",
    "team": "the API keys of this team may make {} requests a minute together, the team's quota; "
    "wait, or have whoever operates the deployment raise it",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """A quota that applies to a request.

    Attributes:
        of: Whether it is that of an API key or of a team.
        id: The id of the key or the team.
        limit: The maximum number of requests a minute.
    """

    of: Literal["key", "team"]
    id: str
    limit: int


@dataclass(slots=True)
class _Count:
    """What a process knows of the requests of a key or a team.

    Attributes:
        minute: The number of the minute, since 1970.
        total: How many requests of it all processes have let through, by the last shared count.
        unshared: How many this process has let through since.
        shared_at: When it last wanted to share, in seconds since 1970.
    """

    minute: int = 0
    total: int = 0
    unshared: int = 0
    shared_at: float = 0.0
    is_sharing: bool = False
    lock: Lock = field(default_factory=Lock)


class Quotas:
    """The quotas of the deployment."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        """Bind the tables.

        Args:
            database: The tables.
            clock: Returns the current time in seconds since 1970; for tests.
        """
        self._database = database
        self._clock = clock
        self._counts: Cache[str, _Count] = Cache(weight=MAX_COUNTS)

    def count(self, quotas: Sequence[Quota]) -> None:
        """Count a request, if none of its quotas refuses it.

        Raises:
            QuotaExceeded: The quota of the key or of its team is used up in this minute.
        """
        now = self._clock()
        counts: list[_Count] = []
        for quota in quotas:
            count = self._get_count(quota)
            counts.append(count)
            with count.lock:
                if count.minute != int(now // MINUTE):
                    # What was not shared of an earlier minute concerns nobody any more.
                    count.minute, count.total, count.unshared = int(now // MINUTE), 0, 0
                count.unshared += 1
            self._share(quota, count, now)
            if count.total + count.unshared > quota.limit:
                for each in counts:
                    with each.lock:
                        each.unshared -= 1
                raise QuotaExceeded(
                    MESSAGES[quota.of].format(f"{quota.limit:,}"),
                    details=[{"quota": quota.limit, "of": quota.of}],
                    retry_after=max(1, ceil(MINUTE - now % MINUTE)),
                )

    def _get_count(self, quota: Quota) -> _Count:
        name = f"{quota.of}#{quota.id}"
        count = self._counts.get(name)
        if count is None:
            count = _Count()
            self._counts.put(name, count)
        return count

    def _share(self, quota: Quota, count: _Count, now: float) -> None:
        """Add the own count to the shared one, if it is time to."""
        with count.lock:
            if (
                count.is_sharing
                or now - count.shared_at < SHARE_SECONDS
                # Nothing that others tell changes what this process does in this minute.
                or count.total >= quota.limit
            ):
                return
            count.is_sharing, count.shared_at = True, now
        is_done = Event()
        background.start(partial(self._write, quota, count, is_done))
        is_done.wait(WAIT_SECONDS)

    def _write(self, quota: Quota, count: _Count, is_done: Event) -> None:
        with count.lock:
            minute, number = count.minute, count.unshared
        total = None
        try:
            item = self._database.update(
                "access",
                keys.build_quota(quota.of, quota.id, minute),
                "SET entity = :entity, #schema = :schema, expires_at = :end ADD requests :number",
                ExpressionAttributeNames={"#schema": "schema"},
                ExpressionAttributeValues=dump_item(
                    {
                        ":entity": "quota",
                        ":schema": SCHEMA,
                        ":end": (minute + 1) * MINUTE + RETENTION_SECONDS,
                        ":number": number,
                    }
                ),
            )
            total = int(item["requests"]["N"]) if item else None
        except Exception:  # whatever it is: no request fails for it
            observe.report_lost_count(quota.of, quota.id)
        with count.lock:
            if total is not None and count.minute == minute:
                count.total, count.unshared = total, count.unshared - number
            count.is_sharing = False
        is_done.set()
