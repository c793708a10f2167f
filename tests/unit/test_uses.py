"""Lines of the log become counts, and nothing else does; bounds lose no call."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.uses import (
    DELAY,
    KEPT_DAYS,
    MAX_CALLERS,
    MAX_VERSIONS,
    OTHER_VERSIONS,
    WINDOW,
    Caller,
    DayOfUse,
    Use,
    dump_uses,
    list_windows,
    parse_line,
    summarize,
    tally_lines,
)
from shared.store import keys, uses
from shared.store.attributes import dump_item

if TYPE_CHECKING:
    from shared.domain.uses import Tally

IDS = [str(UUID(int=number)) for number in range(1, 5)]
DAY = date(2026, 1, 2)
LARGEST_ITEM = 400 * 1024

CALLERS = st.builds(Caller, st.sampled_from(IDS), st.sampled_from(["api_key", "person"]))
# A caller is one or the other, as ids are.
USES = st.builds(
    Use,
    st.sampled_from(IDS),
    st.integers(1, 5),
    st.sampled_from(["renders", "gets", "errors"]),
    st.sampled_from(IDS).map(lambda id: Caller(id, "person" if id == IDS[0] else "api_key")),
)


def build_line(use: Use, /, **fields: Any) -> str:
    return json.dumps(
        {
            "level": "INFO",
            "message": "call",
            "use": "render" if use.outcome == "renders" else "get",
            "outcome": "refused" if use.outcome == "errors" else "ok",
            "principal_id": use.caller.id,
            "principal_kind": use.caller.kind,
            "prompt_id": use.subject_id,
            "version": use.version,
            **fields,
        }
    )


LINES = st.lists(USES)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(IDS),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
FIELDS = ("message", "use", "outcome", "principal_id", "principal_kind", "prompt_id", "version")


@given(LINES)
def test_lines_are_counted_as_a_counter_counts_them(calls: list[Use]) -> None:
    tallies = tally_lines(map(build_line, calls))

    # What people try by hand may fail.
    counted = [use for use in calls if use.outcome != "errors" or use.caller.kind == "api_key"]
    assert sum(tallies.values(), Counter()) == Counter(counted)
    for subject_id, tally in tallies.items():
        assert {use.subject_id for use in tally} == {subject_id}


@given(st.lists(st.tuples(st.sampled_from(IDS), st.integers(1, 10**6))))
def test_a_call_that_hands_out_several_versions_counts_for_each_of_them_once(
    versions: list[tuple[str, int]],
) -> None:
    use = Use(IDS[0], 1, "gets", Caller(IDS[1], "api_key"))

    parsed = parse_line(build_line(use, uses=dump_uses(versions)))

    assert sorted(parsed) == sorted(Use(*place, "gets", use.caller) for place in {*versions})


def test_a_sync_counts_for_its_teams() -> None:
    use = Use(IDS[0], 1, "gets", Caller(IDS[1], "api_key"))
    line = build_line(use, prompt_id=None, version=None, synced_teams=f"{IDS[2]} {IDS[3]}")

    assert parse_line(line) == [
        Use(team_id, OTHER_VERSIONS, "gets", use.caller) for team_id in IDS[2:]
    ]


def test_a_problem_without_a_version_is_an_error_of_the_prompt() -> None:
    use = Use(IDS[0], 1, "errors", Caller(IDS[1], "api_key"))

    assert parse_line(build_line(use, version=None)) == [use._replace(version=OTHER_VERSIONS)]
    assert parse_line(build_line(use, prompt_id=None)) == []


@given(USES, st.sampled_from(FIELDS), VALUES, st.integers(0, 400))
def test_damaged_and_foreign_lines_break_nothing(
    use: Use, name: str, value: object, length: int
) -> None:
    line = build_line(use, **{name: value})

    for each in (line, line[:length], json.dumps(value)):
        for parsed in parse_line(each):
            assert parsed.version >= 0
            assert dump_item({"caller": parsed.caller.id, "version": parsed.version})


@given(LINES, LINES)
def test_a_day_has_what_its_windows_had_and_is_stored_as_it_is(
    first: list[Use], second: list[Use]
) -> None:
    calls = [use._replace(subject_id=IDS[0]) for use in (*first, *second)]
    day = DayOfUse(DAY)
    for part in (calls[: len(first)], calls[len(first) :]):
        day.add(Counter(part))

    item = dump_item({**keys.build_day_of_use(IDS[0], DAY), **uses.dump_day(day)})
    again = uses.load_day(item)

    assert again == day
    for number, outcomes in day.versions.items():
        assert outcomes == Counter(use.outcome for use in calls if use.version == number)
    for caller_id, counts in day.callers.items():
        assert counts.calls == Counter(use.version for use in calls if use.caller.id == caller_id)


def test_a_line_may_be_anything() -> None:
    for line in ("", "[" * 100_000, "1" * 5000, "START RequestId: 1 Version: $LATEST", "[]", "{}"):
        assert parse_line(line) == []


def test_a_day_has_room_for_whatever_is_called() -> None:
    day = DayOfUse(DAY)
    ids = [str(UUID(int=number)) for number in range(10**38, 10**38 + 3 * MAX_CALLERS)]
    tally: Tally = Counter(
        {
            Use(IDS[0], 10**8 + number, "renders", Caller(id, "api_key")): 10**9
            for id in ids
            for number in range(3 * MAX_VERSIONS)
        }
    )

    for _ in range(2):
        day.add(tally)

    item = uses.dump_day(day)
    assert sum(outcomes.total() for outcomes in day.versions.values()) == 2 * tally.total()
    assert len(day.versions) == MAX_VERSIONS + 1
    assert len(day.callers) == MAX_CALLERS
    assert len(json.dumps(dump_item(item))) < LARGEST_ITEM / 4
    summary = summarize([day])
    listed = sum(caller.calls for caller in summary.callers)
    assert listed + summary.other_calls == 2 * tally.total()


@given(st.lists(LINES, max_size=5))
def test_a_summary_has_the_sums_of_its_days(lists: list[list[Use]]) -> None:
    calls = [
        (DAY + timedelta(days=number), use._replace(subject_id=IDS[0]))
        for number, each in enumerate(lists)
        for use in each
    ]
    days = []
    for number, each in enumerate(lists):
        day = DayOfUse(DAY + timedelta(days=number))
        day.add(Counter(use._replace(subject_id=IDS[0]) for use in each))
        days.append(day)

    summary = summarize(days)

    assert {version.version for version in summary.versions} == {use.version for _, use in calls}
    for version in summary.versions:
        of_version = [(day, use) for day, use in calls if use.version == version.version]
        assert version.outcomes == Counter(use.outcome for _, use in of_version)
        assert version.last_day == max(day for day, _ in of_version)
        assert {caller.caller for caller in version.callers} == {
            use.caller for _, use in of_version
        }
    for caller in summary.callers:
        called = Counter(day for day, use in calls if use.caller == caller.caller)
        assert (caller.calls, caller.last_day) == (called.total(), max(called))
        assert caller.calls_on_last_day == called[max(called)]
    assert summary.other_calls == 0


TIMES = st.datetimes(datetime(2026, 1, 1), datetime(2026, 3, 1), timezones=st.just(UTC))


@given(TIMES, st.timedeltas(timedelta(0), timedelta(days=2)))
def test_windows_follow_each_other_and_lie_in_the_past_and_within_a_day(
    counted_to: datetime, lag: timedelta
) -> None:
    now = counted_to + lag

    windows = [*list_windows(counted_to, now)]

    end = counted_to
    for window in windows:
        assert window.start == end
        assert window.start < window.end <= now - DELAY
        assert (window.end - timedelta(microseconds=1)).date() == window.day
        end = window.end
    assert now - DELAY - end < WINDOW
    assert not [*list_windows(end, now)]


def test_the_first_window_is_the_last_that_has_ended_and_none_is_older_than_what_is_kept() -> None:
    now = datetime(2026, 3, 1, 12, 34, tzinfo=UTC)

    (first,) = list_windows(None, now)
    old = next(list_windows(datetime(2020, 1, 1, tzinfo=UTC), now))

    assert first.end == datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
    assert now - old.start < timedelta(days=KEPT_DAYS) + WINDOW
