"""What a caller was admitted to is all that an endpoint can reach."""

from __future__ import annotations

import inspect
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from shared.call import Call
from shared.dialects.dialect import get_dialect
from shared.domain import prompts
from shared.domain.access import Permission, Principal
from shared.domain.changes import Origin
from shared.domain.model import Author, Ledger, Prompt
from shared.problems import Forbidden, PromptNotFound, TeamNotFound
from shared.request import Request
from shared.routes import ROUTES
from shared.settings import get_settings
from shared.store.store import Store
from shared.store.team import OtherTeamError, PromptStore, TeamStore
from shared.store.transactions import LostRaceError

if TYPE_CHECKING:
    from tests.client import Registry

BY = Author(id="1", name="somebody")


@pytest.fixture
def call(registry: Registry) -> Call:
    """A call of somebody who may read one team."""
    route = next(route for route in ROUTES if route.name == "get_prompt")
    permissions = {registry.team_id: frozenset({Permission.READ})}
    return Call(
        request=Request(route, {"httpMethod": "GET", "requestContext": {"requestId": "1"}}),
        dialect=get_dialect("registry"),
        principal=Principal(id=str(uuid4()), name="reader", permissions=permissions),
        store=registry.store,
        settings=get_settings(),
        annotations={},
    )


@pytest.fixture
def secret(registry: Registry) -> Prompt:
    """A prompt of another team."""
    prompt_id = registry.stranger.create_prompt("Secret")["id"]
    registry.stranger.create_version(prompt_id)
    prompt = registry.store.find_prompt(prompt_id)
    assert prompt is not None
    return prompt


def test_another_team_is_not_opened(registry: Registry, call: Call, secret: Prompt) -> None:
    with pytest.raises(Forbidden):
        call.open_team(secret.team_id)
    with pytest.raises(TeamNotFound):
        call.open_team(secret.team_id, missing="no such workspace")
    with pytest.raises(PromptNotFound):
        call.open_prompt(secret.id)
    with pytest.raises(PromptNotFound):
        call.open_prompt_by_slug(secret.slug)
    with pytest.raises(PromptNotFound):
        call.admit(secret)
    assert call.open_own_team().id == registry.team_id


def test_the_store_of_a_team_reaches_no_prompt_of_another(
    registry: Registry, call: Call, secret: Prompt
) -> None:
    team = call.open_team(registry.team_id)
    origin = Origin(by=BY)

    assert team.find_prompt(secret.id) is None
    assert [prompt for _, prompt in team.list_prompts()] == []
    with pytest.raises(OtherTeamError):
        team.open_prompt(secret)
    with pytest.raises(OtherTeamError):
        [*team.find_versions([(secret, 1)])]
    with pytest.raises(OtherTeamError):
        [*team.find_newest_versions([("", secret)])]
    with pytest.raises(OtherTeamError):
        team.commit(prompts.delete(secret, origin))
    with pytest.raises(OtherTeamError):
        team.commit_ledger(Ledger(team_id=secret.team_id, name="tags"))


def test_a_prompt_moves_to_no_team_that_was_not_opened(registry: Registry, call: Call) -> None:
    own = call.open_team(registry.team_id)
    prompt = own.find_prompt(registry.editor.create_prompt()["id"])
    assert prompt is not None
    change = prompts.move(prompt, registry.stranger.team_id, Origin(by=BY))

    with pytest.raises(OtherTeamError):
        own.commit(change)
    with pytest.raises(OtherTeamError):
        own.commit(change, target=own)


def test_nothing_that_an_endpoint_is_given_leads_to_the_store_of_all_teams(
    registry: Registry, call: Call
) -> None:
    team = call.open_team(registry.team_id)
    prompt = call.open_prompt(registry.editor.create_prompt()["id"])

    for handle in (call, team, prompt):
        for name, value in inspect.getmembers(handle):
            if not name.startswith("_"):
                assert not isinstance(value, Store), name


def test_a_change_brings_no_part_of_another_prompt(
    registry: Registry, call: Call, secret: Prompt
) -> None:
    team = call.open_team(registry.team_id)
    prompt = team.find_prompt(registry.editor.create_prompt()["id"])
    theirs = registry.store.open_team(secret.team_id).open_prompt(secret).find_version(1)
    assert prompt is not None
    assert theirs is not None
    change = prompts.describe(prompt, "new", Origin(by=BY))

    with pytest.raises(OtherTeamError):
        team.commit(replace(change, puts=(replace(theirs, message="changed"),)))
    with pytest.raises(OtherTeamError):
        team.commit(replace(change, deletes=(theirs,)))
    assert registry.store.open_team(secret.team_id).open_prompt(secret).find_version(1) == theirs


def test_a_head_that_claims_to_be_of_another_team_is_not_written(
    registry: Registry, call: Call, secret: Prompt
) -> None:
    team = call.open_team(registry.team_id)
    claimed = replace(secret, team_id=team.id)

    with pytest.raises(LostRaceError):
        team.commit(prompts.describe(claimed, "taken over", Origin(by=BY)))
    assert registry.store.find_prompt(secret.id) == secret


def test_the_head_of_an_open_prompt_cannot_be_replaced(
    registry: Registry, call: Call, secret: Prompt
) -> None:
    store = call.open_prompt(registry.editor.create_prompt()["id"])

    with pytest.raises(AttributeError):
        store.prompt = secret  # type: ignore[misc]


@pytest.mark.parametrize("kind", [TeamStore, PromptStore])
def test_a_bound_store_takes_a_team_only_as_a_handle(kind: type[Any]) -> None:
    takers = [
        f"{name}({parameter})"
        for name, method in inspect.getmembers(kind, inspect.isfunction)
        for parameter in inspect.signature(method).parameters.values()
        if name != "__init__"
        and "team" in str(parameter).casefold()
        and "TeamStore" not in str(parameter.annotation)
    ]

    assert takers == []
