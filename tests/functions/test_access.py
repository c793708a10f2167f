"""Who may do what, on every route: the route table's `allow` is what happens."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from shared.routes import Permission, Route
from tests.functions.world import (
    GUARDED,
    READING,
    REGISTRY,
    World,
    body_for,
    name_of,
    target_for,
)

if TYPE_CHECKING:
    from tests.client import Client, Registry

BEYOND_READING = tuple(route for route in GUARDED if route.allow is not Permission.READ)
ON_A_PROMPT = tuple(route for route in GUARDED if {"id", "slug"} & {*route.parameters})
OF_A_TEAM = tuple(route for route in GUARDED if "team_id" in route.parameters)


def nowhere(route: Route) -> str:
    """A path that leads to nothing, though each part of it is well-formed."""
    return target_for(
        route,
        team_id=uuid4(),
        id=uuid4(),
        slug="no_such_slug",
        version=1,
        payload_id=uuid4(),
        tag="no_such_tag",
    )


def on(prompt: dict[str, str], route: Route) -> str:
    return target_for(
        route,
        team_id=prompt["team_id"],
        id=prompt["id"],
        slug=prompt["slug"],
        version=1,
        payload_id=uuid4(),
        tag="prod",
    )


@pytest.mark.parametrize("route", REGISTRY, ids=name_of)
def test_the_least_caller_that_may_is_served(registry: Registry, route: Route) -> None:
    world = World(registry)
    least = {Permission.PUBLIC: registry.nobody, Permission.READ: registry.viewer}

    answer = world.call(route, least.get(route.allow, registry.editor))

    assert answer.status == route.status, answer.text
    assert (answer.text == "") == (route.status == 204)
    assert answer.headers["X-Request-Id"]


@pytest.mark.parametrize("route", GUARDED, ids=name_of)
def test_without_a_key_nothing_is_served(registry: Registry, route: Route) -> None:
    answer = registry.nobody(route.method, nowhere(route), raw="{")

    assert (answer.status, answer.error) == (401, "unauthorized")
    assert answer.json["code"] == "unauthorized"


@pytest.mark.parametrize("route", GUARDED, ids=name_of)
def test_with_an_unknown_key_nothing_is_served(registry: Registry, route: Route) -> None:
    answer = registry.nobody(
        route.method, nowhere(route), headers={"Authorization": f"Bearer ak_{'0' * 64}"}
    )

    assert (answer.status, answer.error) == (401, "unauthorized")


@pytest.mark.parametrize("route", ON_A_PROMPT, ids=name_of)
def test_a_prompt_of_another_team_is_not_found(registry: Registry, route: Route) -> None:
    prompt = registry.editor.new_prompt()
    registry.editor.new_version(prompt["id"])
    stranger = registry.stranger

    answer = stranger(route.method, on(prompt, route), body_for(route, stranger.team_id))

    assert (answer.status, answer.error) == (404, "prompt not found")


@pytest.mark.parametrize("route", ON_A_PROMPT, ids=name_of)
def test_a_prompt_of_another_team_looks_like_one_that_is_not_there(
    registry: Registry, route: Route
) -> None:
    prompt = registry.editor.new_prompt()
    stranger = registry.stranger
    body = body_for(route, stranger.team_id)

    theirs = stranger(route.method, on(prompt, route), body)
    missing = stranger(route.method, nowhere(route), body)

    assert theirs.json | {"request_id": ""} == missing.json | {"request_id": ""}
    assert theirs.status == missing.status


@pytest.mark.parametrize("route", OF_A_TEAM, ids=name_of)
def test_another_team_is_forbidden(registry: Registry, route: Route) -> None:
    stranger = registry.stranger

    theirs = stranger(
        route.method, target_for(route, team_id=registry.team_id), body_for(route, "")
    )
    unknown = stranger(route.method, target_for(route, team_id=uuid4()), body_for(route, ""))

    assert (theirs.status, theirs.error) == (403, "forbidden")
    assert (unknown.status, unknown.error) == (403, "forbidden")


def test_the_general_list_of_another_team_is_forbidden(registry: Registry) -> None:
    answer = registry.stranger("GET", f"/v1/prompts?team={registry.team_id}")

    assert (answer.status, answer.error) == (403, "forbidden")


@pytest.mark.parametrize("route", BEYOND_READING, ids=name_of)
def test_a_viewer_cannot_change_anything(registry: Registry, route: Route) -> None:
    world = World(registry)
    before = world.state()

    answer = world.call(route, registry.viewer)

    # px0 answers 401 where a read-only key wants to move a prompt, and only there.
    expected = (401, "unauthorized") if route.name == "move_prompt" else (403, "forbidden")
    assert (answer.status, answer.error) == expected
    assert world.state() == before


@pytest.mark.parametrize("route", GUARDED, ids=name_of)
def test_an_admin_key_may_all_that_an_editor_may(registry: Registry, route: Route) -> None:
    world = World(registry)

    answer = world.call(route, registry.admin)

    assert answer.status == route.status


@pytest.mark.parametrize(
    "header",
    [
        "{key}",
        "bearer {key}",
        "BEARER {key}",
        "Bearer  {key}",
        "Bearer {key} ",
        "Bearer {key} more",
        "Bearer",
        "Bearer ",
        "Basic {key}",
        "Token {key}",
        "Bearer {key_in_upper_case}",
        "Bearer {key}0",
        "Bearer ak_",
        "Bearer sess_{digits}",
        "",
    ],
)
def test_only_bearer_one_space_and_a_key_is_a_credential(registry: Registry, header: str) -> None:
    key = registry.viewer.key or ""
    sent = header.format(key=key, key_in_upper_case=key.upper(), digits=key[3:])

    answer = registry.nobody(
        "GET", f"/v1/teams/{registry.team_id}/prompts", headers={"Authorization": sent}
    )

    assert (answer.status, answer.error) == (401, "unauthorized")


@pytest.mark.parametrize("header", ["X-API-Key", "X-Auth-Token", "x-maxim-api-key", "Cookie"])
def test_a_key_elsewhere_is_no_credential(registry: Registry, header: str) -> None:
    key = registry.viewer.key

    answer = registry.nobody(
        "GET", f"/v1/teams/{registry.team_id}/prompts?access_token={key}", headers={header: key}
    )

    assert answer.status == 401


@pytest.mark.parametrize("route", READING, ids=name_of)
def test_every_get_answers_head_in_the_same_way(registry: Registry, route: Route) -> None:
    world = World(registry)
    target = world.target(route)

    got = registry.editor("GET", target)
    head = registry.editor("HEAD", target)
    refused = registry.nobody("HEAD", target)

    assert head.status == got.status == 200
    assert without_id(head.headers) == without_id(got.headers)
    assert refused.status == (200 if route.allow is Permission.PUBLIC else 401)


def without_id(headers: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name != "X-Request-Id"}


def test_health_does_not_look_at_the_key(registry: Registry) -> None:
    answers = [
        client("GET", "/v1/health", headers={"Authorization": header})
        for client in (registry.nobody, registry.stranger)
        for header in (None, "Bearer nonsense", "nonsense")
    ]

    assert {(answer.status, answer.text) for answer in answers} == {(200, '{"status":"OK"}')}


def test_a_key_of_one_team_does_not_see_the_same_slug_of_another(registry: Registry) -> None:
    theirs = registry.stranger.new_prompt("Shared name")
    ours = registry.editor.new_prompt("Shared name")

    found = [
        client("GET", "/v1/prompts/shared_name").json["prompt"]["id"]
        for client in (registry.stranger, registry.viewer)
    ]

    assert found == [theirs["id"], ours["id"]]


@pytest.mark.parametrize("spelling", [str.upper, lambda text: text.replace("-", "")])
def test_ids_are_taken_in_other_spellings_and_answered_in_one(
    registry: Registry, spelling: object
) -> None:
    assert callable(spelling)
    prompt = registry.editor.new_prompt()

    answer = registry.viewer("GET", f"/v1/prompts/{spelling(prompt['id'])}")
    listed = registry.viewer("GET", f"/v1/teams/{spelling(registry.team_id)}/prompts")

    assert answer.json["prompt"] == prompt
    assert listed.json["prompts"] == [prompt]


def some_client(registry: Registry, name: str) -> Client:
    client: Client = getattr(registry, name)
    return client


@pytest.mark.parametrize("client", ["editor", "viewer", "admin", "stranger"])
def test_what_an_unauthorized_caller_sends_is_never_read(registry: Registry, client: str) -> None:
    key = some_client(registry, client).key or ""

    answer = registry.nobody(
        "POST",
        "/v1/prompts/not-an-id/versions",
        raw=b"\xff\xfe",
        headers={"Authorization": f"Bearer {key[:-1]}"},
    )

    assert answer.status == 401
