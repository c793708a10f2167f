"""Compute what the service costs.

python -m tools.cost                        records all calls again, and prints their costs
python -m tools.cost --write                also starts and heavy requests; writes record and tables
python -m tools.cost --memory               records starts and heavy requests only, and prints them
python -m tools.cost --from-record          prints the existing record, without measuring
python -m tools.cost --from-record --write  writes the tables, for example after a change of prices
python -m tools.cost --check                fails if the tables differ from the record
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from infra.local.errors import StartError
from infra.project import ROOT
from tools.cost import report
from tools.cost.record import Record, list_differences

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

REPETITIONS = 9
NOT_MEASURED: Mapping[str, Any] = {"start": {}, "heavy": {}}


def main() -> int:
    """Run the command; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.cost",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    which = parser.add_mutually_exclusive_group()
    for name in ("memory", "from-record", "check"):
        which.add_argument(f"--{name}", action="store_true")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    if arguments.check:
        return check()
    try:
        previous = Record.read()
    except FileNotFoundError:
        previous = None
    try:
        run(previous, arguments)
    except StartError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def check() -> int:
    """Compare the tables in the docs with the record; returns the exit code."""
    document = report.get_document()
    text = document.read_text(encoding="utf-8")
    if report.replace_block(text, Record.read()) == text:
        return 0
    name = document.relative_to(ROOT)
    sys.stderr.write(f"the costs in {name} are stale: run make cost ARGS=--write\n")
    return 1


def run(previous: Record | None, arguments: argparse.Namespace) -> None:
    """Measure what the arguments select, and print it.

    Args:
        previous: The existing record.
        arguments: The arguments of the command line.

    Raises:
        StartError: A program that is needed is missing on this machine.
    """
    record = previous
    if record is None or not arguments.from_record:
        record = measure(
            previous, calls=not arguments.memory, starts=arguments.memory or arguments.write
        )
    parts = [report.format_heavy(record), report.format_sizes(record), report.format_notes(record)]
    if not arguments.memory:
        parts = [report.format_calls(record), report.format_months(record), *parts]
    sys.stdout.write("\n\n".join(parts) + "\n")
    if previous is not None:
        for sentence in list_differences(previous.calls, record.calls):
            sys.stdout.write(f"changed: {sentence}\n")
    if arguments.write:
        record.write()
        document = report.get_document()
        text = document.read_text(encoding="utf-8")
        document.write_text(report.replace_block(text, record), encoding="utf-8")


def measure(previous: Record | None, *, calls: bool, starts: bool) -> Record:
    """Make a new record; what is not measured is copied from the previous one.

    Args:
        previous: The existing record; without one everything is measured.
        calls: Whether to measure the calls.
        starts: Whether to measure starts and heavy requests.

    Raises:
        StartError: A program that is needed is missing on this machine.
    """
    from tools.cost import memory
    from tools.cost.machine import Runner, run_services

    runner = Runner(deployed=True)
    if previous is None:
        calls = starts = True
    with run_services() as environment:
        record = previous
        if calls:
            document = runner.run(
                "-m", "tools.cost.worker", "record", str(REPETITIONS), environment=environment
            )
            day = f"{datetime.now(UTC):%Y-%m-%d}"
            record = Record.load({**document, "day": day, **NOT_MEASURED})
            if previous is not None:
                record = replace(record, start=previous.start, heavy=previous.heavy)
        assert record is not None
        if starts:
            start, heavy = memory.measure(runner, environment)
            record = replace(record, start=start, heavy=heavy)
    return record


if __name__ == "__main__":
    sys.exit(main())
