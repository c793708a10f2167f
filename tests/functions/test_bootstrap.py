"""A deployment's first team: made once, and its key replaced only on demand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from infra.bootstrap import BootstrapResult, bootstrap, format_result
from infra.outputs import StackError, StackOutputs, build_variable_name
from shared.routes import Permission
from shared.settings import get_settings
from shared.store.callers import Callers
from shared.store.store import Store

if TYPE_CHECKING:
    from tests.client import Registry

OUTPUTS = {
    "ApiUrl": "https://api.example/dev/",
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
    principal = Store(get_settings()).callers.find_principal(secret)
    return principal.permissions[team_id] if principal else frozenset()


def test_first_run_makes_a_team_and_a_key_that_may_do_everything(registry: Registry) -> None:
    team_id = str(uuid4())

    result = run(team_id)

    assert (result.is_new_team, result.previous_keys) == (True, 0)
    assert result.secret is not None
    assert re.fullmatch("ak_[0-9a-f]{64}", result.secret)
    assert list_permissions(result.secret, team_id) == frozenset(Permission) - {Permission.PUBLIC}
    team = registry.store.callers.find_team(team_id)
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
    add_key = Callers.add_key

    def note(callers: Callers, **fields: object) -> None:
        secrets.append(str(fields["secret"]))
        add_key(callers, **fields)  # type: ignore[arg-type]

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Callers, "add_key", note)
        patch.setattr(Callers, "add_team", stop)
        with pytest.raises(KeyboardInterrupt):
            run(team_id)

    result = run(team_id)

    assert (result.is_new_team, result.previous_keys) == (True, 1)
    assert not list_permissions(secrets[0], team_id)


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
    api, about_team, about_key = format_result(OURS, str(uuid4()), "Us", result)

    assert api.endswith("https://api.example/dev/")
    assert about_team.endswith(team)
    assert key in about_key
    assert "ak_" not in about_key


def test_each_creation_of_a_stack_has_a_team_of_its_own() -> None:
    ids = {
        StackOutputs(stack_id=f"arn:stack/cuebook-dev/{number}", values=OUTPUTS).team_id
        for number in (1, 1, 2)
    }

    assert len(ids) == 2
