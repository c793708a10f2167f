"""The commands that carry prompts from one service, or from another product, to a service."""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .._files import replace_file
from ..errors import ConfigurationError, CuebookError
from ..importers.catalog import SOURCES
from ..importers.exports import dump_prompt, list_prompts, load_prompts
from ..importers.files import list_files
from ..importers.importer import Importer
from .arguments import Team
from .connection import get_connection
from .output import AsJson, print_error, print_json, print_note, print_rows, print_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from contextlib import AbstractContextManager
    from typing import TextIO

    from ..importers.items import Item

SOURCE_NAMES = "|".join(SOURCES)
COLUMNS = ("name", "slug", "action", "versions", "pointers")


def add_commands(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("export")(export_prompts)
    app.command("import", help="\n\n".join(_explain()))(import_prompts)


def export_prompts(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(allow_dash=True, help="The file to write; - for the output.")
    ] = Path("-"),
    team: Team = None,
) -> None:
    """Write all prompts of a team, with their versions, tags and payloads, to a file.

    It is what the API shows, as JSON Lines: no history, splits, folders and keys.
    """
    connection = get_connection(context)
    prompts = list_prompts(connection.manage, connection.find_team(team))
    with _open_output(file) as output:
        for count, prompt in enumerate(prompts, 1):
            output.write(dump_prompt(connection.manage, prompt))
            print_note(f"{count} of {len(prompts)}: {prompt['slug']}")


def import_prompts(
    context: typer.Context,
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            allow_dash=True,
            help="A file of `cuebook export`, or - for the input. With --from files and folders, "
            "or none to read the API of the product.",
        ),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar=SOURCE_NAMES,
            autocompletion=lambda: [*SOURCES],
            help="The product, or the format; without it, a file of `cuebook export` is read.",
        ),
    ] = None,
    team: Team = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would happen, and change nothing.")
    ] = False,
    move: Annotated[
        bool, typer.Option("--move", help="Move pointers that are at other versions here.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Import prompts."""
    items = _open_export(paths or []) if source is None else _open_source(source, paths or [])
    connection = get_connection(context)
    team_id = connection.find_team(team)
    importer = Importer(connection.manage, team_id, is_dry_run=dry_run, is_moving=move)
    report = []
    try:
        for row in importer.run(items):
            report.append(row)
            print_note(f"{_name(row)}: {row['action']}")
    except (KeyboardInterrupt, CuebookError):
        if report:
            print_note("The import was broken off: run it again to go on.")
        raise
    if as_json:
        print_json(report)
    else:
        _print_report(report)
    if dry_run:
        print_note("Nothing was changed: this was a dry run.")
    if problems := [_name(row) for row in report if row["action"] == "failed"]:
        print_error(f"not imported, for the reasons above: {', '.join(problems)}")
        raise typer.Exit(1)


def _print_report(report: Iterable[Mapping[str, Any]]) -> None:
    """Print a table, in which counts say enough, and the notes on each prompt."""
    rows = [
        {
            **row,
            "name": _name(row),
            "versions": len(row["versions"]),
            "pointers": [*row["pointers"]],
        }
        for row in report
    ]
    print_rows(rows, COLUMNS)
    for row in rows:
        losses = [f"no equivalent: {each}" for each in row["no_equivalent"]]
        for note in (*losses, *row["notes"]):
            print_text(f"{row['name']}: {note}")


def _explain() -> Iterator[str]:
    """Explain the command, one paragraph after the other."""
    yield (
        "Create the prompts of a file of `cuebook export`, or with --from those of another "
        "product, of its files or its API. It may be broken off and run again."
    )
    yield (
        "What is missing is written, and what is here stays: a version is created where its prompt "
        "has none with the same content. A pointer (live, or a tag) that is at another version "
        "stays there unless --move is given."
    )
    yield "The API is read with what these variables say, of which those in brackets are optional."
    for name, source in SOURCES.items():
        if source.variables:
            needed, others = source.variables[: source.needs], source.variables[source.needs :]
            yield f"{name}: {', '.join((*needed, *(f'[{each}]' for each in others)))}"
    yield (
        "The exit code is 1 if a prompt or a file has failed. One that is skipped, because it "
        "needs what has no equivalent, is no failure."
    )


def _open_output(file: Path) -> AbstractContextManager[TextIO]:
    return nullcontext(sys.stdout) if str(file) == "-" else replace_file(file)


def _open_export(paths: list[Path]) -> Iterable[Item]:
    """Open a file of `cuebook export`.

    Raises:
        ConfigurationError: There is not one file, or it is none of `cuebook export`.
    """
    if len(paths) != 1:
        raise ConfigurationError(
            f"name one file of `cuebook export`, or say what is read: --from {SOURCE_NAMES}"
        )
    (file,) = paths
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{file} is no text: {error}") from error
    return load_prompts(text, str(file))


def _open_source(name: str, paths: list[Path]) -> Iterable[Item]:
    """Open the files, or else the API.

    Raises:
        ConfigurationError: There is no such source, or are no files, or the environment does not
            name the API.
    """
    source = SOURCES.get(name)
    if source is None:
        raise ConfigurationError(f"--from has no source {name!r}: use {', '.join(SOURCES)}")
    if "-" in map(str, paths):
        raise ConfigurationError("- is for a file of `cuebook export`: with --from, name files")
    if paths:
        return source.read(list_files(paths, source.suffixes))
    if source.fetch is None:
        raise ConfigurationError(f"{name} has no API: name files or folders")
    missing = [each for each in source.variables[: source.needs] if not os.environ.get(each)]
    if missing:
        raise ConfigurationError(f"name files or folders, or set {', '.join(missing)} for the API")
    return source.fetch({key: value for key, value in os.environ.items() if value})


def _name(row: Mapping[str, Any]) -> str:
    return str(row["name"] or row["origin"])
