"""Every route that can move a pointer, where all pointers are protected, with every kind of caller.

Nothing is listed here by route: what a call moves is seen on what is stored, where nothing is
protected.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from shared import exact_json
from shared.domain.access import Grant
from shared.routes import DIALECTS, NATIVE, ROUTES
from tests.client import Client
from tests.memory import Memory
from tests.properties.consistency import Snapshot
from tests.routes.problems import assert_problem
from tests.routes.roles import refer
from tests.routes.sample import get_sample
from tests.routes.scene import CHANGING, DRAFT, LIVE, MOVING, POINTERS, STABLE, Scene

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shared.routes import Route
    from tests.client import Registry, Response
    from tests.routes.sample import Variant

pytestmark = pytest.mark.slow

# Whoever may move all protected pointers, or can move none but those that the key lists.
TEXTS = {LIVE: "Hello {", STABLE: "Good day {", DRAFT: "Hey {"}  # in every language
MOVERS = ("key: admin", "session: admin", "key of the pointer live", "key of the pointer prod")
OTHERS = ("key: all", "session: editor")


def build_key(registry: Registry, pointer: str) -> Client:
    """Build the caller with a key of one pointer."""
    grant = Grant(
        name="key", operation="all", team_ids=(registry.team_id,), pointers=frozenset({pointer})
    )
    return Client(registry.team_id, registry.create_key(grant), registry.cloud)


def build_callers(registry: Registry) -> dict[str, Client]:
    """Build the callers, by name."""
    return {
        "key: admin": registry.admin,
        "key: all": registry.editor,
        "session: admin": registry.people["admin"],
        "session: editor": registry.people["editor"],
        **{f"key of the pointer {name}": build_key(registry, name) for name in ("live", "prod")},
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
                place = head["team_id"], head["scope"]
                # Applications get no version of a deployment that is not stable any more.
                gift = (
                    gifts,
                    [(each["id"], versions[each["number"]]["stage"]) for each in deployments],
                )
                state |= {(*place, key, head[key], pointer): gift for key in ("name", "slug")}
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
        if rules is not None:
            scene.protect(**rules)
        before = describe_pointers(Snapshot.load(Memory()))
        response = prepared.send(client)
        return response, before != describe_pointers(Snapshot.load(Memory()))


def list_arrivals(before: Snapshot, after: Snapshot) -> set[tuple[Any, ...]]:
    """List the versions with parts that have come to a protected pointer, or to more callers."""

    def list_gifts(snapshot: Snapshot) -> set[tuple[Any, ...]]:
        gifts = set()
        for head in snapshot.tables["prompts"]:
            versions = snapshot.list_versions(head["prompt_id"])
            targets = {"live": head.get("live_version"), **head["tags"]}
            shares = [
                (pointer, number, weight)
                for pointer in {*POINTERS} & targets.keys()
                for number, weight in head.get("splits", {}).get(pointer)
                or [[targets[pointer], 10_000]]
            ]
            settings = exact_json.decode(head["settings"]).get("maxim", {})
            shares += [
                (each["id"], each["number"], 10_000) for each in settings.get("deployments", [])
            ]
            gifts |= {
                (head["prompt_id"], *share)
                for share in shares
                if share[1] and versions[share[1]].get("includes")
            }
        return gifts

    earlier = list_gifts(before)
    return {
        gift
        for gift in list_gifts(after) - earlier
        if not any(gift[:3] == each[:3] and gift[3] <= each[3] for each in earlier)
    }


def test_a_route_that_moves_says_so(scene: Scene) -> None:
    scene.deploy(STABLE)
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
    scene.deploy(STABLE)
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
    scene.deploy(STABLE)
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


def test_nothing_comes_to_a_protected_pointer_that_changes_with_another_one(
    registry: Registry,
) -> None:
    editor, part = registry.editor, registry.editor.create_prompt("part")
    editor.create_version(part["id"], "part", engine="text")
    editor.promote(part["id"], 1)
    path = f"/v1/prompts/{part['id']}/versions/1/tags"
    assert editor("POST", path, {"tag": "open"}).status == 200
    scene = Scene(registry, suffix=refer("part", "label=open"))
    scene.deploy(STABLE)
    refused = set()
    for route in MOVING:
        for variant in (None, *get_sample(route).variants):
            for rules in (None, {"required_review": False}):
                caller = scene.get_caller(route, registry.admin, variant)
                with scene.visit(route, variant) as prepared:
                    if rules is not None:
                        scene.protect(**rules)
                    before = Snapshot.load(Memory())
                    response = prepared.send(caller)
                    arrivals = list_arrivals(before, Snapshot.load(Memory()))
                if rules is None:
                    is_free = not arrivals
                elif is_free:
                    assert response.status < 500, response.text
                else:
                    assert not arrivals, f"{route.name} has a version come to a protected pointer"
                    assert response.status in (400, 422), response.text
                    assert "'open' of 'part' cannot be included" in response.text
                    refused.add(route.dialect)
    assert refused == {*DIALECTS}


def test_a_key_of_a_pointer_is_shown_no_version_that_its_reads_do_not_show(scene: Scene) -> None:
    """Also where it changes nothing. Its pointer is at no version, or comes to one."""
    registry, statuses = scene.registry, set()
    for pointer in ("nowhere", "blue"):
        client = build_key(registry, pointer)
        for route in CHANGING:
            if get_sample(route).caller:
                continue
            for variant in (None, *get_sample(route).variants):
                if variant is not None and variant.caller:
                    continue
                with scene.visit(route, variant) as prepared:
                    response = prepared.send(client)
                    (head,) = (
                        head
                        for head in Snapshot.load(Memory()).tables["prompts"]
                        if head["prompt_id"] == scene.id
                    )
                statuses.add(response.status)
                for number, text in TEXTS.items():
                    if head["tags"].get(pointer) != number:
                        assert text not in response.text, f"{route.name} shows version {number}"
    assert statuses >= {200, 403}
