"""Tables of measurements, and the document that they are written to."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from infra.project import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.bench.figures import Series


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table with what it says of itself.

    Attributes:
        title: The title.
        note: What the figures are.
        head: The heads of the columns.
        rows: The cells of each row.
    """

    title: str
    note: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]

    def dump(self) -> str:
        """Write the table in Markdown."""
        lines = (self.head, ["---"] * len(self.head), *self.rows)
        table = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
        return f"## {self.title}\n\n{self.note}\n\n{table}"


def build_document(tables: Sequence[Table], *, title: str, origin: str, command: str) -> str:
    """Build `RESULTS.md`.

    Args:
        tables: The tables.
        title: The title of the document.
        origin: The machine, the day, and the commit.
        command: The command that measures the same again.
    """
    parts = (
        f"# {title}",
        f"{origin} Again:",
        f"```sh\n{command}\n```",
        "A goal is met if both the least and the median are.",
        *(table.dump() for table in tables),
    )
    return "\n\n".join(parts) + "\n"


def show_series(series: Series, digits: int) -> str:
    """Show the least value and the median."""
    return f"{series.least:.{digits}f} / {series.median:.{digits}f}"


def judge(goal: float | None, least: float, median: float, form: str = "{:.2f}") -> str:
    """Judge whether a goal is met.

    Args:
        goal: The highest figure that is wanted; None without a goal.
        least: The least value.
        median: The median.
        form: How the goal is written.
    """
    if goal is None:
        return "-"
    if median <= goal and least <= goal:
        word = "met"
    else:
        word = "met by the least" if least <= goal else "missed"
    return f"≤ {form.format(goal)}: {word}"


def describe_origin(subject: str) -> str:
    """Describe the machine, the day and the commit.

    Args:
        subject: What is measured, after the load of the machine.
    """
    description = Path("/proc/cpuinfo")  # which only Linux has
    lines = description.read_text(encoding="utf-8").splitlines() if description.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    commit = subprocess.run(
        [shutil.which("git") or "git", "-C", str(ROOT), "describe", "--always", "--dirty"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return (
        f"Measured on {datetime.now(UTC):%Y-%m-%d} at commit {commit or '(none)'}, on "
        f"{os.cpu_count()} processors ({models[0] if models else platform.machine()}), with a load "
        f"of {load} at the start; {subject}."
    )
