"""The recorded use of resources by sample calls."""

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

    Attributes:
        requests: The number of requests to AWS, by operation such as `dynamodb:GetItem`.
        read_units: Read units of DynamoDB, as it reports them.
        write_units: Write units of DynamoDB, as it reports them.
        events: The number of events that the call causes, each of which is published.
        status: The status of the response.
        response_bytes: The size of the response in bytes, including headers.
        log_bytes: The size of the function's log lines, in bytes.
        log_lines: The number of the function's log lines.
        metrics: The metrics in its log lines, with the values of their dimensions.
        cpu_ms: The processor time of the handler in milliseconds; the median of repetitions.
    """

    requests: Mapping[str, int]
    read_units: float
    write_units: float
    events: int
    status: int
    response_bytes: int
    log_bytes: int
    log_lines: int
    metrics: Sequence[str]
    cpu_ms: float

    def count(self, *names: str) -> int:
        """Count the requests of these operations, or of whole services."""
        return sum(
            times
            for name, times in self.requests.items()
            if name in names or name.partition(":")[0] in names
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class HeavyUse:
    """What a heavy request uses as the first one of a process.

    Attributes:
        status: The status of the response.
        requests: The number of requests to AWS.
        cpu_ms: The processor time in milliseconds, without the start of the process.
        memory_mb: The peak memory of the process in MB, including its start.
    """

    status: int
    requests: int
    cpu_ms: float
    memory_mb: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """All recorded data.

    Attributes:
        python: The version of Python that processor times were measured with.
        day: The day of the measurement, as YYYY-MM-DD.
        prompt_bytes: The stored bytes of a prompt without versions, including overhead.
        version_bytes: The stored bytes of a version of the sample's size, with its event.
        start: The processor time of starts in milliseconds, by function; see `tools.cost.memory`.
        heavy: Heavy requests by name.
        calls: Calls by name of their sample.
    """

    python: str
    day: str
    prompt_bytes: int
    version_bytes: int
    start: Mapping[str, Mapping[str, float]]
    heavy: Mapping[str, HeavyUse]
    calls: Mapping[str, Use]

    @classmethod
    def load(cls, document: Mapping[str, Any]) -> Record:
        """Load a record from JSON."""
        calls = {name: Use(**use) for name, use in document["calls"].items()}
        heavy = {name: HeavyUse(**use) for name, use in document["heavy"].items()}
        return cls(**{**document, "calls": calls, "heavy": heavy})

    @classmethod
    def read(cls, file: Path = FILE) -> Record:
        """Read the record in the repository."""
        return cls.load(json.loads(file.read_text(encoding="utf-8")))

    def write(self, file: Path = FILE) -> None:
        """Write the record with one line per call, so that differences are easy to read."""
        calls = (
            f"  {json.dumps(name)}: {json.dumps(asdict(use))}" for name, use in self.calls.items()
        )
        rest = {name: value for name, value in asdict(self).items() if name != "calls"}
        head = json.dumps(rest, indent=1)[:-2]
        lines = ",\n".join(calls)
        file.write_text(f'{head},\n "calls": {{\n{lines}\n }}\n}}\n', encoding="utf-8")


def list_differences(previous: Mapping[str, Use], current: Mapping[str, Use]) -> Iterator[str]:
    """List the calls whose use has changed, each in a sentence.

    Only values that are the same in every run are compared: requests, units, events and status.
    """
    for name in sorted(previous.keys() | current.keys()):
        if name not in current:
            yield f"{name} is in the record, but is no longer a sample"
        elif name not in previous:
            yield f"{name} is a sample, but not in the record"
        else:
            yield from _list_changes(name, previous[name], current[name])


def _list_changes(name: str, previous: Use, current: Use) -> Iterator[str]:
    for field in ("status", "requests", "read_units", "write_units", "events"):
        before, after = getattr(previous, field), getattr(current, field)
        if before != after:
            yield f"{name}: {field} was {before}, is {after}"
