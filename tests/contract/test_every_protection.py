"""Every route that can move a pointer, where all pointers are protected, with every kind of caller.

Nothing is listed here by route: what a call moves is seen on what is stored, where nothing is
protected.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from shared import exact_json
from shared.domain.access import Grant
from shared.routes import NATIVE, ROUTES
from tests.client import Client
from tests.memory import Memory
from tests.properties.consistency import Snapshot
from tests.routes.problems import assert_problem
from tests.routes.sample import get_sample
from tests.routes.scene import MOVING, POINTERS, STABLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shared.routes import Route
    from tests.client import Registry, Response
    from tests.routes.sample import Variant
    from tests.routes.scene import Scene

pytestmark = pytest.mark.slow

# Whoever may move all protected pointers, or can move none but those that the key lists.
MOVERS = ("key: admin", "session: admin", "key of the pointer live", "key of the pointer prod")
OTHERS = ("key: all", "session: editor")


def build_callers(registry: Registry) -> dict[str, Client]:
    """Build the callers, by name."""

    def build_key(pointer: str) -> Client:
        grant = Grant(
            name="key",
            operation="all",
            team_ids=(registry.team_id,),
            pointers=frozenset({pointer}),
        )
        return Client(registry.team_id, registry.create_key(grant), registry.cloud)

    return {
        "key: admin": registry.admin,
        "key: all": registry.editor,
        "session: admin": registry.people["admin"],
        "session: editor": registry.people["editor"],
        **{f"key of the pointer {name}": build_key(name) for name in ("live", "prod")},
    }


def describe_pointers(snapshot: Snapshot) -> Mapping[Any, Any]:
    """Describe what each protected pointer gives, by all that an application asks for it by."""
    state: dict[Any, Any] = {}
    for head in snapshot.tables["prompts"]:
        if head["status"] == "deleted":
            continue
        versions = snapshot.list_versions(head["prompt_id"])
        targets = {"live": head.get("live_version"), **head["tags"]}
        settings = exact_json.decode(head["settings"]).get("maxim", {})
        for pointer in {*POINTERS} & targets.keys():
            number = targets[pointer]
            shares = head.get("splits", {}).get(pointer) or [[number, 10_000]]
            gifts = [
                (weight, number, versions[number]["content_hash"])
                for number, weight in shares
                if number is not None
            ]
            deployments = settings.get("deployments", []) if pointer == "live" else []
            if gifts or deployments:
                name = head["team_id"], head["scope"], head["slug"], pointer
                # Applications get no version of a deployment that is not stable any more.
                state[name] = (
                    gifts,
                    [(each["id"], versions[each["number"]]["stage"]) for each in deployments],
                )
    return state


def call(
    scene: Scene,
    route: Route,
    variant: Variant | None,
    client: Client,
    rules: Mapping[str, bool] | None = None,
) -> tuple[Response, bool]:
    """Make a good call of a route, and tell whether it has moved a pointer.

    Args:
        scene: The scene.
        route: The route.
        variant: Another call of it than the first.
        client: Who makes it.
        rules: Of what is protected; None for no protection.
    """
    with scene.visit(route, variant) as prepared:
        scene.deploy(STABLE)
        if rules is not None:
            scene.protect(**rules)
        before = describe_pointers(Snapshot.load(Memory()))
        response = prepared.send(client)
        return response, before != describe_pointers(Snapshot.load(Memory()))


def test_a_route_that_moves_says_so(scene: Scene) -> None:
    for route in ROUTES:
        if route in MOVING:
            continue
        for variant in (None, *get_sample(route).variants):
            caller = scene.get_caller(route, variant=variant)
            _, has_moved = call(scene, route, variant, caller)
            assert not has_moved, f"the row of {route.name} lacks CHECK, and MOVE if it needs it"


@pytest.mark.parametrize("name", MOVERS)
def test_whoever_may_move_a_pointer_moves_it_as_if_it_were_not_protected(
    scene: Scene, name: str
) -> None:
    client, moves = build_callers(scene.registry)[name], 0
    for route in MOVING:
        if name.startswith("session") and route.dialect != NATIVE:
            continue
        for variant in (None, *get_sample(route).variants):
            free, has_moved = call(scene, route, variant, client)
            guarded, has_moved_too = call(scene, route, variant, client, {"required_review": True})

            assert (guarded.status, has_moved_too) == (free.status, has_moved), guarded.text
            moves += has_moved
    assert moves


@pytest.mark.parametrize("required_review", [False, True])
@pytest.mark.parametrize("name", OTHERS)
def test_nobody_else_moves_it_in_any_dialect(
    scene: Scene, name: str, *, required_review: bool
) -> None:
    client, requests = build_callers(scene.registry)[name], 0
    rules = {"required_review": required_review, "editors_roll_back": False}
    for route in MOVING:
        if name.startswith("session") and route.dialect != NATIVE:
            continue
        for variant in (None, *get_sample(route).variants):
            free, has_moved = call(scene, route, variant, client)
            guarded, has_moved_too = call(scene, route, variant, client, rules)

            assert not has_moved_too, f"{route.name} moves a protected pointer"
            if not has_moved:
                assert guarded.status == free.status, guarded.text
            elif guarded.status == 202:
                assert required_review
                assert route.is_reviewed
                requests += 1
            else:
                assert_problem(guarded, route, 403)
                assert route.dialect != NATIVE or not (required_review and route.is_reviewed)
    assert bool(requests) is required_review
