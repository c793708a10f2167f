"""A prompt that moves while it is read, and is then changed, shows its first team nothing of that.

Its head is read before its versions, payloads and history, and a move writes none of these anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from shared.routes import ROUTES, Permission
from tests.properties.interception import run_before
from tests.routes.sample import get_sample
from tests.routes.scene import DRAFT, LIVE, STABLE

if TYPE_CHECKING:
    from shared.routes import Route
    from tests.properties.scene import Scene
    from tests.routes.scene import Prepared

READING = tuple(route for route in ROUTES if route.permission is Permission.READ)
SECRET = "only for the second team"


def change_after_move(scene: Scene) -> dict[str, int]:
    """Move the prompt, and write a secret wherever its new team can; return what was answered."""
    theirs = scene.registry.stranger
    draft = f"{scene.path}/versions/{DRAFT}"
    writes: list[tuple[str, str, Any]] = [
        ("PUT", draft, {"template": SECRET, "commit_message": SECRET}),
        ("PUT", f"{scene.path}/payloads/{scene.payload_id}", {"variables": {"name": SECRET}}),
        ("POST", f"{draft}/promote", None),
        ("POST", f"{scene.path}/versions", {"template": SECRET}),
        ("POST", f"{scene.path}/rollback", {"target_version": STABLE, "rollback_reason": SECRET}),
    ]
    statuses = {"move": scene.move().status}
    return statuses | {path: theirs(method, path, body).status for method, path, body in writes}


def read(scene: Scene, call: Prepared) -> str:
    """Make a call as a process that has just started, as an editor of the first team."""
    scene.registry.forget()
    scene.interceptor.calls.clear()
    caller = scene.base.get_caller(call.route, variant=call.variant)
    return call.send(caller).text


def list_places(scene: Scene, call: Prepared) -> range:
    """List the calls of AWS that a call makes, by their places."""
    read(scene, call)
    return range(len(scene.interceptor.calls))


def read_after_move(scene: Scene, call: Prepared, place: int) -> str:
    """Make a call, and let the move and the other team's writes in before one of its steps."""
    statuses: dict[str, int] = {}
    scene.interceptor.clear()
    scene.interceptor.intercept(
        run_before(lambda: statuses.update(change_after_move(scene))), skip=place
    )
    text = read(scene, call)
    scene.interceptor.clear()
    # Some calls are prepared by promoting the draft, which cannot be changed then.
    assert set(statuses.values()) <= {200, 201, 422}, statuses
    assert (statuses["move"], statuses[f"{scene.path}/versions"]) == (200, 201)
    return text


def assert_hidden(scene: Scene, call: Prepared) -> None:
    """Check that a call shows nothing of the other team, whenever the prompt moves."""
    saved = scene.memory.save()
    for place in list_places(scene, call):
        assert SECRET not in read_after_move(scene, call, place), place
        scene.memory.restore(saved)


@pytest.mark.parametrize("route", READING, ids=lambda route: route.name)
def test_no_read_shows_what_another_team_has_written(scene: Scene, route: Route) -> None:
    for variant in (None, *get_sample(route).variants):
        with scene.base.visit(route, variant) as call:
            assert_hidden(scene, call)


@pytest.mark.parametrize("pointer", ["staging", "latest", DRAFT, LIVE])
def test_nor_does_a_batch(scene: Scene, pointer: int | str) -> None:
    assert scene.set_tag("staging", DRAFT).status == 200
    (route,) = (route for route in READING if route.path == "/v1/batch")
    with scene.base.visit(route) as call:
        body = {"prompts": [{"name": scene.slug, "pointer": pointer}]}
        assert_hidden(scene, call.replace_body(body))
