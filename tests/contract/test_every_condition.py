"""Every write happens only to what its caller has read, where the caller says so with If-Match."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import pytest

from infra.documents import build_conditions
from shared.routes import ROUTES, Route
from tests.routes.problems import assert_problem
from tests.routes.sample import NAME, fill
from tests.routes.scene import WRITING, Prepared, get_credential

if TYPE_CHECKING:
    from tests.client import Client, Response
    from tests.routes.scene import Scene

CONDITIONAL = tuple(route for route in ROUTES if route.if_match)
# Its good call moves a prompt to where it is already, for no key is in two teams.
WRITES_NOTHING = {"move_prompt"}
TAG = {"tag": "rival"}
# For each URL that `If-Match` can be about, a call that changes what is there: its path and body.
RIVALS: dict[str, tuple[str, str, Any]] = {
    "/v1/prompts/{id}": ("PATCH", "/v1/prompts/{id}", {"description": "rival"}),
    "/v1/prompts/{id}?version=latest": (
        "POST",
        "/v1/prompts/{id}/versions",
        {"template": "rival"},
    ),
    "/v1/prompts/{id}/versions/{version}": (
        "POST",
        "/v1/prompts/{id}/versions/{version}/tags",
        TAG,
    ),
    "/v1/prompts/{id}/versions/live": ("POST", "/v1/prompts/{id}/versions/live/tags", TAG),
    "/v1/prompts/{id}/versions/{tag}": ("POST", "/v1/prompts/{id}/versions/{tag}/tags", TAG),
    "/v1/prompts/{id}/splits/{pointer}": (
        "PUT",
        "/v1/prompts/{id}/splits/{pointer}",
        {"split": [{"version": 2, "weight": 5_000}, {"version": 1, "weight": 5_000}]},
    ),
    "/v1/teams/{id}/protected": (
        "PUT",
        "/v1/teams/{id}/protected",
        {"pointers": ["rival"]},
    ),
    "/v1/prompts/{id}/releases/{release_id}": (
        "POST",
        "/v1/prompts/{id}/releases/{release_id}/reject",
        {"comment": "rival"},
    ),
    "/v1/prompts/{id}/payloads/{payload_id}": (
        "PUT",
        "/v1/prompts/{id}/payloads/{payload_id}",
        {"name": "rival"},
    ),
    "/v1/prompts?workspaceId={workspaceId}&id={id}": (
        "PUT",
        "/v1/prompts",
        {"workspaceId": "{workspaceId}", "id": "{id}", "description": "rival"},
    ),
    "/v1/prompts/deploy?promptId={promptId}": (
        "POST",
        "/v1/prompts/deploy",
        {
            "promptId": "{promptId}",
            "workspaceId": "{workspaceId}",
            "version": 2,
            "deploymentConditions": [{"variable": "rival", "operator": "=", "value": "b"}],
        },
    ),
    "/v1/prompts/config?id={id}": (
        "PUT",
        "/v1/prompts/config",
        {
            "id": "{id}",
            "deploymentFields": [{"variable": "rival", "operator": "=", "value": "b"}],
        },
    ),
    "/api/prompts/{id}": ("PUT", "/api/prompts/{id}", {"commitMessage": "rival"}),
    "/api/prompts/{id}?tag={tag}": ("PUT", "/api/prompts/{id}", {"commitMessage": "rival"}),
    "/api/prompts/tags": ("POST", "/api/prompts/tags", {"name": "rival"}),
    "/prompt/{promptId}/promoted-version": (
        "POST",
        "/prompt-version",
        {
            "promptId": "{promptId}",
            "title": "rival",
            "configuration": {"model": "gpt-4o", "type": "chat"},
            "variables": [],
            "promoted": True,
        },
    ),
    "/environment/version?resourceType=prompt&resourceId={resourceId}&envName={envName}": (
        "POST",
        "/prompt-version",
        {
            "promptId": "{resourceId}",
            "title": "rival",
            "configuration": {"model": "gpt-4o", "type": "chat"},
            "variables": [],
            "promoted": True,
        },
    ),
    "/api/public/v2/prompts/{name}?label=latest&resolve=false": (
        "PATCH",
        "/api/public/v2/prompts/{name}/versions/2",
        {"newLabels": ["rival"]},
    ),
    "/api/public/v2/prompts/{name}?version={version}&resolve=false": (
        "PATCH",
        "/api/public/v2/prompts/{name}/versions/{version}",
        {"newLabels": ["rival"]},
    ),
    "/prompt-version/{id}": ("PATCH", "/prompt-version/{id}", {"title": "rival"}),
}


def list_names(call: Prepared) -> dict[str, str]:
    """List the segments, query parameters and fields of a call, by name."""
    route = call.route
    segments = {name: call.get_segment(name) for name in route.segment_names}
    return {**(call.body or {}), **dict(parse_qsl(call.target.partition("?")[2])), **segments}


def read(call: Prepared, client: Client) -> Response:
    """Read what the condition of a write is about."""
    target = fill(call.route.if_match, list_names(call))
    assert NAME.findall(target) == [], f"{target}: the call has no such part"
    return client.use_credential(get_credential(call.route))("GET", target)


def send_rival(call: Prepared, client: Client) -> None:
    """Change what the condition of a write is about."""
    assert call.route.if_match in RIVALS, "add a rival that changes what this URL shows"
    names = list_names(call)
    method, path, body = RIVALS[call.route.if_match]
    sender = client.use_credential(get_credential(call.route))
    response = sender(method, fill(path, names), fill(body, names))
    assert response.status < 300, response.text


@pytest.mark.parametrize("route", WRITING, ids=lambda route: route.name)
def test_each_write_has_a_condition_or_says_why_not(route: Route) -> None:
    assert bool(route.if_match) != bool(route.no_if_match), (
        f"the row of {route.name} needs `if_match`, the URL whose ETag it is compared with, or "
        "`no_if_match`, the reason why it does not matter"
    )


def test_only_writes_have_conditions() -> None:
    others = [route.name for route in ROUTES if route not in WRITING]

    assert [route.name for route in WRITING if not route.writes] == []
    assert [route.name for route in CONDITIONAL if route.name in others] == []
    assert {route.if_match for route in CONDITIONAL} == RIVALS.keys()


def test_the_etag_of_the_read_is_the_condition_of_the_write(scene: Scene) -> None:
    for route in CONDITIONAL:
        with scene.visit(route) as call:
            etag = read(call, scene.registry.editor).headers["ETag"]
            assert call.send(scene.get_caller(route), If_Match=etag).status == route.status
        with scene.visit(route) as call:
            assert call.send(scene.get_caller(route), If_Match="*").status == route.status


def test_what_was_decided_on_an_old_state_changes_nothing(scene: Scene) -> None:
    for route in CONDITIONAL:
        with scene.visit(route) as call:
            etag = read(call, scene.registry.editor).headers["ETag"]
            send_rival(call, scene.registry.admin)
            before = scene.list_stored()
            for condition in (etag, '"x"', f'"x", {etag}'):
                response = call.send(scene.get_caller(route), If_Match=condition)
                assert_problem(response, route, 412)
                assert scene.list_stored() == before


def test_a_rival_between_the_read_and_the_write_wins(scene: Scene) -> None:
    registry = scene.registry
    for route in CONDITIONAL:
        if route.name in WRITES_NOTHING:
            continue
        with scene.visit(route) as call:
            etag = read(call, registry.editor).headers["ETag"]
            after: list[Any] = []

            def rival(call: Prepared = call, after: list[Any] = after) -> None:
                send_rival(call, registry.admin)
                after.append(scene.list_stored())

            registry.cloud.run_before("TransactWriteItems", rival)
            response = call.send(scene.get_caller(route), If_Match=etag)

            assert_problem(response, route, 412)
            assert [scene.list_stored()] == after


def test_a_write_that_only_adds_does_without(scene: Scene) -> None:
    for route in WRITING:
        if route.no_if_match:
            with scene.visit(route) as call:
                response = call.send(scene.get_caller(route), If_Match='"x"')
                assert response.status == route.status, response.text


def test_each_write_is_in_the_table_of_the_documents() -> None:
    table = build_conditions()

    for route in WRITING:
        assert f"`{route.method} {route.path}`" in table
        assert (route.if_match or route.no_if_match) in table
