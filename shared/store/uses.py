"""Counts of how prompts are used: an item for each prompt and day, and one for each team and day.

Calls only write lines to the log. Windows of the log are added to the items later, each exactly
once: an item notes the end of the window that came last into it, and is written on condition that
this is what was read. So a window that was broken off is added again without harm, and so is one
that two processes add at once. Another item notes up to which time all windows have been added.

Time to live takes the items, also those of a prompt or a team that was deleted.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from itertools import takewhile
from typing import TYPE_CHECKING, Any, get_args

from shared.domain.uses import KEPT_DAYS, CallerCounts, CallerKind, DayOfUse, Outcome
from shared.store import access_items, aws, items, keys
from shared.store.attributes import dump_item
from shared.store.dynamodb import split
from shared.store.team import load_if_readable, load_readable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from shared.domain.uses import Caller, Tally, Window
    from shared.store.attributes import Item
    from shared.store.dynamodb import Database
    from shared.store.team import Annotations

# The lines of calls that use a version; CloudWatch need not send the others.
PATTERN = '{ $.message = "call" && $.use = "*" }'


def read_lines(log_group: str, window: Window) -> Iterator[str]:
    """Read the lines of a window from the log of all functions, page by page.

    Args:
        log_group: The name of the log group.
        window: The window.
    """
    page: dict[str, str] = {}
    while True:
        with aws.translate_errors():
            response = aws.get_logs().filter_log_events(
                logGroupName=log_group,
                startTime=_count_milliseconds(window.start),
                endTime=_count_milliseconds(window.end) - 1,  # which is included
                filterPattern=PATTERN,
                **page,
            )
        yield from (event["message"] for event in response["events"])
        if not response.get("nextToken"):
            return
        page = {"nextToken": response["nextToken"]}


def _count_milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)


class Uses:
    """The counts of all prompts, for what adds to them.

    Every method raises `Unavailable` while AWS is busy or cannot be reached.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def find_end(self) -> datetime | None:
        """Find the time up to which all is counted; None before the first window."""
        return find_end(self._database)

    def move_end(self, end: datetime) -> None:
        """Note that all is counted up to a time, unless that is known of a later one."""
        self._write(
            keys.build_end_of_uses(),
            {"entity": "end_of_uses", "counted_to": keys.dump_time(end)},
            "attribute_not_exists(counted_to) OR counted_to < :counted_to",
            {},
        )

    def add(self, tallies: Mapping[str, Tally], window: Window) -> None:
        """Add what a window counts, where it was not added yet.

        Args:
            tallies: The counts, by the ids of prompts and teams.
            window: The window that they are of.
        """
        for batch in split(tallies, None):
            places = {keys.build_day_of_use(id, window.day)["pk"]: id for id in batch}
            requests = [keys.build_day_of_use(id, window.day) for id in batch]
            rows = self._database.get_many({"access": requests})["access"]
            current = {places[item["pk"]["S"]]: item for item in rows}
            for id in batch:
                self._add(id, tallies[id], window, current.get(id))

    def _add(self, id: str, tally: Tally, window: Window, item: Item | None) -> None:
        key, end = keys.build_day_of_use(id, window.day), keys.dump_time(window.end)
        while True:
            before = (item or {}).get("counted_to")
            if before and before.get("S", "") >= end:
                return
            # One that is damaged is begun anew, and keeps no other from being counted.
            day = item and load_if_readable(partial(load_day, item), {})
            day = day or DayOfUse(window.day)
            day.add(tally)
            condition = "counted_to = :before" if before else "attribute_not_exists(counted_to)"
            values = {**dump_day(day), "counted_to": end}
            if self._write(key, values, condition, {":before": before} if before else {}):
                return
            item = self._database.get("access", key)  # which another process has written

    def _write(
        self, key: dict[str, str], values: dict[str, Any], condition: str, operands: Item
    ) -> bool:
        attributes = dump_item({**values, "schema": items.SCHEMA})
        result = self._database.update(
            "access",
            key,
            "SET " + ", ".join(f"#{name} = :{name}" for name in attributes),
            ConditionExpression=condition,
            ExpressionAttributeNames={f"#{name}": name for name in attributes},
            ExpressionAttributeValues={f":{name}": attributes[name] for name in attributes}
            | operands,
        )
        return result is not None


