"""The command that imports prompts: of a file of `cuebook export`, or of another product."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import ConfigurationError
from ..importers.files import list_files
from ..importers.plans import Importer
from ..importers.sources import SOURCES
from .arguments import Team
from .connection import get_connection
from .exchange import Importer as FileImporter
from .output import CONFLICT, AsJson, print_error, print_json, print_note, print_rows, print_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ..importers.imports import Item

SOURCE_NAMES = "|".join(SOURCES)
# What is no success, and the exit code of it.
EXIT_CODES = {"failed": 1, "conflict": CONFLICT}
COLUMNS = ("name", "slug", "action", "versions", "pointers")


def add_commands(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("import", help="\n\n".join(_explain()))(import_prompts)


def import_prompts(
    context: typer.Context,
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            allow_dash=True,
            help="Files and folders; with --from and without any, the API of the product is read.",
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
        bool,
        typer.Option("--move", help="With --from: move pointers that are at other versions here."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Import prompts."""
    if paths and "-" in map(str, paths) and source is not None:
        raise ConfigurationError("- is for a file of `cuebook export`: with --from, name files")
    connection = get_connection(context)
    if source is not None:
        items = _open_source(source, paths or [])
        team_id = connection.find_team(team)
        importer = Importer(connection.manage, team_id, is_dry_run=dry_run, is_moving=move)
        _report(importer.run(items), as_json=as_json, is_dry_run=dry_run)
    elif move or paths is None or len(paths) != 1:
        raise ConfigurationError(
            f"name one file of `cuebook export`, or say what is read: --from {SOURCE_NAMES}"
        )
    else:
        files = FileImporter(connection.manage, connection.find_team(team), is_dry_run=dry_run)
        _report(files.run(paths[0]), as_json=as_json, is_dry_run=dry_run)


def _report(rows: Iterable[Mapping[str, Any]], *, as_json: bool, is_dry_run: bool) -> None:
    """Say of each prompt what has become of it, while that happens and in the end.

    Raises:
        typer.Exit: Some were not imported.
    """
    report = []
    for row in rows:
        report.append(row)
        print_note(f"{_name(row)}: {row['action']}")
    if as_json:
        print_json(report)
    else:
        print_rows(map(_shorten, report), COLUMNS)
        for row in report:
            losses = [f"no equivalent: {each}" for each in row.get("no_equivalent", ())]
            for note in (*losses, *row["notes"]):
                print_text(f"{_name(row)}: {note}")
    if is_dry_run:
        print_note("Nothing was changed: this was a dry run.")
    problems = [row for row in report if row["action"] in EXIT_CODES]
    if problems:
        print_error(f"not imported, for the reasons above: {', '.join(map(_name, problems))}")
        raise typer.Exit(min(EXIT_CODES[row["action"]] for row in problems))


def _explain() -> Iterator[str]:
    """Explain the command, one paragraph after the other."""
    yield (
        "Create the prompts of a file of `cuebook export`, or with --from those of another "
        "product, of its files or its API. It may run again."
    )
    yield (
        "Of `cuebook export`, a prompt whose versions are the first ones of the file gets the "
        "others, and its pointers are moved to where they are in the file. One that has other "
        "versions, or more, is left alone, and the exit code is 3."
    )
    yield (
        "Of another product, a version is created only where its prompt has none with the same "
        "content. A pointer (live, or a tag) that is at another version stays there unless --move "
        "is given. The description and the keywords are written only with a new prompt."
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


def _open_source(name: str, paths: list[Path]) -> Iterator[Item]:
    """Open the files, or else the API.

    Raises:
        ConfigurationError: There is no such source, or are no files, or the environment does not
            name the API.
    """
    source = SOURCES.get(name)
    if source is None:
        raise ConfigurationError(f"--from has no source {name!r}: use {', '.join(SOURCES)}")
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


def _shorten(row: Mapping[str, Any]) -> dict[str, Any]:
    """Make the row of a table for people, in which a count says enough."""
    return {
        **row,
        "name": _name(row),
        "versions": len(row["versions"]),
        "pointers": [*row.get("pointers", ())],
    }
