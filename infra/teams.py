"""`make restore-team`: bring a deleted team back.

    python -m infra.teams restore STACK --team ID [--name NAME]

It uses your own AWS credentials. The team has its prompts and its history again. Its members and
its API keys are gone: invite people into it, or add them, and make keys.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING
from uuid import UUID

import boto3

from infra.operator import OperatorError, choose_target, run_command, write_line
from infra.outputs import get_stack
from shared.domain.access_events import OPERATOR
from shared.domain.changes import Origin
from shared.domain.checks import check_name
from shared.ids import is_id
from shared.problems import InvalidRequest
from shared.store.store import Store
from shared.store.transactions import LostRaceError

if TYPE_CHECKING:
    from shared.settings import Settings


def find_team_id(settings: Settings, text: str) -> str:
    """Find the id of a team by its id, which may be that of a deleted team, or by its name.

    Raises:
        OperatorError: No team has the name.
        Unavailable: AWS is busy or cannot be reached.
    """
    if is_id(text):
        return text
    store, annotations = Store(settings), dict[str, str | int]()
    teams = store.organisations.list_teams(store.teams.list_ids(), annotations)
    for team in teams:
        if team.name.casefold() == text.casefold():
            return team.id
    names = ", ".join(repr(team.name) for team in teams) or "none"
    raise OperatorError(f"there is no team {text!r}; the teams are: {names}")


def restore_team(settings: Settings, team_id: str, name: str | None = None) -> str:
    """Bring a deleted team back.

    Args:
        settings: The settings of the deployment.
        team_id: The id of the team.
        name: Another name; None for the one that it had.

    Returns:
        Its name.

    Raises:
        OperatorError: There is no such team, it is not deleted, or another team has its name.
        Unavailable: AWS is busy or cannot be reached.
    """
    store = Store(settings)
    while True:
        team = store.teams.find_team(team_id)
        if team is None:
            raise OperatorError(
                f"there is no team {team_id}; the audit log has ids of deleted ones"
            )
        if team.deleted_at is None:
            raise OperatorError(f"the team {team.name!r} is not deleted")
        try:
            new_name = team.name if name is None else check_name(name.strip(), "name")
        except InvalidRequest as problem:
            raise OperatorError(problem.message) from problem
        organisation = store.organisations.get_organisation()
        others = store.organisations.list_teams(organisation.team_ids, {})
        if not new_name or new_name.casefold() in {other.name.casefold() for other in others}:
            raise OperatorError(f"another team is called {new_name!r}; give this one a NAME=")
        try:
            store.organisations.restore_team(organisation, team, Origin(by=OPERATOR), name=new_name)
        except LostRaceError:
            continue  # somebody has just changed the team or the organisation
        return new_name


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m infra.teams", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    restoration = commands.add_parser("restore", help="bring a deleted team back")
    restoration.add_argument("stack", help="name of the stack, such as cuebook-dev")
    restoration.add_argument("--team", type=UUID, required=True, help="id of the team")
    restoration.add_argument("--name", help="another name than it had")
    arguments = parser.parse_args()
    choose_target(arguments.stack)
    stack = get_stack(arguments.stack, boto3.client("cloudformation"))
    name = restore_team(stack.settings, str(arguments.team), arguments.name)
    write_line(f"the team {name!r} is back, without members and keys")
    return 0


if __name__ == "__main__":
    sys.exit(run_command(main))
