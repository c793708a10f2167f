"""Stamps: whether any prompt of a team has changed, from two small reads.

Each change of a prompt with versions moves the prompt's entry in the team's directory to the time
of the change, in the transaction that makes the change. A deletion, a move to another team and an
import write an entry of their own. A stamp is made of the newest entries. So it is as consistent as
every other read, there is nothing that lags or that writers queue for, and it costs two units
however many prompts the team has.

Why the newest entries are enough: let a stamp be read, and a change be committed after that.

- The time of its entry is later than that of the same prompt's entry before, so that the new entry
  was in no stamp. Where it is the newest of all, it is in the next stamp.
- Otherwise the clock of the call that made the change was behind that of another one, or the call
  took longer. Both together take less than `SLACK`. So the time is later than `SLACK` before the
  newest entry, or before now if that entry is from a clock ahead; and whatever is later than that
  is in the next stamp too.
- Nothing hides it: an entry goes away only with a later change of the same prompt. If the newest
  entry goes away, the change that took it has a later one.

The first entry before that time is in the stamp too, and for each entry whether it is before: so
stamps with the same entries and another bound differ.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from shared.store import keys

if TYPE_CHECKING:
    from shared.store.dynamodb import Database

# A call takes half a minute at most; operators' programs have the clocks of their machines.
SLACK = timedelta(minutes=5)
FIRST_PAGE = 25  # entries that one unit reads
MAX_ENTRIES = 100  # of each list; where more change within `SLACK` there is no stamp

Entry = tuple[str, bool, bool]


def read_entries(
    database: Database, team_id: str, *, now: datetime, deleted_after: datetime
) -> list[Entry] | None:
    """Read the entries of a team's directory that a stamp is made of.

    Args:
        database: The tables.
        team_id: The id of the team, whose directory is complete.
        now: The current time.
        deleted_after: The time since when deletions are shown, of which a stamp has all.

    Returns:
        The entries; None where these are too many, or one of them is damaged.
    """
    changes = _read_newest(database, team_id, keys.CHANGES, now, now)
    if changes is None:
        return None
    deletions = _read_newest(database, team_id, keys.DELETIONS, now, deleted_after)
    return None if deletions is None else [*changes, *deletions]


def _read_newest(
    database: Database, team_id: str, prefix: str, now: datetime, since: datetime
) -> list[Entry] | None:
    """Read the entries of one list that are recent or not before a time, and the next one."""
    entries: list[Entry] = []
    bound = now
    for item in database.query(
        "access",
        ("pk", keys.build_team(team_id)["pk"]),
        "sk",
        prefix=prefix,
        first_page=FIRST_PAGE,
    ):
        entry = item["sk"]["S"]
        try:
            at, _ = keys.parse_entry(entry)
        except ValueError:
            return None
        if not entries:
            bound = min(at, now) - SLACK
        entries.append((entry, at >= bound, at > since))
        if at < min(bound, since):
            break
        if len(entries) == MAX_ENTRIES:
            return None
    return entries
