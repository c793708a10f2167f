"""`make upgrade`: rewrite what an earlier release stored and this one needs in another form.

    python -m infra.upgrade STACK

It uses your own AWS credentials, beside traffic, and can be run again: every step finds what it has
not rewritten yet, and writes on the condition that nobody else has.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

import boto3

from infra.operator import choose_target, run_command, write_line
from infra.outputs import get_stack
from shared.problems import Unreadable
from shared.store import keys
from shared.store.api_keys import complete_key_list
from shared.store.directory import complete_directory
from shared.store.dynamodb import Database
from shared.store.teams import complete_organisation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from shared.settings import Settings

    Step = Callable[[Database, str], int]


# For each team, in this order.
STEPS: tuple[Step, ...] = (complete_organisation, complete_key_list, complete_directory)


def upgrade(settings: Settings) -> Iterator[tuple[str, int | Unreadable]]:
    """Upgrade all teams of a deployment.

    Yields:
        The id of each team, and how many of its items were written, or the first of its items
        that cannot be read and was left as it is.

    Raises:
        Unavailable: AWS is busy or cannot be reached.
    """
    database = Database(settings.tables)
    for team in database.scan("access", entity="team"):
        team_id = team["pk"]["S"].removeprefix(keys.build_team("")["pk"])
        try:
            yield team_id, sum(step(database, team_id) for step in STEPS)
        except Unreadable as problem:
            yield team_id, problem


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m infra.upgrade", description=__doc__)
    parser.add_argument("stack", help="name of the stack, such as cuebook-prod")
    arguments = parser.parse_args()
    choose_target(arguments.stack)
    stack = get_stack(arguments.stack, boto3.client("cloudformation"))
    total = exit_code = 0
    for team_id, result in upgrade(stack.settings):
        if isinstance(result, Unreadable):
            write_line(f"team {team_id}: {result.message}")
            exit_code = 1
        else:
            write_line(f"team {team_id}: {result:,} items written")
            total += result
    write_line(f"{total:,} items written" if total else "nothing was left to rewrite")
    return exit_code


if __name__ == "__main__":
    sys.exit(run_command(main))
