"""`make bootstrap`: create the first team of a deployment, and its admin key.

    python -m infra.bootstrap STACK [--team NAME] [--team-id ID] [--rotate] [--email ADDRESS]

It uses your own AWS credentials. The key is written once, to the standard output, and a summary to
the standard error. Run again, it changes nothing without --rotate. With --email it also invites an
admin of the organisation and of the team, unless that was done.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

import boto3

from infra.operator import OperatorError, choose_target, run_command, write_line
from infra.outputs import get_stack
from shared.domain import api_keys
from shared.domain.access import Grant, Role
from shared.domain.access_events import OPERATOR
from shared.domain.changes import Origin
from shared.domain.credentials import generate_api_key
from shared.domain.people import Membership, Person, parse_email
from shared.problems import InvalidRequest
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
        OperatorError: The team has been deleted.
        Unavailable: AWS is busy or cannot be reached.
    """
    store, now = Store(settings), datetime.now(UTC)
    team = store.teams.find_team(team_id)
    if team and team.deleted_at is not None:
        raise OperatorError(
            f"the team {team_id} was deleted; make restore-team STACK=… TEAM={team_id}"
        )
    if team and not rotate:
        return BootstrapResult(is_new_team=False)
    secret = generate_api_key()
    grant = Grant(name=f"{OPERATION} key", operation=OPERATION, team_ids=(team_id,))
    key_id = str(uuid5(UUID(team_id), OPERATION))
    before = store.api_keys.find_key(key_id) or store.api_keys.find_unlisted_key(key_id)
    if before is None:
        after = api_keys.create(secret, grant, by=None, now=now, key_id=key_id)
    else:
        after = api_keys.replace_secret(before, secret, overlap=timedelta(0), now=now)
    store.api_keys.commit(before, after, Origin(by=OPERATOR, now=now))
    if team is None:
        store.organisations.create_team(team_id=team_id, name=team_name, at=now)
    return BootstrapResult(
        is_new_team=team is None,
        secret=secret,
        previous_keys=len(before.secrets) if before else 0,
    )


def check_email(email: str) -> str:
    """Check an e-mail address.

    Raises:
        OperatorError: It is malformed.
    """
    try:
        return parse_email(email)
    except InvalidRequest as problem:
        raise OperatorError(f"EMAIL={email}: {problem.message}") from problem


def invite_admin(settings: Settings, *, team_id: str, email: str) -> bool:
    """Invite an admin of the organisation and of a team, unless the person is one already.

    An interrupted run can be repeated.

    Args:
        settings: The settings of the deployment.
        team_id: The id of the team.
        email: The address.

    Returns:
        Whether anything was changed.

    Raises:
        OperatorError: The stack has no user pool, or the address is malformed.
        Unavailable: AWS is busy or cannot be reached.
    """
    if not settings.user_pool_id:
        raise OperatorError("the stack has no user pool: run make deploy again, then this")
    store, origin, email = Store(settings), Origin(by=OPERATOR), check_email(email)
    try:
        person_id = store.sign_in.find_id(email)
        person = store.people.find_person(person_id) if person_id else None
        if person_id is None or person is None:
            person_id = store.sign_in.invite(email)
    except InvalidRequest as problem:
        raise OperatorError(f"EMAIL={email}: {problem.message}") from problem
    membership = Membership(
        team_id=team_id,
        person_id=person_id,
        email=email,
        role=Role.ADMIN,
        created_at=origin.now,
    )
    organisations = store.organisations
    if person is None:
        person = Person(
            id=person_id, email=email, is_organisation_admin=True, created_at=origin.now
        )
        organisations.add_person(person, origin, memberships=[membership])
        return True
    is_changed = False
    if not person.is_organisation_admin:
        organisations.set_organisation_role(person, origin, is_admin=True)
        is_changed = True
    member = organisations.find_member(team_id, person_id)
    if member is None:
        organisations.add_member(membership, origin)
    elif member.role != Role.ADMIN:
        organisations.set_role(member, Role.ADMIN, origin)
    return is_changed or member is None or member.role != Role.ADMIN


def format_result(
    stack: StackOutputs, team_id: str, team_name: str, result: BootstrapResult
) -> Iterator[str]:
    """Format the result of a run, in lines without the key."""
    yield f"API:       {stack.values.get('ApiUrl', 'unknown')}"
    yield f"console:   {stack.values.get('ConsoleUrl', 'unknown')}"
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
    parser.add_argument("--email", help="invite the first admin of the organisation")
    arguments = parser.parse_args()
    email = check_email(arguments.email) if arguments.email else None
    choose_target(arguments.stack)
    stack = get_stack(arguments.stack, boto3.client("cloudformation"))
    team_id = str(arguments.team_id or stack.team_id)
    result = bootstrap(
        stack.settings, team_id=team_id, team_name=arguments.team, rotate=arguments.rotate
    )
    for line in format_result(stack, team_id, arguments.team, result):
        write_line(line)
    if result.secret:  # first, because it is shown only once, whatever becomes of the invitation
        sys.stdout.write(f"{result.secret}\n")
        sys.stdout.flush()
    if email:
        is_changed = invite_admin(stack.settings, team_id=team_id, email=email)
        how = "invited" if is_changed else "is an admin already"
        write_line(f"admin:     {email} {how}")
    return 0


if __name__ == "__main__":
    sys.exit(run_command(main))
