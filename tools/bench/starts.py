"""Measure starts: processor time from the start of a process to its first answer."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tools.bench.figures import Series
from tools.cost.memory import COLD

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tools.bench.packages import Variant


@dataclass(slots=True)
class Starts:
    """The starts of one function, turn by turn, in milliseconds of processor time.

    Attributes:
        start: From the start of Python until the function's module is imported.
        call: The first call.
    """

    start: list[float] = field(default_factory=list)
    call: list[float] = field(default_factory=list)

    @property
    def whole(self) -> Series:
        """From the start of Python to the first answer."""
        return Series([start + call for start, call in zip(self.start, self.call, strict=True)])


def measure(
    variants: Sequence[Variant],
    events: Mapping[str, Sequence[Any]],
    environment: Mapping[str, str],
    turns: int,
) -> Mapping[tuple[str, str], Starts]:
    """Start each function of each variant once in every turn.

    Args:
        variants: What is measured.
        events: The module and the events of each function, the floor's included. Of a write there
            is one event for each turn and variant, and one of each variant for the first turn,
            which does not count: it brings the files into the cache of the machine.
        environment: The environment of the processes.
        turns: The number of turns that count.

    Returns:
        The starts by variant and function.

    Raises:
        StartError: A process fails.
        RuntimeError: A call fails.
    """
    starts: defaultdict[tuple[str, str], Starts] = defaultdict(Starts)
    unused = {name: list(rest) for name, (_, *rest) in events.items()}
    for turn in range(1 + turns):
        for name, (module, *_) in events.items():
            for variant in variants:
                event = unused[name].pop() if unused[name][1:] else unused[name][0]
                run = variant.runner.run(
                    COLD, environment=environment, text=json.dumps([module, event])
                )
                if run["status"] >= 300:
                    raise RuntimeError(f"{name} has the status {run['status']}")
                if turn:
                    starts[variant.name, name].start.append(run["start_ms"])
                    starts[variant.name, name].call.append(run["call_ms"])
    return starts
