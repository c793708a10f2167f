"""`make key`, `make keys`, `make revoke`: API keys, for operators without a session.

    python -m infra.keys make STACK --name NAME [--team TEAM …] [--operation OPERATION] …
    python -m infra.keys list STACK [--team TEAM]
    python -m infra.keys revoke STACK --id ID

A team is named by its id or its name.

They use your own AWS credentials. The secret of a new key is written once, to the standard output,
and everything else to the standard error; the list is on the standard output.
"""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import boto3

from infra.operator import OperatorError, choose_target, run_command, write_line
from infra.outputs import get_stack
from infra.teams import find_team_id
from shared.domain import api_keys
from shared.domain.access import DEFAULT_OPERATION, OPERATIONS, Grant
from shared.domain.access_events import OPERATOR
from shared.domain.changes import Origin
from shared.domain.credentials import generate_api_key
from shared.problems import InvalidRequest, PromptNotFound
from shared.store.store import Store
from shared.store.team import UNREADABLE
from shared.store.transactions import LostRaceError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from shared.domain.access import ApiKey
    from shared.settings import Settings


def make_key(settings: Settings, grant: Grant) -> tuple[str, ApiKey]:
    """Make an API key.

    Returns:
        The secret and the key.

    Raises:
        OperatorError: A team does not exist, or the key cannot have these fields.
        Unavailable: AWS is busy or cannot be reached.
    """
    store = Store(settings)
    for team_id in grant.team_ids:
        team = store.teams.find_team(team_id)
        if team is None:
            raise OperatorError(
                f"there is no team {team_id}; make bootstrap STACK=… TEAM_ID={team_id} makes it"
            )
        if team.deleted_at is not None:
            raise OperatorError(
                f"the team {team_id} was deleted; make restore-team STACK=… TEAM={team_id}"
            )
    secret = generate_api_key()
    try:
        key = api_keys.create(secret, grant, by=None, now=datetime.now(UTC))
    except InvalidRequest as problem:
        raise OperatorError(problem.message) from problem
    store.api_keys.commit(None, key, Origin(by=OPERATOR))
    return secret, key


def find_prompts(
    settings: Settings, team_ids: Sequence[str], names: Sequence[str]
) -> frozenset[str]:
    """Find the ids of prompts by their ids or slugs.

    Raises:
        OperatorError: The teams have no such prompt.
    """
    prompt_ids = set()
    for name in names:
        try:
            prompt_ids |= {*Store(settings).find_prompts(team_ids, [name])}
        except PromptNotFound as problem:
            raise OperatorError(
                f"there is no prompt {name} in the key's teams; check its slug"
            ) from problem
    return frozenset(prompt_ids)


def list_keys(settings: Settings, team_id: str | None = None) -> Iterator[ApiKey]:
    """List the API keys, newest first; one that cannot be read is left out and named.

    Args:
        settings: The settings of the deployment.
        team_id: Only keys of this team, and those of all teams.
    """
    annotations = dict[str, str | int]()
    for key in Store(settings).api_keys.list_keys(annotations):
        if not (team_id and key.grant.team_ids) or team_id in key.grant.team_ids:
            yield key
    if UNREADABLE in annotations:
        write_line(f"left out, because they cannot be read: {annotations[UNREADABLE]}")


def revoke_key(settings: Settings, key_id: str) -> ApiKey:
    """Revoke an API key, also one of an earlier release that no list has.

    Raises:
        OperatorError: There is no such key.
        Unavailable: AWS is busy or cannot be reached.
    """
    store = Store(settings)
    while True:
        key = store.api_keys.find_key(key_id) or store.api_keys.find_unlisted_key(key_id)
        if key is None:
            raise OperatorError(f"there is no key {key_id}; make keys STACK=… lists them")
        try:
            store.api_keys.commit(key, None, Origin(by=OPERATOR))
        except LostRaceError:
            continue  # somebody has just changed it
        return key


