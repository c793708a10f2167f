"""`make bootstrap`: create the first team of a deployment, and its admin key.

    python -m infra.bootstrap STACK [--team NAME] [--team-id ID] [--rotate]

It uses your own AWS credentials. The key is written once, to the standard output, and a summary to
the standard error. Run again, it changes nothing without --rotate.
"""

from __future__ import annotations

import argparse
import secrets
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

import boto3

from infra.operator import choose_target, run_command, write_line
from infra.outputs import get_stack
from shared.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.outputs import StackOutputs
    from shared.settings import Settings

OPERATION = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class BootstrapResult:
    """The changes of a run.

    Attributes:
        is_new_team: Whether the team was created.
        secret: The secret of the new key; None if no key was created.
        previous_keys: How many keys the new one replaces.
    """

    is_new_team: bool
    secret: str | None = None
    previous_keys: int = 0


def bootstrap(settings: Settings, *, team_id: str, team_name: str, rotate: bool) -> BootstrapResult:
    """Create the team and its admin key, unless they exist.

    The team is written last. As long as it does not exist, no key was shown, so that an interrupted
    run can be repeated.

    Args:
        settings: The settings of the deployment.
        team_id: The id of the team.
        team_name: The name of the team if it does not exist.
        rotate: Whether to replace the key of an existing team.

    Raises:
        Unavailable: AWS is busy or cannot be reached.
    """
    store, now = Store(settings), datetime.now(UTC)
    team = store.callers.find_team(team_id)
    if team and not rotate:
        return BootstrapResult(is_new_team=False)
    key_id = str(uuid5(UUID(team_id), OPERATION))
    previous_keys = [*store.callers.list_hashes(key_id)]
    secret = f"ak_{secrets.token_hex(32)}"
    store.callers.add_key(
        secret=secret,
        key_id=key_id,
        team_id=team_id,
        name=f"{OPERATION} key",
        operation=OPERATION,
        at=now,
    )
    for key_hash in previous_keys:
        store.callers.delete_key(key_hash)
    if team is None:
        store.callers.add_team(team_id=team_id, name=team_name, at=now)
    return BootstrapResult(
        is_new_team=team is None, secret=secret, previous_keys=len(previous_keys)
    )


def format_result(
    stack: StackOutputs, team_id: str, team_name: str, result: BootstrapResult
) -> Iterator[str]:
    """Format the result of a run, in lines without the key."""
    yield f"API:       {stack.values.get('ApiUrl', 'unknown')}"
    if result.is_new_team:
        yield f"team:      {team_id}, {team_name!r}: created"
    else:
        yield f"team:      {team_id}: exists already"
    if result.secret is None:
        yield "admin key: not changed; replace it with ROTATE=1"
    elif result.previous_keys:
        yield "admin key: replaced; the previous one works for another half minute"
    else:
        yield "admin key: created; store it, because it is shown only once"


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m infra.bootstrap", description=__doc__)
    parser.add_argument("stack", help="name of the stack, such as cuebook-dev")
    parser.add_argument("--team", default="First team", help="name of the team")
    parser.add_argument(
        "--team-id", type=UUID, help="id of another team than the first, such as an imported one"
    )
    parser.add_argument("--rotate", action="store_true", help="replace the admin key")
    arguments = parser.parse_args()
    choose_target(arguments.stack)
    stack = get_stack(arguments.stack, boto3.client("cloudformation"))
    team_id = str(arguments.team_id or stack.team_id)
    result = bootstrap(
        stack.settings, team_id=team_id, team_name=arguments.team, rotate=arguments.rotate
    )
    for line in format_result(stack, team_id, arguments.team, result):
        write_line(line)
    if result.secret:
        sys.stdout.write(f"{result.secret}\n")
    return 0


if __name__ == "__main__":
    sys.exit(run_command(main))
