"""A deployment's first team and admin: made once, and the key replaced only on demand."""

from __future__ import annotations

import re
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from infra.bootstrap import BootstrapResult, bootstrap, format_result, invite_admin
from infra.operator import OperatorError
from infra.outputs import StackError, StackOutputs, build_variable_name
from shared.domain import credentials
from shared.domain.access import OPERATIONS
from shared.settings import get_settings
from shared.store import aws
from shared.store.organisation import Organisations
from shared.store.store import Store
from tests.aws_calls import handle_event

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.domain.people import Membership, Person
    from shared.routes import Permission
    from tests.client import Registry
    from tests.memory import Memory

EMAIL = "ada@example.com"

OUTPUTS = {
    "ApiUrl": "https://api.example/dev/",
    "ConsoleUrl": "https://api.example/dev/console",
    "ContentBucket": "content",
    **{f"{name}Table": name.lower() for name in ("Prompts", "Versions", "Payloads", "Lookups")},
    "AccessTable": "access",
    "HistoryTable": "history",
}


OURS = StackOutputs(stack_id="arn", values=OUTPUTS)


def run(team_id: str, *, rotate: bool = False) -> BootstrapResult:
    return bootstrap(get_settings(), team_id=team_id, team_name="Us", rotate=rotate)


def list_permissions(secret: str, team_id: str) -> frozenset[Permission]:
    """What a key may do, for a process that remembers nothing."""
    principal = Store(get_settings()).api_keys.find_principal(secret)
    return principal.permissions[team_id] if principal else frozenset()


def test_first_run_makes_a_team_and_a_key_that_may_do_everything(registry: Registry) -> None:
    team_id = str(uuid4())

    result = run(team_id)

    assert (result.is_new_team, result.previous_keys) == (True, 0)
    assert result.secret is not None
    assert re.fullmatch("ak_[0-9a-f]{64}", result.secret)
    assert list_permissions(result.secret, team_id) == OPERATIONS["admin"]
    team = registry.store.teams.find_team(team_id)
    assert team is not None
    assert team.name == "Us"


def test_second_run_changes_nothing(registry: Registry) -> None:
    team_id = str(uuid4())
    first = run(team_id)

    second = run(team_id)

    assert second == BootstrapResult(is_new_team=False)
    assert first.secret is not None
    assert list_permissions(first.secret, team_id)


def test_rotation_replaces_the_key_and_no_other(registry: Registry) -> None:
    team_id = str(uuid4())
    first, other = run(team_id), registry.create_client(team_id, "all")

    second = run(team_id, rotate=True)

    assert (second.is_new_team, second.previous_keys) == (False, 1)
    assert first.secret is not None
    assert second.secret is not None
    assert other.key is not None
    assert not list_permissions(first.secret, team_id)
    assert list_permissions(second.secret, team_id)
    assert list_permissions(other.key, team_id)


