"""Stamps tell of every change, whatever the clocks of those who make them."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from shared.store import keys
from shared.store.stamps import MAX_ENTRIES, SLACK, Entry, read_entries

if TYPE_CHECKING:
    from collections.abc import Iterator

TEAM_ID = "7d1f0c52-93e4-4b8a-a6c1-2f5e8d90b347"
NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
DAY = timedelta(days=1)


class Directory:
    """A team's directory in memory, as far as stamps read it."""

    def __init__(self) -> None:
        self.entries: dict[str, tuple[str, datetime]] = {}  # of prompts, by their ids
        self.reads = 0

    def query(
        self, table: str, partition: tuple[str, str], sort: str, *, prefix: str, first_page: int
    ) -> Iterator[dict[str, Any]]:
        assert (table, partition) == ("access", ("pk", f"team#{TEAM_ID}"))
        rows = (keys.build_entry(kind, at, id) for id, (kind, at) in self.entries.items())
        for row in sorted(rows, reverse=True):
            if row.startswith(prefix):
                self.reads += 1
                yield {sort: {"S": row}}

    def change(self, prompt_id: str, at: datetime, kind: str = keys.CHANGES) -> None:
        """Move the entry of a prompt, as a change does that began at a time."""
        _, before = self.entries.get(prompt_id, ("", at - DAY))
        self.entries[prompt_id] = kind, max(at, before + timedelta(microseconds=1))

    def read(self, now: datetime) -> list[Entry] | None:
        database: Any = self
        return read_entries(database, TEAM_ID, now=now, deleted_after=now - DAY)


@pytest.mark.parametrize("seed", range(40))
def test_no_change_is_missed(seed: int) -> None:
    chance = random.Random(seed)
    directory, now = Directory(), NOW
    for number in range(chance.randint(0, 6)):
        directory.change(f"{number}", now - timedelta(seconds=chance.choice([1, 600, 90_000])))
    if chance.random() < 0.3:  # a clock that was far ahead
        directory.change("ahead", now + timedelta(hours=chance.randint(1, 48)))
    old = [directory.read(now)]
    for _ in range(60):
        now += timedelta(seconds=chance.choice([0, 1, 60, 400, 4_000]))
        late = chance.uniform(0, SLACK.total_seconds() - 1)
        kind = chance.choice([keys.CHANGES] * 5 + [keys.DELETIONS])
        directory.change(f"{chance.randint(0, 9)}", now - timedelta(seconds=late), kind)
        now += timedelta(seconds=chance.choice([0, 0, 1, 400, 90_000]))

        stamp = directory.read(now)

        assert stamp is not None
        assert stamp not in old
        old.append(stamp)


def test_as_long_as_nothing_changes_the_stamp_is_the_same() -> None:
    directory = Directory()
    for number in range(50):
        directory.change(f"{number}", NOW - number * timedelta(minutes=1))

    stamps = [directory.read(NOW + number * timedelta(hours=5)) for number in range(20)]

    assert stamps[0]
    assert all(stamp == stamps[0] for stamp in stamps)


def test_a_deletion_is_in_it_in_another_way_when_a_day_has_passed() -> None:
    directory = Directory()
    directory.change("1", NOW, keys.DELETIONS)
    directory.change("2", NOW - 2 * DAY, keys.DELETIONS)

    first, second, third, fourth = (
        directory.read(NOW + after) for after in (DAY / 2, DAY - SLACK, DAY, 9 * DAY)
    )

    assert first == second
    assert second != third
    assert third == fourth


def test_it_reads_what_is_new_and_one_more() -> None:
    directory = Directory()
    for number in range(1_000):
        directory.change(f"{number}", NOW - number * timedelta(minutes=2))

    directory.read(NOW)

    assert directory.reads == 4


def test_there_is_none_where_much_is_new_or_damaged() -> None:
    directory = Directory()
    for number in range(MAX_ENTRIES - 1):
        directory.change(f"{number}", NOW - timedelta(microseconds=number))
    assert directory.read(NOW) is not None
    directory.change("one more", NOW)
    assert directory.read(NOW) is None
    assert directory.read(NOW + timedelta(hours=1)) is None
    directory.change("0", NOW + timedelta(hours=1))
    assert directory.read(NOW + timedelta(hours=1)) is not None

    directory = Directory()
    directory.change("1", NOW)
    directory.entries["damaged"] = "changed#never", NOW
    assert directory.read(NOW) is None
