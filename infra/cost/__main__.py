"""What the service costs.

python -m infra.cost                 records every call again, and prints what it costs
python -m infra.cost --write         starts and heavy requests too; renews record and README
python -m infra.cost --memory        records starts and heavy requests only, and prints them
python -m infra.cost --kept          prints what is kept, recording nothing
python -m infra.cost --kept --write  renews the README, as after a change of prices
python -m infra.cost --check         fails where the README does not say what the record says
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from infra.cost import report
from infra.cost.record import Record, differences
from infra.local import CannotStart

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

REPETITIONS = 9
NOTHING: Mapping[str, Any] = {"start": {}, "heavy": {}}


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m infra.cost",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    which = parser.add_mutually_exclusive_group()
    for name in ("memory", "kept", "check"):
        which.add_argument(f"--{name}", action="store_true")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    if arguments.check:
        return check()
    try:
        kept = Record.read()
    except FileNotFoundError:
        kept = None
    try:
        return shown(kept, arguments)
    except CannotStart as reason:
        sys.stderr.write(f"{reason}\n")
        return 1


def check() -> int:
    text = report.README.read_text(encoding="utf-8")
    if report.renewed(text, Record.read()) == text:
        return 0
    sys.stderr.write("the README's costs are not those of the record: make cost ARGS=--write\n")
    return 1


def shown(kept: Record | None, arguments: argparse.Namespace) -> int:
    """Raises CannotStart."""
    record = kept
    if record is None or not arguments.kept:
        record = recorded(
            kept, calls=not arguments.memory, starts=arguments.memory or arguments.write
        )
    parts = [report.heaviest(record), report.sizes(record), report.notes(record)]
    if not arguments.memory:
        parts = [report.table(record), report.months(record), *parts]
    sys.stdout.write("\n\n".join(parts) + "\n")
    if kept is not None:
        for sentence in differences(kept.calls, record.calls):
            sys.stdout.write(f"changed: {sentence}\n")
    if arguments.write:
        record.write()
        text = report.README.read_text(encoding="utf-8")
        report.README.write_text(report.renewed(text, record), encoding="utf-8")
    return 0


def recorded(kept: Record | None, *, calls: bool, starts: bool) -> Record:
    """A new record; what is not recorded again is taken from the one that is kept.

    Raises CannotStart.
    """
    from infra.cost import memory
    from infra.cost.machine import Runner, surroundings

    runner = Runner(deployed=True)
    if kept is None:
        calls = starts = True
    with surroundings() as environment:
        record = kept
        if calls:
            said = runner.run(
                "-m", "infra.cost.worker", "record", str(REPETITIONS), environment=environment
            )
            day = f"{datetime.now(UTC):%Y-%m-%d}"
            record = Record.of({**said, "day": day, **NOTHING})
            if kept is not None:
                record = replace(record, start=kept.start, heavy=kept.heavy)
        assert record is not None
        if starts:
            start, heavy = memory.measure(runner, environment)
            record = replace(record, start=start, heavy=heavy)
    return record


if __name__ == "__main__":
    sys.exit(main())
