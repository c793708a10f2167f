"""What commands print: tables for people, JSON for scripts, problems on the error stream."""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

# Of all commands that print something of the service.
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]

CONFLICT = 3  # the exit code of a conflict, or a difference that a script has to look at
WIDTH = 10_000  # of a table that no terminal shows
# What would do something to a terminal instead of being shown by it.
# The last ones would show a text in another order than it has.
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def print_json(value: Any) -> None:
    """Print a value as JSON."""
    print_text(json.dumps(value, indent=2, ensure_ascii=False))


def print_text(text: str) -> None:
    """Print a text as it is; a terminal gets no control characters."""
    typer.echo(remove_controls(text) if sys.stdout.isatty() else text)


def print_rows(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """Print a table.

    Args:
        rows: The rows.
        columns: The names of the fields to show, in this order.
    """
    table = Table(box=None, pad_edge=False)
    for column in columns:
        table.add_column(column.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(Text(format_value(row.get(column))) for column in columns))
    # What reads a pipe wants each row in one line.
    Console(width=None if sys.stdout.isatty() else WIDTH).print(table)


def print_fields(document: Mapping[str, Any], names: Sequence[str]) -> None:
    """Print fields of a document that have a value, one in a line."""
    for name in names:
        if document.get(name) not in (None, "", [], {}):
            print_text(f"{name.replace('_', ' ')}: {format_value(document[name])}")


def print_diff(text: str) -> None:
    """Print a comparison line by line, in colour on a terminal."""
    colors = {"+": "green", "-": "red", "@": "cyan"}
    for line in text.splitlines():
        # Where there is no terminal, `typer.secho` prints no colour.
        typer.secho(remove_controls(line), fg=colors.get(line[:1]))


def print_note(text: str) -> None:
    """Print a line for people on the error stream, out of the way of what scripts read."""
    typer.echo(remove_controls(" ".join(text.split())), err=True)


def print_error(text: str) -> None:
    """Print a problem in one line on the error stream."""
    print_note(f"cuebook: {'; '.join(filter(None, map(str.strip, text.splitlines())))}")


def format_value(value: Any) -> str:
    """Format a field of a document for a table."""
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(map(format_value, value))
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return remove_controls(text)


def remove_controls(text: str) -> str:
    """Remove what would do something to a terminal."""
    return CONTROLS.sub("", text)
