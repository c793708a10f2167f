"""`make bootstrap`: the first team of a deployment, and its admin key.

    python -m infra.bootstrap STACK [--team NAME] [--team-id ID] [--rotate]

With the caller's own AWS credentials. The key goes to the standard output, this once, and what was
done to the standard error; run again it changes nothing, unless it is asked for another key.
"""

from __future__ import annotations

import argparse
import secrets
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from botocore.exceptions import BotoCoreError, ClientError

from infra.deployed import NotDeployed, Stack
from shared.errors import Unavailable
from shared.store import aws
from shared.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.settings import Settings

OPERATION = "admin"


@dataclass(frozen=True, slots=True)
class Done:
    """Args:
    secret: of the key that was made, if one was.
    replaced: how many keys it replaces.
    """

    new_team: bool
    secret: str | None
    replaced: int = 0


def bootstrap(settings: Settings, *, team_id: str, team: str, rotate: bool) -> Done:
    """See to it that the team and its admin key are there. Raises Unavailable.

    The team is written last: until it is there, nobody can have been shown a key, so that a run
    which was interrupted is simply made again.
    """
    store, now = Store(settings), datetime.now(UTC)
    known = store.team(team_id)
    if known and not rotate:
        return Done(new_team=False, secret=None)
    key_id = str(uuid5(UUID(team_id), OPERATION))
    earlier = [*keys(settings.access_table, key_id)]
    secret = f"ak_{secrets.token_hex(32)}"
    store.add_key(
        secret=secret,
        key_id=key_id,
        team_id=team_id,
        name=f"{OPERATION} key",
        operation=OPERATION,
        at=now,
    )
    for hashed in earlier:
        aws.dynamodb().delete_item(
            TableName=settings.access_table, Key={"pk": {"S": hashed}, "sk": {"S": "key"}}
        )
    if known is None:
        store.add_team(team_id=team_id, name=team, at=now)
    return Done(new_team=known is None, secret=secret, replaced=len(earlier))


def keys(table: str, key_id: str) -> Iterator[str]:
    """The hashed secrets of one key; a scan, for the API itself only ever looks up by secret."""
    pages = (
        aws.dynamodb()
        .get_paginator("scan")
        .paginate(
            TableName=table,
            ConsistentRead=True,
            FilterExpression="entity = :key AND id = :id",
            ExpressionAttributeValues={":key": {"S": "key"}, ":id": {"S": key_id}},
            ProjectionExpression="pk",
        )
    )
    return (item["pk"]["S"] for page in pages for item in page["Items"])


def report(stack: Stack, team_id: str, team: str, done: Done) -> Iterator[str]:
    yield f"API:       {stack.outputs.get('ApiUrl', 'unknown')}"
    if done.new_team:
        yield f"team:      {team_id}, {team!r}: made"
    else:
        yield f"team:      {team_id}: was there already"
    if done.secret is None:
        yield "admin key: left as it is; ROTATE=1 replaces it"
    elif done.replaced:
        yield "admin key: replaced; the earlier one works for half a minute more"
    else:
        yield "admin key: made; it is shown this once"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m infra.bootstrap", description=__doc__)
    parser.add_argument("stack", help="its name, such as cuebook-dev")
    parser.add_argument("--team", default="First team", help="the team's name")
    parser.add_argument(
        "--team-id", type=UUID, help="another team than the first, such as an imported one"
    )
    parser.add_argument("--rotate", action="store_true", help="replace the admin key")
    arguments = parser.parse_args()
    try:
        stack = Stack.read(arguments.stack)
        team_id = str(arguments.team_id or stack.team_id)
        done = bootstrap(
            stack.settings, team_id=team_id, team=arguments.team, rotate=arguments.rotate
        )
    except NotDeployed as reason:
        sys.stderr.write(f"{reason}\n")
        return 1
    except (BotoCoreError, ClientError, Unavailable) as error:
        sys.stderr.write(f"AWS refused: {error.__cause__ or error}\n")
        return 1
    for line in report(stack, team_id, arguments.team, done):
        sys.stderr.write(f"{line}\n")
    if done.secret:
        sys.stdout.write(f"{done.secret}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