def find_end(database: Database) -> datetime | None:
    """Find the time up to which all is counted; None before the first window.

    Raises:
        Unreadable: The item is damaged.
    """
    item = database.get("access", keys.build_end_of_uses())
    if item is None:
        return None
    with items.name_damage("access", item):
        return keys.load_time(item["counted_to"]["S"])


def dump_day(day: DayOfUse) -> dict[str, Any]:
    """Convert the counts of a day to the values of its item."""
    end = datetime.combine(day.day, time(tzinfo=UTC)) + timedelta(days=1 + KEPT_DAYS)
    return {
        "entity": "day_of_use",
        "versions": {str(number): {**counts} for number, counts in day.versions.items()},
        "callers": {
            caller_id: {
                "kind": counts.kind,
                "calls": {str(number): calls for number, calls in counts.calls.items()},
            }
            for caller_id, counts in day.callers.items()
        },
        "expires_at": int(end.timestamp()),
    }


def load_day(item: Item) -> DayOfUse:
    """Convert the item of a day to its counts.

    Raises:
        Unreadable: The item is damaged.
    """
    with items.name_damage("access", item):
        return DayOfUse(
            day=date.fromisoformat(item["sk"]["S"]),
            versions={
                int(number): Counter(
                    {name: int(counts["M"][name]["N"]) for name in OUTCOMES if name in counts["M"]}
                )
                for number, counts in item["versions"]["M"].items()
            },
            callers={
                caller_id: CallerCounts(
                    kind=KINDS[counts["M"]["kind"]["S"]],
                    calls=Counter(
                        {
                            int(number): int(calls["N"])
                            for number, calls in counts["M"]["calls"]["M"].items()
                        }
                    ),
                )
                for caller_id, counts in item["callers"]["M"].items()
            },
        )


OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
KINDS: dict[str, CallerKind] = {kind: kind for kind in get_args(CallerKind)}


class PromptUses:
    """How one prompt is used, for those who may read it.

    Every method raises `Unavailable` while AWS is busy or cannot be reached.
    """

    def __init__(
        self, database: Database, team_id: str, prompt_id: str, annotations: Annotations
    ) -> None:
        """Bind the prompt.

        Args:
            database: The tables.
            team_id: The id of its team.
            prompt_id: The id of the prompt.
            annotations: The annotations of the current call.
        """
        self._database = database
        self._team_id = team_id
        self._prompt_id = prompt_id
        self._annotations = annotations

    def find_end(self) -> datetime | None:
        """Find the time up to which all is counted; None before the first window.

        Raises:
            Unreadable: The item is damaged.
        """
        return find_end(self._database)

    def list_days(self, since: date) -> list[DayOfUse]:
        """List the days on which the prompt was used, newest first, from a day on."""
        return self._list_days(self._prompt_id, since)

    def list_syncs(self, since: date) -> list[DayOfUse]:
        """List the days on which all prompts of the team were read together, newest first."""
        return self._list_days(self._team_id, since)

    def _list_days(self, subject_id: str, since: date) -> list[DayOfUse]:
        partition = "pk", keys.build_day_of_use(subject_id, since)["pk"]
        rows = self._database.query("access", partition, "sk", first_page=KEPT_DAYS)
        first = since.isoformat()
        recent = takewhile(lambda item: item["sk"]["S"] >= first, rows)
        return [day for _, day in load_readable(load_day, recent, self._annotations)]

    def find_names(self, callers: Iterable[Caller]) -> dict[str, str]:
        """Find the names that callers have now, of API keys and members of the prompt's team.

        Returns:
            The names by the ids of the callers.
        """
        names = {}
        for batch in split(dict.fromkeys(callers), None):
            requests = [
                keys.build_api_key(caller.id)
                if caller.kind == "api_key"
                else keys.build_member(self._team_id, caller.id)
                for caller in batch
            ]
            for item in self._database.get_many({"access": requests})["access"]:
                load = partial(self._load_name, item)
                if name := load_if_readable(load, self._annotations):
                    names[name[0]] = name[1]
        return names

    def _load_name(self, item: Item) -> tuple[str, str] | None:
        if item["pk"]["S"] != keys.API_KEYS:
            member = access_items.load_membership(item)
            return member.person_id, member.email
        key = items.load_api_key(item)
        team_ids = key.grant.team_ids
        is_of_team = not team_ids or self._team_id in team_ids
        return (key.id, key.grant.name) if is_of_team else None
