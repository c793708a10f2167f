"""Who may call what, over all routes: a new route is in here as soon as it has its row.

Each has a good call in `tests/routes/<dialect>.py`. What is sent, what is answered and what is done
in AWS is looked at in the other modules whose names begin with `test_every`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from infra.openapi import load_response_type
from shared.routes import DIALECTS, ROUTES, Permission
from shared.routes.registry import PROMPT_NAME
from tests.client import UNKNOWN_ID
from tests.routes.problems import assert_problem
from tests.routes.sample import NAME, get_sample, load_samples
from tests.routes.scene import GUARDED, READING, get_credential

if TYPE_CHECKING:
    import pytest

    from shared.routes import Route
    from tests.client import Registry, Response
    from tests.memory import Memory, Saved
    from tests.routes.scene import Scene

# What the scene has an id for.
THINGS = ("id", "live", "stable", "draft", "payload_id", "folder")
TEAM_NAMES = ("team", "team_id")
PEOPLE_NAMES = ("org", "person", "outsider", "session", "key_id")
# What finds nothing, by the name of what is found in the scene.
UNKNOWN = {"slug": "no-such-slug", "tag": "no-such-tag", "version": "99"} | dict.fromkeys(
    (*THINGS, *TEAM_NAMES, *PEOPLE_NAMES), UNKNOWN_ID
)


def test_every_route_has_a_good_call() -> None:
    for route in ROUTES:
        assert (get_sample(route).body is not None) >= bool(route.body), (
            f"the good call of {route.name} needs a body: {' or '.join(route.body)}"
        )


def test_every_good_call_is_of_a_route() -> None:
    names = {(route.dialect, route.name) for route in ROUTES}
    for dialect in DIALECTS:
        for name in load_samples(dialect):
            assert (dialect, name) in names, (
                f"tests/routes/{dialect}.py has a good call of {name}, which is no route"
            )


def test_the_least_caller_that_may_is_served_as_documented(scene: Scene) -> None:
    registry = scene.registry
    least = {Permission.PUBLIC: registry.nobody, Permission.READ: registry.viewer}
    for route in ROUTES:
        with scene.visit(route) as call:
            response = call.send(scene.get_caller(route, least.get(route.permission)))

            assert response.status == route.status, response.text
            assert response.headers["X-Request-Id"]
            assert_documented(response, route)


def test_an_admin_may_all_that_an_editor_may(scene: Scene) -> None:
    for route in GUARDED:
        with scene.visit(route) as call:
            response = call.send(scene.get_caller(route, scene.registry.admin))

            assert response.status == route.status, response.text


def test_without_a_good_key_nothing_is_served_or_judged(scene: Scene) -> None:
    for route in GUARDED:
        unknown = get_credential(route)(f"ak_{'0' * 64}")
        # Without the credential of a dialect, a native route answers where there are both.
        native = next((other for other in ROUTES if other.name == route.falls_back_to), route)
        with scene.visit(route) as call:
            before = scene.list_stored()
            assert_problem(call.send(scene.registry.nobody, **unknown), route, 401)
            assert_problem(call.send(scene.registry.nobody, raw="{", **unknown), route, 401)
            assert_problem(call.send(scene.registry.nobody), native, 401)
            assert scene.list_stored() == before


def test_head_needs_a_key_where_get_needs_one(scene: Scene) -> None:
    for route in READING:
        with scene.visit(route) as call:
            response = scene.registry.nobody("HEAD", call.target)

            assert response.status == (route.status if route not in GUARDED else 401)


def test_a_viewer_changes_nothing(scene: Scene) -> None:
    for route in GUARDED:
        if route.permission is not Permission.READ:
            with scene.visit(route) as call:
                before = scene.list_stored()
                assert_problem(call.send(scene.registry.viewer), route, get_sample(route).viewer)
                assert scene.list_stored() == before


def test_every_call_is_logged_with_who_made_it_also_when_it_is_refused(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    registry = scene.registry
    for route in GUARDED:
        with scene.visit(route) as call:
            for client in (registry.viewer, registry.editor, registry.stranger):
                principal = registry.store.api_keys.find_principal(str(client.key))
                assert principal is not None
                caplog.clear()

                call.send(client)

                (record,) = (record for record in caplog.records if record.message == "call")
                assert record.__dict__["principal_id"] == principal.id
                assert record.__dict__["team_id"] == client.team_id


def test_a_stranger_changes_nothing_and_cannot_tell_what_there_is(
    scene: Scene, memory: Memory, teams: tuple[Registry, Saved]
) -> None:
    stranger = scene.registry.stranger
    for route in GUARDED:
        sample = get_sample(route)
        for variant in (None, *sample.variants):
            expected = (variant and variant.stranger) or sample.stranger
            with scene.visit(route, variant) as call:
                before = scene.list_stored()
                response = call.send(stranger)

                for name in THINGS:
                    # LangWatch repeats what the caller has called a prompt.
                    if scene.names[name] not in f"{call.target} {call.body}":
                        assert scene.names[name] not in response.text
                if expected is None:
                    assert response.status == route.status, response.text
                    for table, items in scene.list_stored().items():
                        assert [item for item in before[table] if item not in items] == []
                    continue
                assert_problem(response, route, expected)
                assert scene.list_stored() == before
                # As if there were nothing but the teams.
                memory.restore(teams[1])
                scene.registry.forget()
                assert drop_id(call.send(stranger)) == drop_id(response)


def test_what_is_not_there_is_not_found_and_changes_nothing(scene: Scene) -> None:
    for route in GUARDED:
        sample = get_sample(route)
        names = NAME.findall(f"{sample.target or route.path} {sample.body}")
        for name in UNKNOWN.keys() & names:
            with scene.visit(route, names={name: UNKNOWN[name]}) as call:
                before = scene.list_stored()
                response = call.send(scene.get_caller(route))

                elsewhere = (sample.stranger or 404) if name in TEAM_NAMES else 404
                expected = sample.missing.get(name, elsewhere)
                assert response.status == expected, f"{name}: {response.text}"
                if expected != route.status:
                    assert_problem(response, route, expected)
                    assert scene.list_stored() == before


def assert_documented(response: Response, route: Route) -> None:
    """Assert that a success is what the endpoint's annotation says, and no more."""
    shape = load_response_type(route)
    if route.status < 300 and shape is not None:
        assert response.text.endswith("\n")
        assert TypeAdapter(shape).validate_python(response.json) == response.json
    assert route.status != 204 or response.text == ""


def drop_id(response: Response) -> tuple[int, str]:
    """Take what two responses to the same call have in common."""
    return response.status, response.text.replace(response.headers["X-Request-Id"], "")


def test_a_prompt_is_named_by_its_slug_as_by_its_id(scene: Scene) -> None:
    slug = scene.prompt["slug"]
    routes = [route for route in GUARDED if PROMPT_NAME in route.segments]
    assert len(routes) > 25
    for route in routes:
        responses = []
        for name in (scene.id, slug, "no-such-slug"):
            with scene.visit(route) as call:
                target = call.target.replace(scene.id, name)
                caller = scene.get_caller(route)
                responses.append(caller(call.route.method, target, call.body))

        by_id, by_slug, unknown = responses
        assert (by_id.status, by_slug.status) == (route.status, route.status), by_slug.text
        assert drop_times(by_id) == drop_times(by_slug)
        assert unknown.status in (400, 404), unknown.text


def drop_times(response: Response) -> str:
    """What a response says, without what is another one each time: times and ids."""
    text = re.sub(r"[0-9-]+T[0-9:.]+Z|new-[0-9a-f]+", "", response.text)
    return re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "", text)