def test_a_run_that_was_interrupted_leaves_no_key_behind(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    team_id = str(uuid4())
    secrets: list[str] = []
    generate = credentials.generate_api_key

    def note() -> str:
        secrets.append(generate())
        return secrets[-1]

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("infra.bootstrap.generate_api_key", note)
        patch.setattr(Organisations, "create_team", stop)
        with pytest.raises(KeyboardInterrupt):
            run(team_id)

    result = run(team_id)

    assert (result.is_new_team, result.previous_keys) == (True, 1)
    assert not list_permissions(secrets[0], team_id)


def invite(team_id: str) -> bool:
    return invite_admin(get_settings(), team_id=team_id, email=" Ada@Example.COM ")


def get_admin(team_id: str) -> tuple[Person | None, Membership | None, int]:
    """The admin, the membership in the team, and how many people there are of this address."""
    store = Store(get_settings())
    person_id = store.sign_in.find_id(EMAIL)
    people = [each for each in store.people.list_people({}) if each.email == EMAIL]
    if person_id is None:
        return None, None, len(people)
    member = store.organisations.find_member(team_id, person_id)
    return store.people.find_person(person_id), member, len(people)


def is_complete(team_id: str) -> bool:
    person, member, count = get_admin(team_id)
    return (
        count == 1
        and person is not None
        and person.is_organisation_admin
        and member is not None
        and member.role == "admin"
    )


@pytest.mark.usefixtures("registry")
def test_the_first_admin_is_invited_once() -> None:
    team_id = str(uuid4())
    run(team_id)

    assert invite(team_id)
    state = get_admin(team_id)
    assert is_complete(team_id)
    assert not invite(team_id)
    assert get_admin(team_id) == state


def test_whoever_is_invited_signs_in_with_the_first_password(registry: Registry) -> None:
    team_id = str(uuid4())
    run(team_id)
    invite(team_id)
    user = {"UserPoolId": get_settings().user_pool_id, "Username": EMAIL}
    aws.get_cognito().admin_set_user_password(**user, Password="First-horse-7", Permanent=False)

    first = registry.nobody("POST", "/v1/auth/login", {"email": EMAIL, "password": "First-horse-7"})
    token = first.json["details"][0]["challenge_token"]
    body = {"challenge_token": token, "new_password": "Second-horse-7"}
    signed_in = registry.nobody("POST", "/v1/auth/login/challenge", body)

    assert (first.status, first.json["code"]) == (403, "new_password_required")
    session = replace(registry.nobody, key=signed_in.json["token"], team_id=team_id)
    assert session("GET", f"/v1/teams/{team_id}/members").json["total"] == 1
    assert session("GET", "/v1/me/orgs").json["organizations"][0]["role"] == "ADMIN"
    # Run again, nobody is asked for a first password anew.
    assert not invite(team_id)
    assert session("GET", "/v1/me/orgs").status == 200


def test_a_member_becomes_an_admin(registry: Registry) -> None:
    person = registry.create_person(role="viewer", email=EMAIL, password="First-horse-7")

    assert invite(registry.team_id)
    assert is_complete(registry.team_id)
    assert person("GET", "/v1/me/orgs").status == 200


def test_an_invitation_that_is_interrupted_anywhere_can_be_repeated(
    registry: Registry, memory: Memory
) -> None:
    team_id = str(uuid4())
    run(team_id)
    saved = memory.save()
    for number in count():
        memory.restore(saved)
        with interrupt_call(number) as calls, suppress(KeyboardInterrupt):
            invite(team_id)
        if len(calls) <= number:
            break

        assert invite(team_id), number
        assert is_complete(team_id), number
        assert not invite(team_id), number
    assert number >= 3  # calls of AWS


@contextmanager
def interrupt_call(number: int) -> Iterator[list[str]]:
    """Interrupt the command at its call of AWS of this number; the value has the calls so far."""
    calls: list[str] = []

    def interrupt(model: Any, **_: object) -> None:
        calls.append(model.name)
        if len(calls) == number + 1:
            raise KeyboardInterrupt

    with handle_event("before-call", interrupt, aws.get_dynamodb(), aws.get_cognito()):
        yield calls


@pytest.mark.parametrize("email", ["", "nobody", "a b@example.com"])
def test_no_address_is_refused(registry: Registry, email: str) -> None:
    with pytest.raises(OperatorError, match="EMAIL="):
        invite_admin(get_settings(), team_id=registry.team_id, email=email)


def test_settings_come_from_the_outputs() -> None:
    ours = StackOutputs(stack_id="arn", values=OUTPUTS | {"EventBus": "cuebook-dev"}).settings

    assert (ours.prompts_table, ours.content_bucket) == ("prompts", "content")


def test_another_stack_is_refused() -> None:
    others = {name: text for name, text in OUTPUTS.items() if "Bucket" not in name}

    with pytest.raises(StackError, match=r"not a complete Cuebook stack: .*CONTENT_BUCKET"):
        _ = StackOutputs(stack_id="arn", values=others).settings


@pytest.mark.parametrize(
    ("output", "expected"), [("PromptsTable", "PROMPTS_TABLE"), ("ApiUrl", "API_URL")]
)
def test_a_variable_is_named_after_its_output(output: str, expected: str) -> None:
    assert build_variable_name(output) == expected


@pytest.mark.parametrize(
    ("result", "team", "key"),
    [
        (
            BootstrapResult(is_new_team=True, secret="ak_1"),
            "'Us': created",
            "created; store it, because it is shown only once",
        ),
        (
            BootstrapResult(is_new_team=False),
            "exists already",
            "not changed; replace it with ROTATE=1",
        ),
        (
            BootstrapResult(is_new_team=False, secret="ak_1", previous_keys=1),
            "exists already",
            "replaced; ",
        ),
    ],
)
def test_it_says_what_it_did_and_not_the_key(result: BootstrapResult, team: str, key: str) -> None:
    api, console, about_team, about_key = format_result(OURS, str(uuid4()), "Us", result)

    assert api.endswith("https://api.example/dev/")
    assert console.endswith("https://api.example/dev/console")
    assert about_team.endswith(team)
    assert key in about_key
    assert "ak_" not in about_key


def test_each_creation_of_a_stack_has_a_team_of_its_own() -> None:
    ids = {
        StackOutputs(stack_id=f"arn:stack/cuebook-dev/{number}", values=OUTPUTS).team_id
        for number in (1, 1, 2)
    }

    assert len(ids) == 2