def format_key(key: ApiKey, *, last_use: str | None = None, slugs: Sequence[str] = ()) -> str:
    """Format an API key as a line, without its secret.

    Args:
        key: The key.
        last_use: The day on which it was last used, if it was.
        slugs: The slugs of its prompts, if it has only some.
    """
    grant = key.grant
    author = f" by {key.created_by.name}" if key.created_by else ""
    parts = [
        key.id,
        f"{grant.name!r}",
        f"{key.prefix}…" if key.prefix else "",
        grant.operation,
        f"teams {', '.join(grant.team_ids)}" if grant.team_ids else "all teams",
        f"prompts {', '.join(slugs) or len(grant.prompt_ids)} only"
        if grant.prompt_ids is not None
        else "",
        f"pointers {', '.join(sorted(grant.pointers))} only" if grant.pointers else "",
        f"quota {grant.quota:,} a minute" if grant.quota is not None else "",
        f"made {key.created_at:%Y-%m-%d}{author}",
        f"until {grant.expires_at:%Y-%m-%dT%H:%MZ}" if grant.expires_at else "",
        f"last used {last_use}" if last_use else "",
    ]
    return "  ".join(filter(None, parts))


def format_keys(settings: Settings, keys: Sequence[ApiKey]) -> Iterator[str]:
    """Format API keys as lines, with the day of their last use and the slugs of their prompts."""
    store = Store(settings)
    uses = store.api_keys.find_last_uses(key.id for key in keys)
    for key in keys:
        prompts = (store.find_prompt(id) for id in sorted(key.grant.prompt_ids or ()))
        slugs = [prompt.slug for prompt in prompts if prompt and not prompt.is_deleted]
        yield format_key(key, last_use=uses.get(key.id), slugs=slugs)


def _split(text: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


def _run_make(arguments: argparse.Namespace, settings: Settings, first_team_id: str) -> None:
    team_ids = tuple(find_team_id(settings, team) for team in _split(arguments.team))
    team_ids = team_ids or (first_team_id,)
    now = datetime.now(UTC)
    pointers = _split(arguments.pointers)
    prompts = _split(arguments.prompts)
    secret, key = make_key(
        settings,
        Grant(
            name=arguments.name,
            operation=arguments.operation,
            team_ids=team_ids,
            prompt_ids=find_prompts(settings, team_ids, prompts) if prompts else None,
            pointers=frozenset(pointers) or None,
            quota=arguments.quota,
            expires_at=now + timedelta(days=arguments.days) if arguments.days else None,
        ),
    )
    write_line(format_key(key))
    write_line(f"beside it, Langfuse's clients send the public key {key.public_key}")
    write_line("store the key, because it is shown only once")
    sys.stdout.write(f"{secret}\n")


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m infra.keys", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    make = commands.add_parser("make", help="make an API key")
    make.add_argument("stack", help="name of the stack, such as cuebook-dev")
    make.add_argument("--name", required=True, help="what the key is for")
    make.add_argument("--team", help="its teams, separated by commas; else the first team")
    make.add_argument("--operation", default=DEFAULT_OPERATION, choices=list(OPERATIONS))
    make.add_argument("--prompts", help="slugs or ids of the only prompts that it reaches")
    make.add_argument("--pointers", help="the only tags, or live, that it reads or moves")
    make.add_argument("--quota", type=int, help="requests per minute")
    make.add_argument("--days", type=int, help="how many days it works")
    listing = commands.add_parser("list", help="list the API keys, newest first")
    listing.add_argument("stack", help="name of the stack, such as cuebook-dev")
    listing.add_argument("--team", help="only the keys of a team")
    revocation = commands.add_parser("revoke", help="revoke an API key")
    revocation.add_argument("stack", help="name of the stack, such as cuebook-dev")
    revocation.add_argument("--id", type=UUID, required=True, help="id of the key, from the list")
    arguments = parser.parse_args()
    choose_target(arguments.stack)
    stack = get_stack(arguments.stack, boto3.client("cloudformation"))
    if arguments.command == "make":
        _run_make(arguments, stack.settings, stack.team_id)
    elif arguments.command == "list":
        team_id = find_team_id(stack.settings, arguments.team) if arguments.team else None
        for line in format_keys(stack.settings, [*list_keys(stack.settings, team_id)]):
            sys.stdout.write(line + "\n")
    else:
        key = revoke_key(stack.settings, str(arguments.id))
        write_line(f"revoked: {format_key(key)}; processes that know it stop within half a minute")
    return 0


if __name__ == "__main__":
    sys.exit(run_command(main))
