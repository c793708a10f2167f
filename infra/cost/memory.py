"""How much memory a function should have: starts and the heaviest requests, in new processes.

Memory buys processor time, in proportion up to a whole processor. So a size is as good as what it
makes of measured processor time; and it must hold what the heaviest request needs.
"""

from __future__ import annotations

import json
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

from infra.cost.bill import WAIT_MS, billed_ms, gb_seconds, share, waited_ms
from infra.cost.prices import LAMBDA_CALLS, LAMBDA_GB_SECONDS, MILLION
from infra.cost.record import Heavy

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from infra.cost.machine import Runner
    from infra.cost.record import Record

SIZES = (256, 512, 768, 1024, 1769, 3008)
STARTS = {"registry/health_check": "health check", "registry/render_live": "render, 2 KB"}
REPETITIONS = 11
COLD = str(Path(__file__).with_name("cold.py"))
SYNC = "Maxim's sync, 1,000 prompts"


class Choice(NamedTuple):
    """What a function makes of a size.

    Args:
        start_ms: start and first call where the start gets no more processor than calls do.
        boosted_ms: the same where it gets a whole one, as is reported of Lambda and nowhere
            promised.
        call_ms: a warm call, as it is billed.
        cents: of a million warm calls, Lambda only.
    """

    memory_mb: int
    start_ms: float
    boosted_ms: float
    call_ms: int
    cents: float


def measure(
    runner: Runner, environment: Mapping[str, str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The parts of a record that are about starts, and about heavy requests."""
    asked = runner.run("-m", "infra.cost.worker", "heavy", environment=environment)
    start: dict[str, dict[str, float]] = {}
    heavy: dict[str, Heavy] = {}
    for name, events in asked.items():
        times = REPETITIONS if name in STARTS.values() else 3
        found = [cold(runner, environment, events) for _ in range(times)]
        heavy[name] = Heavy(
            status=found[0]["status"],
            requests=found[0]["requests"],
            cpu_ms=round(median(one["call_ms"] for one in found), 1),
            memory_mb=round(max(one["memory_mb"] for one in found)),
        )
        for route, of in STARTS.items():
            if of == name:
                start[route] = {
                    part: round(median(one[part] for one in found), 1)
                    for part in ("start_ms", "call_ms")
                }
    return start, heavy


def cold(runner: Runner, environment: Mapping[str, str], events: Any) -> dict[str, Any]:
    """A process of its own for these events."""
    found: dict[str, Any] = runner.run(COLD, environment=environment, said=json.dumps(events))
    return found


def seconds(heavy: Heavy, memory_mb: int) -> float:
    """How long a heavy request takes in a process that has started."""
    return (heavy.cpu_ms / share(memory_mb) + heavy.requests * WAIT_MS["dynamodb"]) / 1000


def choices(record: Record, route: str) -> Iterator[Choice]:
    """Args: route: one of STARTS."""
    use, start = record.calls[route], record.start[route]
    for memory_mb in SIZES:
        part = share(memory_mb)
        first = start["call_ms"] / part + waited_ms(use)
        call = billed_ms(use, memory_mb)
        yield Choice(
            memory_mb=memory_mb,
            start_ms=start["start_ms"] / part + first,
            boosted_ms=start["start_ms"] + first,
            call_ms=call,
            cents=100
            * (
                LAMBDA_CALLS.of(MILLION)
                + LAMBDA_GB_SECONDS.of(gb_seconds(call, memory_mb) * MILLION)
            ),
        )
