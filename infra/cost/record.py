"""What sample calls have used, as it was recorded and is kept."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

FILE = Path(__file__).with_name("units.json")
PUBLISHER = "events/publish_changes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """What one call uses.

    Args:
        requests: to AWS, by service and operation, as in `dynamodb:GetItem`.
        read_units, write_units: of DynamoDB, as it reports them.
        events: changes of prompts that it makes, each of which is published afterwards.
        status: of the answer.
        answer_bytes: body and headers.
        log_bytes, log_lines: what the function writes.
        metrics: that its log lines have CloudWatch keep, with the values of their dimensions.
        cpu_ms: processor time in the handler; the median of the repetitions.
    """

    requests: Mapping[str, int]
    read_units: float
    write_units: float
    events: int
    status: int
    answer_bytes: int
    log_bytes: int
    log_lines: int
    metrics: Sequence[str]
    cpu_ms: float

    def count(self, *names: str) -> int:
        """Requests of these operations, or of whole services."""
        return sum(
            times
            for name, times in self.requests.items()
            if name in names or name.partition(":")[0] in names
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Heavy:
    """What a heavy request takes as the first of a process, the process's start not counted.

    Args:
        status: of the answer.
        requests: to AWS.
        cpu_ms: processor time.
        memory_mb: the most that the process had in memory, its start included.
    """

    status: int
    requests: int
    cpu_ms: float
    memory_mb: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Args:
    python: version that processor times were taken with.
    day: when, as YYYY-MM-DD.
    prompt_bytes: what a prompt stores beside its versions, indexing overhead included.
    version_bytes: what one more version of the sample's size stores, with its line of history.
    start: processor milliseconds of a start, by function; see `infra.cost.memory`.
    """

    python: str
    day: str
    prompt_bytes: int
    version_bytes: int
    start: Mapping[str, Mapping[str, float]]
    heavy: Mapping[str, Heavy]
    calls: Mapping[str, Use]

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Record:
        calls = {name: Use(**use) for name, use in said["calls"].items()}
        heavy = {name: Heavy(**one) for name, one in said["heavy"].items()}
        return cls(**{**said, "calls": calls, "heavy": heavy})

    @classmethod
    def read(cls, file: Path = FILE) -> Record:
        """Raises OSError; ValueError, KeyError or TypeError for a file that is no record."""
        return cls.of(json.loads(file.read_text(encoding="utf-8")))

    def write(self, file: Path = FILE) -> None:
        """A line for each call, so that a change of one is a change of one line."""
        calls = (f"  {json.dumps(name)}: {json.dumps(asdict(u))}" for name, u in self.calls.items())
        rest = {name: value for name, value in asdict(self).items() if name != "calls"}
        head = json.dumps(rest, indent=1)[:-2]
        lines = ",\n".join(calls)
        file.write_text(f'{head},\n "calls": {{\n{lines}\n }}\n}}\n', encoding="utf-8")


def differences(kept: Mapping[str, Use], now: Mapping[str, Use]) -> Iterator[str]:
    """A sentence for each call that no longer uses what the record says.

    Compared is what is the same at every run: requests, units, events and status.
    """
    for name in sorted(kept.keys() | now.keys()):
        if name not in now:
            yield f"{name} is in the record and no longer sampled"
        elif name not in kept:
            yield f"{name} is sampled and not in the record"
        else:
            yield from _changed(name, kept[name], now[name])


def _changed(name: str, kept: Use, now: Use) -> Iterator[str]:
    for field in ("status", "requests", "read_units", "write_units", "events"):
        before, after = getattr(kept, field), getattr(now, field)
        if before != after:
            yield f"{name}: {field} was {before}, is {after}"
