"""Who may do what here, in each of the ways to send a key."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any

import pytest

from shared.routes import Permission, Route
from tests.functions.langwatch.library import (
    ROUTES_HERE,
    body_for,
    create,
    get,
    name_of,
    target,
)

if TYPE_CHECKING:
    from tests.client import Client, Registry, Response

GET_ALL = ("GET", "/api/prompts")


def call(client: Client, route: Route, prompt: dict[str, Any]) -> Response:
    return client(route.method, target(route, prompt), body_for(route, prompt))


@pytest.mark.parametrize("route", ROUTES_HERE, ids=name_of)
def test_the_least_key_that_may_is_served(registry: Registry, route: Route) -> None:
    prompt = create(registry.editor, tags=["staging"])
    least = registry.viewer if route.allow is Permission.READ else registry.editor

    answer = call(least, route, prompt)

    assert answer.status == route.status, answer.text


@pytest.mark.parametrize(
    "route", [r for r in ROUTES_HERE if r.allow is not Permission.READ], ids=name_of
)
def test_a_viewer_changes_nothing(registry: Registry, route: Route) -> None:
    prompt = create(registry.editor)

    answer = call(registry.viewer, route, prompt)

    assert (answer.status, answer.error) == (403, "api_key_permission_denied")
    assert answer.json["permission"] in ("prompts:update", "prompts:manage")
    assert registry.viewer(*GET_ALL).json == [prompt]


@pytest.mark.parametrize("route", ROUTES_HERE, ids=name_of)
def test_without_a_good_key_nothing_is_served(registry: Registry, route: Route) -> None:
    prompt = create(registry.editor)
    bad = {"X-Auth-Token": f"ak_{'0' * 64}"}

    missing = call(registry.nobody, route, prompt)
    unknown = registry.nobody(route.method, target(route, prompt), headers=bad)

    assert (missing.status, missing.error) == (401, "Unauthorized")
    assert missing.json["message"] == "Missing API key"
    assert (unknown.status, unknown.error) == (401, "Unauthorized")
    assert unknown.json["message"] == "Invalid API key"


@pytest.mark.parametrize("route", [r for r in ROUTES_HERE if "id" in r.parameters], ids=name_of)
def test_a_prompt_of_another_project_is_not_there(registry: Registry, route: Route) -> None:
    prompt = create(registry.editor)
    by_id = {**prompt, "handle": prompt["id"]}
    if route.name == "sync_prompt":
        return  # it makes a prompt of its own by that name

    for theirs in (prompt, by_id):
        answer = call(registry.stranger, route, theirs)
        assert answer.status == 404
        assert answer.error

    assert get(registry.editor, prompt["id"]) == prompt


def basic(project: str, key: str) -> str:
    return b64encode(f"{project}:{key}".encode()).decode()


def test_a_key_is_taken_in_each_way_that_clients_send_it(registry: Registry) -> None:
    key, team = registry.viewer.key or "", registry.team_id
    wrong = f"ak_{'0' * 64}"

    for headers in (
        {"X-Auth-Token": key},
        {"Authorization": f"Bearer {key}"},
        {"Authorization": f"bearer {key}", "X-Auth-Token": key, "X-Project-Id": team},
        {"Authorization": f"Basic {basic(team, key)}"},
        {"Authorization": f"Basic {basic(team, key)}", "X-Auth-Token": wrong},
        {"Authorization": "Basic ???", "X-Auth-Token": key},
        {"Authorization": f"Basic {basic('', key)}", "X-Auth-Token": key},
        {"Authorization": "Bearer ", "X-Auth-Token": key},
        {"Authorization": f"Basic {key}"},
        {"Authorization": f"Token {key}"},
    ):
        assert registry.nobody(*GET_ALL, headers=headers).status == 200, headers


def test_a_key_of_another_project_than_it_is_said_to_be_of_is_refused(registry: Registry) -> None:
    key, theirs = registry.viewer.key or "", registry.stranger.team_id

    for headers in (
        {"Authorization": f"Basic {basic(theirs, key)}"},
        {"Authorization": f"Bearer {key}", "X-Project-Id": theirs},
        {"X-Auth-Token": key, "X-Project-Id": "no project"},
        {"Authorization": "Basic ???"},
        {"Authorization": key},
        {"X-API-Key": key},
    ):
        answer = registry.nobody(*GET_ALL, headers=headers)
        assert (answer.status, answer.error) == (401, "Unauthorized"), headers


def test_traces_are_taken_in_any_form_and_dropped(registry: Registry) -> None:
    for raw, kind in ((b"\x0a\x00\xff", "application/x-protobuf"), (b"{}", "application/json")):
        answer = registry.viewer(
            "POST", "/api/otel/v1/traces", raw=raw, headers={"content-type": kind}
        )
        assert (answer.status, answer.text) == (200, "")
