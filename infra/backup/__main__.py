"""The commands behind `make export-team`, `make import-team` and `make restore-tables`."""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.backup import CannotBackUp
from infra.backup.archive import Archive
from infra.backup.restore import restore
from infra.backup.team import Team
from infra.backup.transfer import export, load
from infra.deployed import NotDeployed, Stack
from shared.errors import Unavailable

if TYPE_CHECKING:
    from shared.settings import Settings

TOLD_SECONDS = 5.0  # between two lines of progress


class Progress:
    """Lines on the standard error, not too many."""

    def __init__(self) -> None:
        self._told = 0.0

    def __call__(self, text: str) -> None:
        if time.monotonic() - self._told > TOLD_SECONDS:
            self._told = time.monotonic()
            say(text)


def say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def run_export(stack: Stack, arguments: argparse.Namespace) -> int:
    settings = stack.settings
    if arguments.tables:
        settings = with_tables(settings, arguments.tables)
    team = Team(settings, arguments.team or stack.team_id)
    counts = export(team, arguments.file, Progress())
    held = ", ".join(f"{count:,} {kind}s" for kind, count in counts.items())
    say(f"{arguments.file} holds {held} of the team {team.id}")
    return 0


def run_import(stack: Stack, arguments: argparse.Namespace) -> int:
    archive = Archive.open(arguments.file)
    done = load(archive, Team(stack.settings, archive.team_id), Progress())
    say(f"{done.new:,} prompts are new, {len(archive.blocks) - done.new:,} were there before")
    if done.others:
        say(f"{done.others:,} prompts of the team are not in the file")
    for reason in done.different:
        say(f"different: {reason}")
    if not done.different:
        held = ", ".join(f"{count:,} {kind}" for kind, count in archive.totals.items())
        say(f"compared with the file, item by item: {held}, all equal")
    return int(bool(done.different))


def run_restore(stack: Stack, arguments: argparse.Namespace) -> int:
    restore(stack.settings, arguments.at, arguments.tables, Progress())
    say(f"restored as {', '.join(arguments.tables + name for name in stack.settings.tables)}")
    return 0


def with_tables(settings: Settings, prefix: str) -> Settings:
    """The settings of a deployment, with restored tables instead of those in use."""
    names: dict[str, Any] = {f"{name}_table": prefix + name for name in settings.tables}
    return replace(settings, **names)


def moment(text: str) -> datetime:
    """Raises ValueError."""
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.backup", description=__doc__)
    commands = parser.add_subparsers(required=True)
    for name, run in (("export", run_export), ("import", run_import), ("restore", run_restore)):
        command = commands.add_parser(name)
        command.set_defaults(run=run)
        command.add_argument("stack", help="its name, such as cuebook-prod")
        if run is not run_restore:
            command.add_argument("file", type=Path)
        if run is run_export:
            command.add_argument("--team", help="its id; the stack's first team without one")
        if run is run_restore:
            command.add_argument(
                "--at", type=moment, required=True, help="such as 2026-01-31T14:05Z"
            )
        if run is not run_import:
            command.add_argument(
                "--tables", required=run is run_restore, help="prefix of restored tables"
            )
    return parser.parse_args()


def main() -> int:
    arguments = parsed()
    try:
        code: int = arguments.run(Stack.read(arguments.stack), arguments)
        return code
    except (CannotBackUp, NotDeployed, OSError) as reason:
        say(str(reason))
    except (BotoCoreError, ClientError, Unavailable) as error:
        say(f"AWS refused: {error.__cause__ or error}")
    except KeyboardInterrupt:
        say("interrupted; run again, it goes on from here")
    return 1


if __name__ == "__main__":
    sys.exit(main())
