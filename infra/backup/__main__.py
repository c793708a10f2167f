"""The commands behind `make export-team`, `make import-team` and `make restore-tables`."""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3

from infra.backup.archive import Archive
from infra.backup.restore import restore_tables
from infra.backup.team import Team
from infra.backup.transfer import export_team, import_team
from infra.operator import choose_target, run_command, write_line
from infra.outputs import get_stack
from infra.teams import find_team_id

if TYPE_CHECKING:
    from infra.outputs import StackOutputs
    from shared.settings import Settings

PROGRESS_SECONDS = 5.0  # minimum time between lines of progress


class Progress:
    """Writes lines of progress to the standard error, at a limited rate."""

    def __init__(self) -> None:
        self._last = 0.0

    def __call__(self, text: str) -> None:
        """Write a line, unless the previous one was written less than `PROGRESS_SECONDS` ago."""
        if time.monotonic() - self._last > PROGRESS_SECONDS:
            self._last = time.monotonic()
            write_line(text)


def run_export(stack: StackOutputs, arguments: argparse.Namespace) -> int:
    """Run `export`; returns the exit code."""
    settings = stack.settings
    if arguments.tables:
        settings = replace_tables(settings, arguments.tables)
    team_id = find_team_id(settings, arguments.team) if arguments.team else stack.team_id
    team = Team(settings, team_id)
    counts = export_team(team, arguments.file, Progress())
    summary = ", ".join(f"{count:,} {kind}s" for kind, count in counts.items())
    write_line(f"{arguments.file} has {summary} of the team {team.id}")
    for name in team.left_out:
        write_line(f"left out: {name}, an API key that cannot be read")
    return 0


def run_import(stack: StackOutputs, arguments: argparse.Namespace) -> int:
    """Run `import`; returns the exit code, which is 1 if something differs from the file."""
    archive = Archive.open(arguments.file)
    team = Team(stack.settings, archive.team_id)
    result = import_team(archive, team, Progress(), with_keys=arguments.keys)
    previous = len(archive.blocks) - result.new
    write_line(f"{result.new:,} prompts are new, {previous:,} existed already")
    if result.others:
        write_line(f"{result.others:,} prompts of the team are not in the file")
    for name in result.keys:
        write_line(f"works again: the API key {name}")
    for name in result.missing_keys:
        write_line(f"left out: the API key {name}; KEYS=1 makes it work again")
    for reason in result.differences:
        write_line(f"different: {reason}")
    if not result.differences:
        summary = ", ".join(f"{count:,} {kind}" for kind, count in archive.totals.items())
        write_line(f"compared with the file, item by item: {summary}, all equal")
    return int(bool(result.differences))


def run_restore(stack: StackOutputs, arguments: argparse.Namespace) -> int:
    """Run `restore`; returns the exit code."""
    restore_tables(stack.settings, arguments.at, arguments.tables, Progress())
    names = ", ".join(arguments.tables + name for name in stack.settings.tables)
    write_line(f"restored as {names}")
    return 0


def replace_tables(settings: Settings, prefix: str) -> Settings:
    """Replace the tables of a deployment by restored ones, whose names have a prefix."""
    names: dict[str, Any] = {f"{name}_table": prefix + name for name in settings.tables}
    return replace(settings, **names)


def parse_moment(text: str) -> datetime:
    """Parse a time in the format of ISO 8601, by default in UTC.

    Raises:
        argparse.ArgumentTypeError: The text is not such a time.
    """
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a time; write it as 2026-01-31T14:05Z"
        ) from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def parse_arguments() -> argparse.Namespace:
    """Parse the command line; the result's `run` is the function of the command."""
    parser = argparse.ArgumentParser(prog="python -m infra.backup", description=__doc__)
    commands = parser.add_subparsers(required=True)
    for name, run in (("export", run_export), ("import", run_import), ("restore", run_restore)):
        command = commands.add_parser(name)
        command.set_defaults(run=run)
        command.add_argument("stack", help="name of the stack, such as cuebook-prod")
        if run is not run_restore:
            command.add_argument("file", type=Path)
        if run is run_import:
            command.add_argument(
                "--keys", action="store_true", help="also write API keys, even revoked ones"
            )
        if run is run_export:
            command.add_argument(
                "--team", help="the team, by its id or name; by default the stack's first team"
            )
        if run is run_restore:
            command.add_argument(
                "--at", type=parse_moment, required=True, help="such as 2026-01-31T14:05Z"
            )
        if run is not run_import:
            command.add_argument(
                "--tables", required=run is run_restore, help="prefix of restored tables"
            )
    return parser.parse_args()


def main() -> int:
    """Run a command."""
    arguments = parse_arguments()
    choose_target(arguments.stack)
    stack = get_stack(arguments.stack, boto3.client("cloudformation"))
    code: int = arguments.run(stack, arguments)
    return code


if __name__ == "__main__":
    sys.exit(run_command(main))
