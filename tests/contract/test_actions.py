"""A row's actions are what its function does in AWS: nothing is missing, nothing is too much."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from functions.registry.move_prompt import move_prompt
from shared import wire
from shared.call import Call
from shared.dialects import dialect
from shared.domain.access import Principal
from shared.request import Request
from shared.routes import ROUTES, Permission, Route
from shared.settings import settings
from tests.client import RUNNING, actions
from tests.functions.world import GUARDED, REGISTRY, WRITING, World, body_for, name_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.client import Registry


@pytest.fixture(autouse=True)
def all_content_goes_to_the_bucket(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INLINE_BYTES", "0")


def ways(world: World, route: Route) -> Iterator[None]:
    """Call a route in each of the ways that lead to other calls of AWS."""
    editor, key = world.registry.editor, str(uuid4())
    world.ready(route)
    if route in WRITING:
        # Again after a lost race, and a third time to be told what was answered before.
        world.registry.cloud.before("TransactWriteItems", lambda: rival(world))
        for _ in range(2):
            answer = editor(
                route.method,
                world.target(route),
                KEPT_BODIES.setdefault((key, route.name), body_for(route, editor.team_id)),
                headers={"Idempotency-Key": key},
            )
            assert answer.status == route.status, answer.text
            yield
    else:
        assert world.call(route).status == route.status
        yield
    for version in ("latest", "live", "prod", "99") if "version" in route.parameters else ():
        path = route.path.format(id=world.id, slug=world.prompt["slug"], version=version)
        editor(route.method, path, body_for(route, editor.team_id))
        yield
    if route.name == "get_prompt":
        for query in ("version=1", "tag=latest"):
            assert editor("GET", f"/v1/prompts/{world.prompt['slug']}?{query}").status == 200
            yield
    if route.name == "delete_prompt_version":
        assert editor("DELETE", f"/v1/prompts/{world.id}/versions/2").status == 204
        yield
    if route.name == "move_prompt":
        move_to_the_other_team(world, route)
        yield


KEPT_BODIES: dict[tuple[str, str], Any] = {}


def rival(world: World) -> None:
    prompt = f"/v1/prompts/{world.id}"
    assert world.registry.admin("PUT", prompt, {"description": "rival"}).status == 200


def move_to_the_other_team(world: World, route: Route) -> None:
    """By a caller who is in both teams, which no API key is; and once more, to be replayed."""
    registry = world.registry
    curator = frozenset({Permission.READ, Permission.CURATE})
    both = {registry.team_id: curator, registry.stranger.team_id: curator}
    event = {
        "resource": route.resource,
        "path": world.target(route),
        "httpMethod": route.method,
        "headers": {"content-type": "application/json", "idempotency-key": "move"},
        "pathParameters": {"p1": world.id},
        "body": f'{{"team_id": "{registry.stranger.team_id}"}}',
        "requestContext": {"requestId": "move"},
    }
    call = Call(
        request=Request(route, event),
        dialect=dialect(route.dialect),
        principal=Principal(id=str(uuid4()), name="in both teams", permissions=both),
        store=registry.store,
        settings=settings(),
        facts={},
    )
    token = RUNNING.set(route)
    try:
        reply = move_prompt(call, world.id)
        replayed = call.replayed()
    finally:
        RUNNING.reset(token)
    assert isinstance(reply.body, Mapping)
    assert reply.body["prompt"]["team_id"] == registry.stranger.team_id
    assert replayed is not None
    assert replayed.answer.body == wire.encode(reply.body)


@pytest.mark.parametrize("route", GUARDED, ids=name_of)
def test_a_role_allows_exactly_what_its_function_does(registry: Registry, route: Route) -> None:
    world = World(registry)
    registry.forget()

    for _ in ways(world, route):
        registry.forget()

    # What another route hides runs in that one's function.
    runs_in = next((front for front in ROUTES if front.hides(route)), route)
    assert sorted(registry.cloud.used[runs_in.name]) == list(route.role_actions)


@pytest.mark.parametrize(
    "route", [route for route in REGISTRY if route.allow is Permission.PUBLIC], ids=name_of
)
def test_a_public_route_needs_nothing_of_aws(registry: Registry, route: Route) -> None:
    assert registry.nobody("GET", route.path).status == 200

    assert registry.cloud.used[route.name] == set()
    assert route.role_actions == ()


@pytest.mark.parametrize(
    ("operation", "params", "expected"),
    [
        ("GetItem", {"TableName": "cuebook-prompts"}, {"prompts:GetItem"}),
        ("Query", {"TableName": "cuebook-history"}, {"history:Query"}),
        ("GetObject", {"Bucket": "cuebook-content", "Key": "k"}, {"content:GetObject"}),
        (
            "BatchGetItem",
            {"RequestItems": {"cuebook-prompts": {}, "cuebook-versions": {}}},
            {"prompts:BatchGetItem", "versions:BatchGetItem"},
        ),
        (
            "TransactWriteItems",
            {
                "TransactItems": [
                    {"Put": {"TableName": "cuebook-prompts"}},
                    {"Delete": {"TableName": "cuebook-lookups"}},
                    {"Update": {"TableName": "cuebook-access"}},
                    {"ConditionCheck": {"TableName": "cuebook-versions"}},
                ]
            },
            {
                "prompts:PutItem",
                "lookups:DeleteItem",
                "access:UpdateItem",
                "versions:ConditionCheckItem",
            },
        ),
    ],
)
def test_a_call_is_unfolded_into_the_actions_of_its_parts(
    operation: str, params: dict[str, Any], expected: set[str]
) -> None:
    assert set(actions(operation, params)) == expected
