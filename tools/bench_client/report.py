"""The tables of `RESULTS.md`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tools.bench.figures import Series
from tools.bench.tables import Table, judge, show_series
from tools.bench_client.clients import CAPACITY, PRODUCTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Times = Mapping[str, Mapping[str, Sequence[float]]]  # by client and by what was measured

FILE = Path(__file__).with_name("RESULTS.md")
OURS = "cuebook"
GET_MICROSECONDS, RENDER_MICROSECONDS, IMPORT_MILLISECONDS = 1.2, 20.0, 60.0
REQUESTS_AT_ONCE, REQUESTS_AN_HOUR = 1, 60


def build_calls(times: Times) -> Table:
    """Build the table of calls for a prompt that is held.

    Args:
        times: Microseconds of `get` and `render`, by client.
    """
    return Table(
        title="Calls",
        note="Microseconds of processor time of the median call for a prompt that the client "
        "holds, least / median of several processes, and by those of Cuebook: least / median "
        "(quartiles of the ratios turn by turn). A rendering gets the prompt and fills in its 41 "
        "variables, in the language that is the client's own. LangSmith's client renders only with "
        "LangChain, which is not measured.",
        head=["client", "get", "goal", "ratio", "get and render", "goal", "ratio"],
        rows=[
            [
                PRODUCTS[client].title,
                *_show(times, client, "get", GET_MICROSECONDS, 2, "{:.1f} µs"),
                *_show(times, client, "render", RENDER_MICROSECONDS, 1, "{:.0f} µs"),
            ]
            for client in times
        ],
    )


def build_starts(times: Times) -> Table:
    """Build the table of starts.

    Args:
        times: Milliseconds of `import` and until the `first prompt`, by client.
    """
    return Table(
        title="Start",
        note="Milliseconds of processor time in a fresh process, as above: to import the client, "
        "and until it has its first prompt.",
        head=["client", "import", "goal", "ratio", "first prompt", "goal", "ratio"],
        rows=[
            [
                PRODUCTS[client].title,
                *_show(times, client, "import", IMPORT_MILLISECONDS, 0, "{:.0f} ms"),
                *_show(times, client, "first prompt", None, 0, ""),
            ]
            for client in times
        ],
    )


def build_requests(
    at_once: Mapping[str, Sequence[int]], an_hour: Mapping[str, float], *, callers: int, speed: int
) -> Table:
    """Build the table of requests to the service.

    Args:
        at_once: The requests of callers that ask for the same at once, turn by turn, by client.
        an_hour: The requests in an hour, by client.
        callers: The number of callers.
        speed: By how much the times of the clients were shortened.
    """
    return Table(
        title="Requests",
        note=f"Requests to the service: of {callers} threads that ask at once for a prompt that is "
        f"not held, least / median; and in an hour of a process that uses {CAPACITY} prompts all "
        f"the time, after the first of each. For that all times of the clients were shortened to "
        f"1/{speed} and the requests of some minutes counted; Langfuse counts whole seconds, and "
        "so asks less often here than it would.",
        head=["client", f"{callers} callers at once", "goal", "in an hour", "goal"],
        rows=[
            [
                PRODUCTS[client].title,
                show_series(Series(at_once[client]), 0),
                _judge(client, REQUESTS_AT_ONCE, Series(at_once[client]), "{:.0f}"),
                f"{an_hour[client]:.0f}",
                _judge(client, REQUESTS_AN_HOUR, Series([an_hour[client]]), "{:.0f}"),
            ]
            for client in at_once
        ],
    )


def build_memory(sizes: Mapping[str, tuple[float, int]], prompts: int) -> Table:
    """Build the table of memory.

    Args:
        sizes: The bytes for all prompts and how many of them were held, by client.
        prompts: The number of prompts.
    """
    return Table(
        title="Memory",
        note=f"Of a process that has asked for {prompts:,} prompts with texts of 2 KB, once each, "
        "beyond what it had with one. LangSmith's client, which holds 100 by itself, and ours, "
        "whose memory has a limit, were set to hold all.",
        head=["client", "prompts that are held", "MB", "KB of each"],
        rows=[
            [
                PRODUCTS[client].title,
                f"{count:,}",
                f"{size / 1e6:.1f}",
                f"{size / 1e3 / count:.1f}" if count else "-",
            ]
            for client, (size, count) in sizes.items()
        ],
    )


def _show(
    times: Times, client: str, name: str, goal: float | None, digits: int, form: str
) -> list[str]:
    """Show what was measured of a client, whether its goal is met, and its ratio to ours."""
    if name not in times[client]:
        return ["-", "-", "-"]
    series = Series(times[client][name])
    ratio = "1" if client == OURS else str(series.compare(Series(times[OURS][name])))
    return [show_series(series, digits), _judge(client, goal, series, form), ratio]


def _judge(client: str, goal: float | None, series: Series, form: str) -> str:
    return judge(goal if client == OURS else None, series.least, series.median, form)
