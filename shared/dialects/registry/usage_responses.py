"""Responses about how prompts are used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.responses import dump_time
from shared.domain.uses import OTHER_VERSIONS, summarize

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from shared.dialects.registry import usage_models
    from shared.domain.uses import Caller, CallerUse, DayOfUse, Outcome


def dump_usage(
    prompt_id: str,
    days: Sequence[DayOfUse],
    syncs: Sequence[DayOfUse],
    *,
    counted_to: datetime | None,
    find_names: Callable[[Iterable[Caller]], Mapping[str, str]],
) -> usage_models.PromptUsage:
    """Dump how a prompt was used.

    Args:
        prompt_id: The id of the prompt.
        days: The days on which it was used, newest first.
        syncs: The days on which all prompts of its team were read together.
        counted_to: The time up to which all is counted.
        find_names: Finds the names of callers, by their ids.
    """
    summary, readers = summarize(days), summarize(syncs).callers
    names = find_names(each.caller for each in (*summary.callers, *readers))

    def dump_callers(uses: Iterable[CallerUse]) -> list[usage_models.Caller]:
        return [
            {
                "id": use.caller.id,
                "kind": use.caller.kind,
                "name": names.get(use.caller.id),
                "calls": use.calls,
                "last_day": use.last_day.isoformat(),
                "calls_on_last_day": use.calls_on_last_day,
            }
            for use in uses
        ]

    return {
        "prompt_id": prompt_id,
        "counted_to": dump_time(counted_to) if counted_to else None,
        "days": [
            {"day": day.day.isoformat(), "version": _dump_number(number), **_dump(outcomes)}
            for day in days
            for number, outcomes in sorted(day.versions.items(), reverse=True)
        ],
        "versions": [
            {
                "version": _dump_number(use.version),
                **_dump(use.outcomes),
                "last_day": use.last_day.isoformat(),
                "callers": dump_callers(use.callers),
            }
            for use in summary.versions
        ],
        "callers": dump_callers(summary.callers),
        "other_calls": summary.other_calls,
        "syncs": dump_callers(readers),
    }


def _dump_number(number: int) -> int | None:
    return None if number == OTHER_VERSIONS else number


def _dump(outcomes: Counter[Outcome]) -> usage_models.Outcomes:
    return {
        "renders": outcomes["renders"],
        "gets": outcomes["gets"],
        "errors": outcomes["errors"],
    }
