"""The tables of `RESULTS.md`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tools.bench.figures import Series
from tools.bench.goals import CONTENTION, ENGINES, FIRST_CALL_MS, FLOOR, MANY, STARTS, WARM
from tools.bench.packages import HERE
from tools.bench.tables import Table, judge, show_series
from tools.bench.warm import CLIENT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tools.bench.starts import Starts
    from tools.bench.warm import Calls

FILE = Path(__file__).with_name("RESULTS.md")


def build_starts(starts: Mapping[tuple[str, str], Starts], variants: Sequence[str]) -> Table:
    """Build the table of starts.

    Args:
        starts: The starts by variant and function.
        variants: The names of what was measured: this checkout, and perhaps another commit.
    """
    rows: list[list[str]] = []
    titles = {FLOOR: "floor: boto3 and one item"} | {row.name: row.title for row in STARTS}
    goals = {row.name: row.goal for row in STARTS}
    for name, title in titles.items():
        for variant in variants:
            if (variant, name) not in starts:
                continue
            results, floor = starts[variant, name], starts[variant, FLOOR].whole
            has_goal = variant == HERE and name != FLOOR
            whole, call = results.whole, Series(results.call)
            ratio = whole.compare(floor)
            first_goal = FIRST_CALL_MS if has_goal else None
            rows.append(
                [
                    title if variant == HERE else f"… at {variant}",
                    show_series(Series(results.start), 0),
                    show_series(call, 0),
                    judge(first_goal, call.least, call.median, "{:.0f} ms"),
                    show_series(whole, 0),
                    str(ratio) if name != FLOOR else "1",
                    judge(goals.get(name) if has_goal else None, ratio.least, ratio.median),
                    *_compare_variants([starts[v, name].whole for v in variants], variant),
                ]
            )
    return Table(
        title="Start",
        note="Milliseconds of processor time, least / median, from the start of Python until the "
        "function is imported, of its first call, and of both; and both by those of the floor on "
        "the same layer: least / median (quartiles of the ratios turn by turn).",
        head=[
            *("function", "start", "first call", "goal", "both", "ratio to floor", "goal"),
            *_head_variants(variants),
        ],
        rows=rows,
    )


def build_warm(calls: Mapping[str, Calls], variants: Sequence[str]) -> Table:
    """Build the table of warm calls.

    Args:
        calls: What was measured, by function.
        variants: The names of what was measured.
    """
    rows: list[list[str]] = []
    for row in (*WARM, MANY):
        if row.name not in calls:
            continue
        results = calls[row.name]
        client = Series(results.milliseconds[CLIENT])
        for variant in variants:
            ours = Series(results.milliseconds[variant])
            requests = results.requests[variant]
            goal = row.goal if variant == HERE else None
            rows.append(
                [
                    row.title if variant == HERE else f"… at {variant}",
                    str(requests),
                    show_series(ours, 2),
                    judge(goal, ours.least, ours.median, "{:.1f} ms"),
                    show_series(client, 2) if requests else "-",
                    str(ours.compare(client)) if requests else "-",
                    *_compare_variants(
                        [Series(results.milliseconds[v]) for v in variants], variant
                    ),
                ]
            )
    return Table(
        title="Warm call",
        note="Milliseconds of processor time of the median call, traced, without AWS's; least / "
        "median of several processes. Beside it a plain boto3 client that makes the requests of "
        "the same call.",
        head=[
            *("call", "requests", "ms", "goal", "boto3, ms", "ratio to boto3"),
            *_head_variants(variants),
        ],
        rows=rows,
    )


def build_engines(
    times: Mapping[tuple[str, str], Sequence[float]], variants: Sequence[str]
) -> Table:
    """Build the table of template languages.

    Args:
        times: Microseconds by variant and row.
        variants: The names of what was measured.
    """
    rows: list[list[str]] = []
    for row in ENGINES:
        case = row.name.partition(",")[0]
        for variant in variants:
            if (variant, row.name) not in times:
                continue
            ours = Series(times[variant, row.name])
            plain = Series(times[variant, f"{case}, plain"])
            ratio = ours.compare(plain)
            goal = row.goal if variant == HERE else None
            rows.append(
                [
                    row.title if variant == HERE else f"… at {variant}",
                    show_series(ours, 1),
                    show_series(plain, 1),
                    str(ratio),
                    judge(goal, ratio.least, ratio.median),
                    *_compare_variants([Series(times[v, row.name]) for v in variants], variant),
                ]
            )
    return Table(
        title="Rendering",
        note="Microseconds of processor time for one text, and by that of plain Jinja2 in its "
        "sandbox, which has compiled the same text before. Of an engine, `compiled` is the same; "
        "a call also finds the compiled template.",
        head=["text", "µs", "Jinja2, µs", "ratio to Jinja2", "goal", *_head_variants(variants)],
        rows=rows,
    )


def build_contention(
    *, p50_seconds: float, p99_seconds: float, tries: float, successes: int, calls: int
) -> Table:
    """Build the table of many writers of one prompt."""
    return Table(
        title="Many writers",
        note="Seconds on the clock, on DynamoDB Local; `make contention` measures it alone.",
        head=["writers", "calls", "successes", "p50", "p99", "goal", "tries of each"],
        rows=[
            [
                CONTENTION.title,
                str(calls),
                str(successes),
                f"{p50_seconds:.1f}",
                f"{p99_seconds:.1f}",
                judge(CONTENTION.goal, p99_seconds, p99_seconds, "{:.0f} s"),
                f"{tries:.1f}",
            ]
        ],
    )


def build_profile(title: str, libraries: Mapping[str, int]) -> Table:
    """Build the table of where a call spends its processor time.

    Args:
        title: The call.
        libraries: Samples of a profiler by library.
    """
    whole = sum(libraries.values())
    ours = sum(count for name, count in libraries.items() if is_ours(name))
    rows = [["all of Cuebook's", ours / whole]] + [
        [name, count / whole] for name, count in libraries.items() if count / whole >= 0.005
    ]
    return Table(
        title=f"Where a warm call spends its time: {title}",
        note="Share of processor time by the library of the innermost function, which the standard "
        "library belongs to wherever it is called.",
        head=["library", "share"],
        rows=[[str(name), f"{share:.1%}"] for name, share in rows],
    )


def is_ours(library: str) -> bool:
    """Whether a library of a profile is part of this project."""
    return library.partition("/")[0] in ("functions", "shared")


def _head_variants(variants: Sequence[str]) -> Iterator[str]:
    for other in variants[1:]:
        yield f"ratio to {other}"


def _compare_variants(series: Sequence[Series], variant: str) -> Iterator[str]:
    here, *others = series
    for other in others:
        yield str(here.compare(other)) if variant == HERE else ""
