"""Measure calls in a warm process: their processor time without AWS's.

Each process makes the same calls again and again. The first ones are answered by DynamoDB Local,
later ones by what it has answered; nothing is written, so that every call does the same. A plain
boto3 client makes the requests of each call again, for comparison.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tools.bench.packages import Variant

CLIENT = "boto3"  # the name of the plain client beside the variants


@dataclass(slots=True)
class Calls:
    """What was measured of one function.

    Attributes:
        milliseconds: The median call, turn by turn, by variant.
        requests: The number of requests to DynamoDB in each call, by variant.
    """

    milliseconds: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    requests: dict[str, int] = field(default_factory=dict)


def measure(
    variants: Sequence[Variant],
    events: Mapping[str, Sequence[Any]],
    environment: Mapping[str, str],
    turns: int,
    loops: int,
) -> Mapping[str, Calls]:
    """Measure the median call of each function, in every turn in a new process of each variant.

    Args:
        variants: What is measured; the plain client runs on the layer of the first one.
        events: The module and the events of each function.
        environment: The environment of the processes.
        turns: The number of turns.
        loops: The least number of calls of each function in a process.

    Returns:
        What was measured by function.

    Raises:
        StartError: A process fails.
    """
    results = {name: Calls() for name in events}
    for _ in range(turns):
        requests: dict[str, Any] = {}
        for variant in variants:
            for name, call in run(variant, "functions", events, environment, loops).items():
                results[name].milliseconds[variant.name].append(call["milliseconds"])
                results[name].requests[variant.name] = len(call["requests"])
                requests.setdefault(name, call["requests"])
        for name, call in run(variants[0], "client", requests, environment, loops).items():
            results[name].milliseconds[CLIENT].append(call["milliseconds"])
    return results


def run(
    variant: Variant, mode: str, work: object, environment: Mapping[str, str], loops: int
) -> Mapping[str, Any]:
    """Run `tools.bench.replay`; returns its output."""
    output: Mapping[str, Any] = variant.runner.run(
        *("-m", "tools.bench.replay", mode, str(loops)),
        environment=environment,
        text=json.dumps(work),
    )
    return output
