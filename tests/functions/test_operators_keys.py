"""API keys that operators make, list and revoke with their own AWS credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from infra.keys import find_prompts, format_key, format_keys, list_keys, make_key, revoke_key
from infra.operator import OperatorError
from infra.teams import find_team_id
from shared.domain.access import Grant
from shared.settings import get_settings
from tests.client import Client

if TYPE_CHECKING:
    from tests.client import Registry


def test_a_key_works_until_it_is_revoked(registry: Registry) -> None:
    grant = Grant(name="order service", operation="all", team_ids=(registry.team_id,))
    secret, key = make_key(get_settings(), grant)
    client = Client(registry.team_id, secret, registry.cloud)
    assert client("GET", f"/v1/teams/{registry.team_id}/prompts").status == 200

    revoked = revoke_key(get_settings(), key.id)

    assert revoked.id == key.id
    registry.forget()
    assert client("GET", f"/v1/teams/{registry.team_id}/prompts").status == 401
    with pytest.raises(OperatorError, match=f"there is no key {key.id}"):
        revoke_key(get_settings(), key.id)


def test_the_list_has_the_newest_first_and_no_secret(registry: Registry) -> None:
    other = registry.create_team("Other")
    made = [
        make_key(get_settings(), Grant(name=name, team_ids=team_ids))
        for name, team_ids in (("a", (registry.team_id,)), ("b", (other,)), ("c", ()))
    ]

    names = [key.grant.name for key in list_keys(get_settings())]
    theirs = [key.grant.name for key in list_keys(get_settings(), other)]

    assert names[:3] == ["c", "b", "a"]
    assert theirs == ["c", "b"]
    lines = "\n".join(map(format_key, list_keys(get_settings())))
    for secret, key in made:
        assert key.id in lines
        assert secret not in lines
        assert not any(hashed.hash in lines for hashed in key.secrets)


def test_the_list_has_slugs_and_the_last_use(registry: Registry) -> None:
    prompt = registry.editor.create_prompt("Order Confirmation")
    grant = Grant(name="orders", team_ids=(registry.team_id,), prompt_ids=frozenset({prompt["id"]}))
    _, key = make_key(get_settings(), grant)
    registry.store.api_keys.write_use(key.id, "2026-01-31")

    (line,) = format_keys(get_settings(), [key])

    assert "prompts order_confirmation only" in line
    assert line.endswith("last used 2026-01-31")


def test_teams_are_named_by_name_or_id(registry: Registry) -> None:
    other = registry.create_team("Search & Ads")

    assert find_team_id(get_settings(), "search & ads") == other
    assert find_team_id(get_settings(), other) == other
    with pytest.raises(OperatorError, match="no team 'Sales'; the teams are: 'Ours', 'Search"):
        find_team_id(get_settings(), "Sales")


def test_prompts_are_named_by_slug_or_id(registry: Registry) -> None:
    prompt = registry.editor.create_prompt("Order Confirmation")
    teams = (registry.team_id,)

    by_slug = find_prompts(get_settings(), teams, ["order_confirmation"])

    assert by_slug == find_prompts(get_settings(), teams, [prompt["id"]]) == {prompt["id"]}
    with pytest.raises(OperatorError, match="there is no prompt nothing"):
        find_prompts(get_settings(), teams, ["nothing"])
    with pytest.raises(OperatorError, match="there is no prompt"):
        find_prompts(get_settings(), (registry.create_team("Other"),), [prompt["id"]])


@pytest.mark.parametrize(
    ("grant", "message"),
    [
        (Grant(name=" "), "name is required"),
        (Grant(name="x", operation="everything"), "invalid operation"),
        (Grant(name="x", quota=0), "quota must be 1 to"),
        (Grant(name="x", pointers=frozenset()), "pointers must name at least one"),
        (Grant(name="x", team_ids=(str(uuid4()),)), "there is no team"),
    ],
)
def test_a_key_that_cannot_be_is_refused_in_one_line(
    registry: Registry, grant: Grant, message: str
) -> None:
    before = [key.id for key in list_keys(get_settings())]

    with pytest.raises(OperatorError, match=message):
        make_key(get_settings(), grant)

    assert [key.id for key in list_keys(get_settings())] == before
