"""ETags: what has not changed is not sent again, and what has changed is not overwritten."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.functions.world import DRAFT, READING, STABLE, World, name_of

if TYPE_CHECKING:
    from shared.routes import Route
    from tests.client import Registry

TAGGED = tuple(route for route in READING if route.tag != "Documentation")


@pytest.fixture
def world(registry: Registry) -> World:
    return World(registry)


@pytest.mark.parametrize("route", TAGGED, ids=name_of)
def test_what_the_caller_has_already_is_not_sent_again(world: World, route: Route) -> None:
    first = world.call(route)
    etag = first.headers["ETag"]

    for known in (etag, f'"x", {etag}', f"W/{etag}", "*"):
        again = world.call(route, If_None_Match=known)
        assert (again.status, again.text) == (304, "")
        assert again.headers["ETag"] == etag
        assert again.headers["Cache-Control"] == "private, no-cache"
        assert again.headers["X-Request-Id"]
    other = world.call(route, If_None_Match='"x"')
    assert (other.status, other.text) == (200, first.text)
    assert re.fullmatch(r'"[0-9a-f]{32}"', etag)


def test_head_heeds_the_etag_too(world: World) -> None:
    path = f"/v1/prompts/{world.id}/versions/1"
    etag = world.registry.viewer("GET", path).headers["ETag"]

    head = world.registry.viewer("HEAD", path, headers={"If-None-Match": etag})

    assert head.status == 304


def test_a_failure_has_no_etag_and_is_told_every_time(world: World) -> None:
    path = f"/v1/prompts/{world.id}/versions/9"

    answer = world.registry.viewer("GET", path, headers={"If-None-Match": "*"})

    assert answer.status == 404
    assert "ETag" not in answer.headers


@pytest.mark.parametrize("change", ["promote", "tags", "demote", "PUT", "archive"])
def test_every_change_of_a_version_changes_its_etag(world: World, change: str) -> None:
    editor = world.registry.editor
    number = {"demote": 1, "PUT": DRAFT}.get(change, STABLE)
    path = f"/v1/prompts/{world.id}/versions/{number}"
    before = editor("GET", path).headers["ETag"]

    if change == "PUT":
        changed = editor("PUT", path, {"template": "new"})
    else:
        changed = editor("POST", f"{path}/{change}", {"tag": "t"})

    after = editor("GET", path).headers["ETag"]
    assert changed.status == 200
    assert before != after == changed.headers["ETag"]


def test_a_version_that_is_displaced_changes_its_etag(world: World) -> None:
    path = f"/v1/prompts/{world.id}/versions/1"
    before = world.registry.viewer("GET", path).headers["ETag"]

    world.registry.editor.promote(world.id, STABLE)

    assert world.registry.viewer("GET", path).headers["ETag"] != before


def test_what_a_version_change_gives_is_the_etag_to_go_on_with(world: World) -> None:
    path = f"/v1/prompts/{world.id}/versions/{DRAFT}"
    editor = world.registry.editor
    etag = editor("GET", path).headers["ETag"]

    for template in ("one", "two", "three"):
        answer = editor("PUT", path, {"template": template}, headers={"If-Match": etag})
        assert answer.status == 200
        etag = answer.headers["ETag"]
    promoted = editor("POST", f"{path}/promote", headers={"If-Match": f'"x", {etag}'})

    assert promoted.json["version"]["template"] == "three"


@pytest.mark.parametrize(
    ("method", "part", "body"),
    [
        ("PUT", f"/versions/{DRAFT}", {"template": "lost"}),
        ("POST", f"/versions/{DRAFT}/promote", None),
        ("PUT", "", {"description": "lost"}),
    ],
)
def test_who_read_an_older_state_changes_nothing(
    world: World, method: str, part: str, body: object
) -> None:
    registry, path = world.registry, f"/v1/prompts/{world.id}{part}"
    read = path.removesuffix("/promote")
    etag = registry.viewer("GET", read).headers["ETag"]
    registry.admin("PUT", f"/v1/prompts/{world.id}", {"description": "meanwhile"})
    registry.admin("PUT", f"/v1/prompts/{world.id}/versions/{DRAFT}", {"template": "meanwhile"})
    before = world.state()

    stale = registry.editor(method, path, body, headers={"If-Match": etag})
    never = registry.editor(method, path, body, headers={"If-Match": '"nonsense"'})

    for answer in (stale, never):
        assert (answer.status, answer.json["code"]) == (412, "precondition_failed")
        assert answer.error == "it has changed since it was read"
    assert world.state() == before
    fresh = registry.viewer("GET", read).headers["ETag"]
    assert registry.editor(method, path, body, headers={"If-Match": fresh}).status == 200


def test_any_state_will_do_for_a_star(world: World) -> None:
    path = f"/v1/prompts/{world.id}"

    answer = world.registry.editor("PUT", path, {"description": "d"}, headers={"If-Match": "*"})

    assert answer.status == 200


def test_of_two_writers_with_the_same_etag_the_second_is_told(world: World) -> None:
    registry, path = world.registry, f"/v1/prompts/{world.id}/versions/{DRAFT}"
    match = {"If-Match": registry.viewer("GET", path).headers["ETag"]}

    registry.cloud.before(
        "TransactWriteItems",
        lambda: registry.admin("PUT", path, {"template": "faster"}, headers=match),
    )
    late = registry.editor("PUT", path, {"template": "slower"}, headers=match)

    assert late.status == 412
    assert registry.viewer("GET", path).json["version"]["template"] == "faster"


def test_the_precondition_comes_after_role_and_version_and_before_the_state(world: World) -> None:
    registry, path = world.registry, f"/v1/prompts/{world.id}/versions"
    match = {"If-Match": '"x"'}

    answers = [
        registry.viewer("PUT", f"{path}/{STABLE}", {}, headers=match),
        registry.editor("PUT", f"{path}/9", {}, headers=match),
        registry.editor("PUT", f"{path}/{STABLE}", {}, headers=match),
        registry.editor("POST", f"{path}/live/promote", {}, headers=match),
    ]

    assert [answer.status for answer in answers] == [403, 404, 412, 412]
