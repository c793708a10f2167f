"""How prompts are used: counts by day, which are folded from the lines that calls write to the log.

The lines are read by windows of time that have ended. A window lies within one day, so that what a
window adds to a prompt goes into one stored item, which notes the window that came last into it.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

from shared.ids import EPOCH, is_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

UseKind = Literal["get", "render"]
Outcome = Literal["renders", "gets", "errors"]
CallerKind = Literal["api_key", "person"]

# Annotations of calls that use several versions, or all prompts of their teams.
USES = "uses"
SYNCED_TEAMS = "synced_teams"

WINDOW = timedelta(minutes=10)  # divides a day
DELAY = timedelta(minutes=2)  # from the end of a window until its lines are all in the log
KEPT_DAYS = 35  # somewhat more than are shown

# A stored day has at most so many versions and callers, all others together: 40 KB at most.
MAX_VERSIONS = 50
MAX_CALLERS = 50
MAX_ROWS = 100  # versions, and callers, of all days
OTHER_VERSIONS = 0  # the number that stands for these, and where it is not known
LARGEST_VERSION = 10**9  # no prompt has so many


class Caller(NamedTuple):
    """Who calls.

    Attributes:
        id: The id of the API key, or of the person.
        kind: Which of the two it is.
    """

    id: str
    kind: CallerKind


class Use(NamedTuple):
    """What one call used.

    Attributes:
        subject_id: The id of the prompt; that of a team where all of its prompts were read.
        version: The number of the version, or `OTHER_VERSIONS`.
        outcome: What the call was.
        caller: Who called.
    """

    subject_id: str
    version: int
    outcome: Outcome
    caller: Caller


Tally = Counter[Use]


@dataclass(frozen=True, slots=True)
class Window:
    """A window of time whose lines are read together: from its start, up to before its end."""

    start: datetime
    end: datetime

    @property
    def day(self) -> date:
        """The day that it lies within."""
        return self.start.date()


def list_windows(counted_to: datetime | None, now: datetime) -> Iterator[Window]:
    """List the windows that have ended and are not counted, oldest first.

    Args:
        counted_to: The time up to which all is counted; None at first, when only the window that
            has ended last is listed.
        now: The current time.
    """
    last_end = _round_down(now - DELAY)
    start = last_end - WINDOW if counted_to is None else counted_to
    start = max(start, _round_down(now - timedelta(days=KEPT_DAYS)))
    while (end := _round_down(start) + WINDOW) <= last_end:
        yield Window(start, end)
        start = end


def _round_down(at: datetime) -> datetime:
    return at - (at - EPOCH) % WINDOW


# -- lines of the log


def dump_uses(versions: Iterable[tuple[str, int]]) -> str:
    """Format what a call has handed out, for its log line.

    Args:
        versions: The ids of prompts, each with the number of a version.
    """
    return " ".join(f"{prompt_id}:{number}" for prompt_id, number in versions)


def tally_lines(lines: Iterable[str]) -> dict[str, Tally]:
    """Count what the calls of some lines used, by prompt or team; other lines are ignored."""
    tallies: dict[str, Tally] = defaultdict(Counter)
    for line in lines:
        for use in parse_line(line):
            tallies[use.subject_id][use] += 1
    return dict(tallies)


def parse_line(line: str) -> list[Use]:
    """Parse a line of the log to what its call used; nothing for any other line."""
    try:
        values = json.loads(line)
    except (ValueError, RecursionError):
        return []
    if not isinstance(values, dict) or values.get("message") != "call":
        return []
    kind, caller = values.get("use"), _parse_caller(values)
    if kind not in get_args(UseKind) or caller is None:
        return []
    if values.get("outcome") != "ok":
        # What people try by hand may fail; applications do not notice.
        return [*_parse_error(values, caller)] if caller.kind == "api_key" else []
    outcome: Outcome = "renders" if kind == "render" else "gets"
    teams = [
        Use(team_id, OTHER_VERSIONS, outcome, caller)
        for team_id in _split(values.get(SYNCED_TEAMS))
        if is_id(team_id)
    ]
    return [*teams, *(Use(*place, outcome, caller) for place in _list_places(values))]


def _parse_caller(values: dict[str, Any]) -> Caller | None:
    id, kind = values.get("principal_id"), values.get("principal_kind")
    if not isinstance(id, str) or not is_id(id):
        return None
    return next((Caller(id, each) for each in get_args(CallerKind) if each == kind), None)


def _parse_error(values: dict[str, Any], caller: Caller) -> Iterator[Use]:
    prompt_id = values.get("prompt_id")
    if isinstance(prompt_id, str) and is_id(prompt_id):
        version = _parse_version(values.get("version"))
        yield Use(prompt_id, version or OTHER_VERSIONS, "errors", caller)


def _list_places(values: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """List the prompts and versions that a call has handed out, each once."""
    places: Iterable[tuple[Any, Any]] = [(values.get("prompt_id"), values.get("version"))]
    if USES in values:
        places = [part.partition(":")[::2] for part in dict.fromkeys(_split(values[USES]))]
    for prompt_id, number in places:
        version = _parse_version(number)
        if version and isinstance(prompt_id, str) and is_id(prompt_id):
            yield prompt_id, version


def _split(text: object) -> list[str]:
    return text.split() if isinstance(text, str) else []


def _parse_version(number: object) -> int | None:
    if isinstance(number, str) and number.isascii() and number.isdecimal() and len(number) < 10:
        number = int(number)
    is_version = type(number) is int and 0 < number < LARGEST_VERSION
    return number if is_version else None  # type: ignore[return-value]  # mypy forgets the type


# -- the counts of a day


@dataclass(slots=True)
class CallerCounts:
    """The calls of one caller on a day.

    Attributes:
        kind: Whether it is an API key or a person.
        calls: How many they are, by version.
    """

    kind: CallerKind
    calls: Counter[int] = field(default_factory=Counter)


@dataclass(slots=True)
class DayOfUse:
    """How a prompt was used on a day, or how all prompts of a team were read together.

    Attributes:
        day: The day, in UTC.
        versions: How many calls there were of each outcome, by version.
        callers: Who made them, as far as there is room.
    """

    day: date
    versions: dict[int, Counter[Outcome]] = field(default_factory=dict)
    callers: dict[str, CallerCounts] = field(default_factory=dict)

    def add(self, tally: Tally) -> None:
        """Add what calls used, with the calls of the most frequent callers first."""
        for use, calls in sorted(tally.items(), key=lambda row: (-row[1], row[0])):
            is_kept = use.version in self.versions or len(self.versions) < MAX_VERSIONS
            version = use.version if is_kept else OTHER_VERSIONS
            self.versions.setdefault(version, Counter())[use.outcome] += calls
            if use.caller.id not in self.callers and len(self.callers) < MAX_CALLERS:
                self.callers[use.caller.id] = CallerCounts(use.caller.kind)
            if use.caller.id in self.callers:
                self.callers[use.caller.id].calls[version] += calls


# -- the counts of several days


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerUse:
    """The calls of one caller.

    Attributes:
        caller: The caller.
        calls: How many they are.
        last_day: The last day that has one.
        calls_on_last_day: How many this day has.
    """

    caller: Caller
    calls: int
    last_day: date
    calls_on_last_day: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionUse:
    """How a version was used.

    Attributes:
        version: Its number; `OTHER_VERSIONS` for all that are not listed.
        outcomes: How many calls there were of each outcome.
        last_day: The last day that has one.
        callers: Who made them, of those that are listed for the prompt.
    """

    version: int
    outcomes: Counter[Outcome]
    last_day: date
    callers: Sequence[CallerUse]


@dataclass(frozen=True, slots=True, kw_only=True)
class UseSummary:
    """How a prompt was used on several days.

    Attributes:
        versions: The versions, that which was used last first.
        callers: Who called, whoever did last first.
        other_calls: How many calls are of callers that are not listed.
    """

    versions: Sequence[VersionUse]
    callers: Sequence[CallerUse]
    other_calls: int


class _Calls(NamedTuple):
    day: date
    version: int
    caller: Caller
    calls: int


def summarize(days: Sequence[DayOfUse]) -> UseSummary:
    """Summarize days of one prompt, or of one team."""
    numbers = _choose_versions(days)
    outcomes: dict[int, Counter[Outcome]] = defaultdict(Counter)
    last_days: dict[int, date] = {}
    for day in days:
        for number, counts in day.versions.items():
            place = number if number in numbers else OTHER_VERSIONS
            outcomes[place].update(counts)
            last_days[place] = max(day.day, last_days.get(place, day.day))
    rows = [row for day in days for row in _list_calls(day, numbers)]
    callers = _summarize_callers(rows)[:MAX_ROWS]
    by_caller = {each.caller for each in callers}
    return UseSummary(
        versions=[
            VersionUse(
                version=number,
                outcomes=outcomes[number],
                last_day=last_days[number],
                callers=_summarize_callers(
                    row for row in rows if row.version == number and row.caller in by_caller
                ),
            )
            for number in _sort_by_day(last_days)
        ],
        callers=callers,
        other_calls=sum(counts.total() for counts in outcomes.values())
        - sum(each.calls for each in callers),
    )


def _choose_versions(days: Sequence[DayOfUse]) -> set[int]:
    """Choose the versions that were used last, as many as are listed."""
    last_days: dict[int, date] = {}
    for day in days:
        for number in day.versions:
            last_days[number] = max(day.day, last_days.get(number, day.day))
    return {*_sort_by_day(last_days)[:MAX_ROWS]}


def _sort_by_day(last_days: Mapping[int, date]) -> list[int]:
    return sorted(last_days, key=lambda number: (last_days[number], number), reverse=True)


def _list_calls(day: DayOfUse, numbers: set[int]) -> Iterator[_Calls]:
    for caller_id, counts in day.callers.items():
        for number, calls in counts.calls.items():
            place = number if number in numbers else OTHER_VERSIONS
            yield _Calls(day.day, place, Caller(caller_id, counts.kind), calls)


def _summarize_callers(rows: Iterable[_Calls]) -> list[CallerUse]:
    """Summarize calls by caller, whoever called last first."""
    days: dict[Caller, Counter[date]] = defaultdict(Counter)
    for row in rows:
        days[row.caller][row.day] += row.calls
    callers = [
        CallerUse(
            caller=caller,
            calls=calls.total(),
            last_day=max(calls),
            calls_on_last_day=calls[max(calls)],
        )
        for caller, calls in days.items()
    ]
    return sorted(callers, key=lambda each: (each.last_day, each.calls, each.caller), reverse=True)
