"""What commands print: tables for people, JSON for scripts, problems on the error stream."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

# Of all commands that print something of the service.
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]


def print_json(value: Any) -> None:
    """Print a value as JSON."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))


def print_text(text: str) -> None:
    """Print a text as it is."""
    typer.echo(text)


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
        table.add_row(*(escape(format_value(row.get(column))) for column in columns))
    Console(soft_wrap=not sys.stdout.isatty()).print(table)


def print_error(text: str) -> None:
    """Print a problem in one line on the error stream."""
    typer.echo(f"cuebook: {text}", err=True)


def format_value(value: Any) -> str:
    """Format a field of a document for a table."""
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(map(format_value, value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
