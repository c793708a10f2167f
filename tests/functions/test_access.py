"""Who may do what, on every route: the route table's `allow` is what happens."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote
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
    from collections.abc import Callable, Mapping

    from tests.client import Registry, Response

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


def test_without_a_key_nothing_is_served(registry: Registry) -> None:
    answers = {
        route.name: registry.nobody(route.method, nowhere(route), raw="{") for route in GUARDED
    }

    assert outcomes(answers) == dict.fromkeys(answers, (401, "unauthorized"))


def test_with_an_unknown_key_nothing_is_served(registry: Registry) -> None:
    header = {"Authorization": f"Bearer ak_{'0' * 64}"}

    answers = {
        route.name: registry.nobody(route.method, nowhere(route), headers=header)
        for route in GUARDED
    }

    assert outcomes(answers) == dict.fromkeys(answers, (401, "unauthorized"))


def test_a_prompt_of_another_team_looks_like_one_that_is_not_there(registry: Registry) -> None:
    prompt = registry.editor.new_prompt()
    registry.editor.new_version(prompt["id"])
    stranger = registry.stranger

    theirs = {
        route.name: stranger(route.method, on(prompt, route), body_for(route, stranger.team_id))
        for route in ON_A_PROMPT
    }
    missing = {
        route.name: stranger(route.method, nowhere(route), body_for(route, stranger.team_id))
        for route in ON_A_PROMPT
    }

    assert outcomes(theirs) == dict.fromkeys(theirs, (404, "prompt not found"))
    assert outcomes(missing) == outcomes(theirs)
    assert {answer.json["code"] for answer in theirs.values()} == {"prompt_not_found"}


def test_another_team_is_forbidden_whether_there_is_one_or_not(registry: Registry) -> None:
    answers = {
        f"{route.name} {team_id}": registry.stranger(
            route.method, target_for(route, team_id=team_id), body_for(route, "")
        )
        for route in (*OF_A_TEAM, *(route for route in GUARDED if route.name == "list_all_prompts"))
        for team_id in (registry.team_id, uuid4())
    }

    assert len(answers) == 6
    assert outcomes(answers) == dict.fromkeys(answers, (403, "forbidden"))


def test_a_viewer_cannot_change_anything(registry: Registry) -> None:
    world = World(registry)
    before = world.state()

    answers = {
        route.name: registry.viewer(
            route.method, world.target(route), body_for(route, registry.team_id)
        )
        for route in BEYOND_READING
    }

    # px0 answers 401 where a read-only key wants to move a prompt, and only there.
    assert outcomes(answers) == dict.fromkeys(answers, (403, "forbidden")) | {
        "move_prompt": (401, "unauthorized")
    }
    assert world.state() == before


def test_an_admin_key_may_all_that_an_editor_may(registry: Registry) -> None:
    world = World(registry)
    names = ("create_prompt", "create_version", "promote_version", "archive_prompt", "move_prompt")
    routes = [route for route in GUARDED if route.name in names]

    answers = {route.name: world.call(route, registry.admin) for route in routes}

    assert {name: answer.status for name, answer in answers.items()} == {
        route.name: route.status for route in routes
    }
    assert len(answers) == len(names)


def outcomes(answers: dict[str, Response]) -> dict[str, tuple[int, str]]:
    return {name: (answer.status, answer.error) for name, answer in answers.items()}


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


def test_every_get_answers_head_in_the_same_way(registry: Registry) -> None:
    world = World(registry)
    targets = [world.target(route) for route in READING]

    got = {target: registry.editor("GET", target) for target in targets}
    asked = {target: registry.editor("HEAD", target) for target in targets}

    assert {answer.status for answer in got.values()} == {200}
    assert {target: (a.status, without_id(a.headers)) for target, a in asked.items()} == {
        target: (a.status, without_id(a.headers)) for target, a in got.items()
    }


def test_head_needs_a_key_where_get_needs_one(registry: Registry) -> None:
    statuses = {route.name: registry.nobody("HEAD", nowhere(route)).status for route in READING}

    assert statuses == {
        route.name: 200 if route.allow is Permission.PUBLIC else 401 for route in READING
    }


def without_id(headers: Mapping[str, str]) -> dict[str, str]:
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


@pytest.mark.parametrize(
    "spelling",
    [str.upper, lambda text: text.replace("-", ""), "urn:uuid:{}".format, "{{{}}}".format],
    ids=["upper case", "no dashes", "urn", "braces"],
)
def test_ids_are_taken_in_other_spellings_and_answered_in_one(
    registry: Registry, spelling: Callable[[str], str]
) -> None:
    prompt = registry.editor.new_prompt()

    answer = registry.viewer("GET", f"/v1/prompts/{quote(spelling(prompt['id']))}")
    listed = registry.viewer("GET", f"/v1/teams/{quote(spelling(registry.team_id))}/prompts")

    assert answer.json["prompt"] == prompt
    assert listed.json["prompts"] == [prompt]


def test_what_an_unauthorized_caller_sends_is_never_judged(registry: Registry) -> None:
    header = {"Authorization": f"Bearer {(registry.editor.key or '')[:-1]}"}

    answers = [
        registry.nobody("POST", "/v1/prompts/no-id/versions", raw=raw, headers=header)
        for raw in (b"\xff\xfe", "", "{", '{"template": "x"}')
    ]

    assert {(answer.status, answer.error) for answer in answers} == {(401, "unauthorized")}
