"""A deployment's first team: made once, and its key replaced only on demand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from infra.bootstrap import Done, bootstrap, report
from infra.deployed import NotDeployed, Stack, variable
from shared.routes import Permission
from shared.settings import settings
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


def run(team_id: str, *, rotate: bool = False) -> Done:
    return bootstrap(settings(), team_id=team_id, team="Us", rotate=rotate)


def permissions(secret: str, team_id: str) -> frozenset[Permission]:
    """What a key may do, for a process that remembers nothing."""
    principal = Store(settings()).principal(secret)
    return principal.permissions[team_id] if principal else frozenset()


def test_first_run_makes_a_team_and_a_key_that_may_do_everything(registry: Registry) -> None:
    team_id = str(uuid4())

    done = run(team_id)

    assert (done.new_team, done.replaced) == (True, 0)
    assert done.secret is not None
    assert re.fullmatch("ak_[0-9a-f]{64}", done.secret)
    assert permissions(done.secret, team_id) == frozenset(Permission) - {Permission.PUBLIC}
    team = registry.store.team(team_id)
    assert team is not None
    assert team.name == "Us"


def test_second_run_changes_nothing(registry: Registry) -> None:
    team_id = str(uuid4())
    first = run(team_id)

    second = run(team_id)

    assert second == Done(new_team=False, secret=None)
    assert first.secret is not None
    assert permissions(first.secret, team_id)


def test_rotation_replaces_the_key_and_no_other(registry: Registry) -> None:
    team_id = str(uuid4())
    first, other = run(team_id), registry.client(team_id, "all")

    second = run(team_id, rotate=True)

    assert (second.new_team, second.replaced) == (False, 1)
    assert first.secret is not None
    assert second.secret is not None
    assert other.key is not None
    assert not permissions(first.secret, team_id)
    assert permissions(second.secret, team_id)
    assert permissions(other.key, team_id)


def test_a_run_that_was_interrupted_leaves_no_key_behind(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    team_id = str(uuid4())
    secrets: list[str] = []
    add_key = Store.add_key

    def note(store: Store, **fields: object) -> None:
        secrets.append(str(fields["secret"]))
        add_key(store, **fields)  # type: ignore[arg-type]

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Store, "add_key", note)
        patch.setattr(Store, "add_team", stop)
        with pytest.raises(KeyboardInterrupt):
            run(team_id)

    done = run(team_id)

    assert (done.new_team, done.replaced) == (True, 1)
    assert not permissions(secrets[0], team_id)


def test_settings_come_from_the_outputs() -> None:
    found = Stack("arn", OUTPUTS | {"EventBus": "cuebook-dev"}).settings

    assert (found.prompts_table, found.content_bucket) == ("prompts", "content")


def test_another_stack_is_refused() -> None:
    with pytest.raises(NotDeployed, match=r"no Cuebook stack .*CONTENT_BUCKET"):
        _ = Stack("arn", {name: OUTPUTS[name] for name in OUTPUTS if "Bucket" not in name}).settings


@pytest.mark.parametrize(
    ("output", "expected"), [("PromptsTable", "PROMPTS_TABLE"), ("ApiUrl", "API_URL")]
)
def test_a_variable_is_named_after_its_output(output: str, expected: str) -> None:
    assert variable(output) == expected


@pytest.mark.parametrize(
    ("done", "team", "key"),
    [
        (Done(new_team=True, secret="ak_1"), "'Us': made", "made; it is shown this once"),
        (Done(new_team=False, secret=None), "was there already", "left as it is; ROTATE=1"),
        (Done(new_team=False, secret="ak_1", replaced=1), "was there already", "replaced; "),
    ],
)
def test_it_says_what_it_did_and_not_the_key(done: Done, team: str, key: str) -> None:
    api, about_team, about_key = report(Stack("arn", OUTPUTS), str(uuid4()), "Us", done)

    assert api.endswith("https://api.example/dev/")
    assert about_team.endswith(team)
    assert key in about_key
    assert "ak_" not in about_key


def test_each_creation_of_a_stack_has_a_team_of_its_own() -> None:
    ids = {Stack(f"arn:stack/cuebook-dev/{number}", OUTPUTS).team_id for number in (1, 1, 2)}

    assert len(ids) == 2
