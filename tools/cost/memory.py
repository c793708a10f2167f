"""How much memory a function should have, from starts and heavy requests in new processes.

The share of a processor is proportional to memory, up to a whole processor. So durations for each
size are computed from measured processor times; and the heaviest request must fit into memory.
"""

from __future__ import annotations

import json
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

from tools.cost.bill import (
    WAIT_MS,
    compute_billed_ms,
    compute_gb_seconds,
    compute_share,
    compute_wait_ms,
)
from tools.cost.prices import LAMBDA_CALLS, LAMBDA_GB_SECONDS, MILLION
from tools.cost.record import HeavyUse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tools.cost.machine import Runner
    from tools.cost.record import Record

SIZES = (256, 512, 768, 1024, 1769, 3008)
STARTS = {"registry/health_check": "health check", "registry/render_live": "render, 2 KB"}
REPETITIONS = 11
COLD = str(Path(__file__).with_name("cold.py"))
SYNC = "Maxim's sync, 1,000 prompts"


class Choice(NamedTuple):
    """A size of memory, with durations in milliseconds.

    Attributes:
        memory_mb: The size in MB.
        start_ms: Start and first call, if starts have the same share of a processor as calls.
        boosted_ms: The same if starts have a whole processor, as is reported of Lambda but not
            documented.
        call_ms: The billed duration of a warm call.
        cents: The cost of a million warm calls, for Lambda only.
    """

    memory_mb: int
    start_ms: float
    boosted_ms: float
    call_ms: int
    cents: float


def measure(
    runner: Runner, environment: Mapping[str, str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Measure the parts of a record about starts and about heavy requests."""
    requests = runner.run("-m", "tools.cost.worker", "heavy", environment=environment)
    start: dict[str, dict[str, float]] = {}
    heavy: dict[str, HeavyUse] = {}
    for name, events in requests.items():
        times = REPETITIONS if name in STARTS.values() else 3
        runs = [run_cold(runner, environment, events) for _ in range(times)]
        heavy[name] = HeavyUse(
            status=runs[0]["status"],
            requests=runs[0]["requests"],
            cpu_ms=round(median(run["call_ms"] for run in runs), 1),
            memory_mb=round(max(run["memory_mb"] for run in runs)),
        )
        for route, request in STARTS.items():
            if request == name:
                start[route] = {
                    part: round(median(run[part] for run in runs), 1)
                    for part in ("start_ms", "call_ms")
                }
    return start, heavy


def run_cold(runner: Runner, environment: Mapping[str, str], events: Any) -> dict[str, Any]:
    """Run a new process for these events; returns the output of `cold.py`."""
    result: dict[str, Any] = runner.run(
        COLD, "--requests", environment=environment, text=json.dumps(events)
    )
    return result


def compute_seconds(heavy: HeavyUse, memory_mb: int) -> float:
    """Compute the duration of a heavy request in a started process, in seconds."""
    wait_ms = heavy.requests * WAIT_MS["dynamodb"]
    return (heavy.cpu_ms / compute_share(memory_mb) + wait_ms) / 1000


def list_choices(record: Record, route: str) -> Iterator[Choice]:
    """List all sizes of memory.

    Args:
        record: The measurements.
        route: A key of `STARTS`.
    """
    use, start = record.calls[route], record.start[route]
    for memory_mb in SIZES:
        part = compute_share(memory_mb)
        first = start["call_ms"] / part + compute_wait_ms(use)
        call = compute_billed_ms(use, memory_mb)
        yield Choice(
            memory_mb=memory_mb,
            start_ms=start["start_ms"] / part + first,
            boosted_ms=start["start_ms"] + first,
            call_ms=call,
            cents=100
            * (
                LAMBDA_CALLS.compute(MILLION)
                + LAMBDA_GB_SECONDS.compute(compute_gb_seconds(call, memory_mb) * MILLION)
            ),
        )
