"""Measure the speed of the service beside its floor.

python -m tools.bench                  everything; ten minutes on two processors
python -m tools.bench --short          a few rows, in less than a minute
python -m tools.bench --against REF    the same, with the packages of a commit beside this checkout
python -m tools.bench --only starts    one part: starts, warm, engines, contention or profile
python -m tools.bench --profile        where a warm rendering spends its time
python -m tools.bench --write          everything, into tools/bench/RESULTS.md
"""

from __future__ import annotations

import argparse
import shlex
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from infra.local.errors import StartError
from infra.packaging import PYTHON
from tools.bench import engines, report, starts, warm
from tools.bench.goals import ENGINES, FLOOR, MANY, PROFILED, STARTS, WARM, WRITERS
from tools.bench.packages import build_variants
from tools.bench.tables import build_document, describe_origin
from tools.cost.machine import run_services

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tools.bench.goals import Row
    from tools.bench.packages import Variant
    from tools.bench.tables import Table

PARTS = ("starts", "warm", "engines", "contention", "profile")
SUBJECT = f"Python {PYTHON}, the code and the layer as they are deployed"
PROFILE_LOOPS = 2000  # some seconds, of which each millisecond is a sample


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How much is measured.

    Attributes:
        parts: Some of `PARTS`.
        turns: The number of starts of each function.
        processes: The number of processes for warm calls, and for template languages.
        loops: The number of calls in each.
        prompts: The number of prompts that are rendered in turn.
        is_short: Whether only rows of the short form are measured.
    """

    parts: Sequence[str]
    turns: int
    processes: int
    loops: int
    prompts: int
    is_short: bool

    def select(self, rows: Sequence[Row]) -> list[str]:
        """Select the names of rows that are measured."""
        return [row.name for row in rows if row.is_short or not self.is_short]


def build_parser() -> argparse.ArgumentParser:
    """Build the parser of the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.bench",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--against", metavar="REF", help="a commit")
    parser.add_argument("--turns", type=int, help="starts of each function, and processes up to 5")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--short", action="store_true")
    which.add_argument("--only", nargs="+", choices=PARTS)
    which.add_argument("--profile", dest="only", action="store_const", const=["profile"])
    which.add_argument("--write", action="store_true")
    return parser


def choose_extent(arguments: argparse.Namespace) -> Extent:
    """Choose how much to measure."""
    if arguments.short:
        return Extent(
            parts=("starts", "warm", "engines"),
            turns=arguments.turns or 3,
            processes=1,
            loops=100,
            prompts=0,
            is_short=True,
        )
    return Extent(
        parts=arguments.only or PARTS,
        turns=arguments.turns or 7,
        processes=min(arguments.turns or 3, 5),
        loops=100,
        prompts=1000,
        is_short=False,
    )


def main() -> int:
    """Run the command; returns the exit code."""
    arguments = build_parser().parse_args()
    origin = describe_origin(SUBJECT)  # with the load of the machine before this adds to it
    try:
        tables = run(choose_extent(arguments), arguments.against)
    except StartError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    document = build_document(
        tables, title="Speed", origin=origin, command=build_command(arguments)
    )
    if arguments.write:
        report.FILE.write_text(document, encoding="utf-8")
    sys.stdout.write(document)
    return 0


def run(extent: Extent, against: str | None) -> list[Table]:
    """Measure, and build the tables.

    Raises:
        StartError: A program that is needed is missing on this machine.
    """
    variants = build_variants(against)
    names = [variant.name for variant in variants]
    tables = []
    with run_services() as environment:
        events = build_events(extent, variants[0], len(variants), environment)
        if "starts" in extent.parts:
            work = {name: events[name] for name in (FLOOR, *extent.select(STARTS))}
            results = starts.measure(variants, work, environment, extent.turns)
            tables.append(report.build_starts(results, names))
        if "warm" in extent.parts:
            work = {name: events[name][:2] for name in extent.select(WARM)}
            if MANY.name in events:
                work[MANY.name] = events[MANY.name]
            calls = warm.measure(variants, work, environment, extent.processes, extent.loops)
            tables.append(report.build_warm(calls, names))
        if "engines" in extent.parts:
            cases = {row.partition(",")[0] for row in extent.select(ENGINES)}
            texts = {name: case for name, case in engines.build_cases().items() if name in cases}
            times = engines.measure(variants, environment, extent.processes, texts)
            tables.append(report.build_engines(times, names))
        if "profile" in extent.parts:
            work = {PROFILED: events[PROFILED][:2]}
            tables += profile(variants[0], work, environment)
    if "contention" in extent.parts:
        tables.append(contend())
    return tables


def build_events(
    extent: Extent, variant: Variant, variants: int, environment: Mapping[str, str]
) -> Mapping[str, Any]:
    """Store prompts, and build the events of calls; see `tools.bench.scene`.

    Raises:
        StartError: The process fails.
    """
    names = set[str]()
    if "starts" in extent.parts:
        names |= set(extent.select(STARTS))
    if "warm" in extent.parts:
        names |= set(extent.select(WARM))
    if "profile" in extent.parts:
        names.add(PROFILED)
    writes = 1 + (1 + extent.turns) * variants
    prompts = extent.prompts if "warm" in extent.parts else 0
    events: Mapping[str, Any] = variant.runner.run(
        *("-m", "tools.bench.scene", str(writes), str(prompts), *sorted(names)),
        environment=environment,
    )
    return events


def profile(
    variant: Variant, work: Mapping[str, Any], environment: Mapping[str, str]
) -> Iterator[Table]:
    """Profile calls."""
    titles = {row.name: row.title for row in WARM}
    for name, result in warm.run(variant, "profile", work, environment, PROFILE_LOOPS).items():
        yield report.build_profile(titles[name], result["libraries"])


def contend() -> Table:
    """Let many write versions of one prompt at once."""
    from tools.contention.__main__ import measure

    result = measure(WRITERS, 1)
    return report.build_contention(
        p50_seconds=result.compute_percentile(50),
        p99_seconds=result.compute_percentile(99),
        tries=result.tries_per_success,
        successes=result.successes,
        calls=len(result.writes),
    )


def build_command(arguments: argparse.Namespace) -> str:
    """Build the command that measures the same again."""
    options = [
        *(["--short"] if arguments.short else []),
        *(["--only", *arguments.only] if arguments.only else []),
        *(["--write"] if arguments.write else []),
        *(["--against", arguments.against] if arguments.against else []),
        *(["--turns", str(arguments.turns)] if arguments.turns else []),
    ]
    return f"make bench ARGS={shlex.quote(' '.join(options))}" if options else "make bench"


if __name__ == "__main__":
    sys.exit(main())
