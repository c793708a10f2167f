"""Tags: movable names of versions, two of which always resolve and cannot be set."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from tests.functions.world import DRAFT, LIVE, STABLE, World

if TYPE_CHECKING:
    from tests.client import Registry

BAD_FORMAT = (
    "invalid tag format: must be 1-50 characters containing only letters, numbers, "
    "dashes, underscores, and dots"
)


@pytest.fixture
def world(registry: Registry) -> World:
    return World(registry)


def tag(world: World, number: object, name: object) -> int:
    path = f"/v1/prompts/{world.id}/versions/{number}/tags"
    return world.registry.editor("POST", path, {"tag": name}).status


def tags(world: World) -> list[dict[str, object]]:
    listed: list[dict[str, object]] = world.registry.viewer(
        "GET", f"/v1/prompts/{world.id}/tags"
    ).json["tags"]
    return listed


def test_a_tag_shows_on_its_version_and_in_the_list(world: World) -> None:
    path = f"/v1/prompts/{world.id}/versions/{STABLE}"

    made = world.registry.editor("POST", f"{path}/tags", {"tag": "eu-west_1.b"})

    assert made.status == 200
    assert made.json["version"]["tags"] == ["eu-west_1.b"]
    assert world.registry.viewer("GET", path).json == made.json
    assert tags(world) == [{"tag": "eu-west_1.b", "version": 2}, {"tag": "prod", "version": 1}]


def test_setting_a_tag_elsewhere_moves_it(world: World) -> None:
    path = f"/v1/prompts/{world.id}/versions"

    moved = world.registry.editor("POST", f"{path}/{DRAFT}/tags", {"tag": "prod"})

    assert moved.json["version"]["tags"] == ["prod"]
    assert world.registry.viewer("GET", f"{path}/{LIVE}").json["version"]["tags"] == []
    assert tags(world) == [{"tag": "prod", "version": 3}]


def test_setting_a_tag_where_it_is_changes_nothing(world: World) -> None:
    before = world.state()

    assert tag(world, LIVE, "prod") == 200

    assert world.state() == before


def test_tags_are_listed_in_order_and_case_counts(world: World) -> None:
    for name in ("b", "a", "B", "10", "9", "_", "a.b", "a-b"):
        assert tag(world, STABLE, name) == 200

    listed = [entry["tag"] for entry in tags(world)]

    assert listed == sorted(["b", "a", "B", "10", "9", "_", "a.b", "a-b", "prod"])
    version = world.registry.viewer("GET", f"/v1/prompts/{world.id}/versions/B").json["version"]
    assert version["tags"] == sorted(["b", "a", "B", "10", "9", "_", "a.b", "a-b"])


def test_a_version_may_be_named_by_a_tag_when_it_is_tagged(world: World) -> None:
    assert [tag(world, "prod", "one"), tag(world, "latest", "two"), tag(world, "live", "x")] == [
        200,
        200,
        200,
    ]

    assert tags(world) == [
        {"tag": "one", "version": 1},
        {"tag": "prod", "version": 1},
        {"tag": "two", "version": 3},
        {"tag": "x", "version": 1},
    ]


@pytest.mark.parametrize("body", [{}, {"tag": ""}, {"tag": None}, {"name": "x"}])
def test_a_tag_is_required(world: World, body: dict[str, object]) -> None:
    answer = world.registry.editor("POST", f"/v1/prompts/{world.id}/versions/1/tags", body)

    assert (answer.status, answer.error) == (400, "tag is required")


@pytest.mark.parametrize(
    "name", ["a b", "ä", "a/b", "x" * 51, "a\n", "\n", " ", "a\0", "#", "a:b", "\u0661", "😀"]
)
def test_only_letters_digits_dash_underscore_and_dot_make_a_tag(world: World, name: str) -> None:
    before = world.state()

    answer = world.registry.editor("POST", f"/v1/prompts/{world.id}/versions/1/tags", {"tag": name})

    assert (answer.status, answer.error) == (400, BAD_FORMAT)
    assert world.state() == before


@pytest.mark.parametrize("name", ["x" * 50, ".", "..", "-", "_", "-1", "diff", "Live", "LATEST"])
def test_any_other_word_is_a_tag(world: World, name: str) -> None:
    assert tag(world, STABLE, name) == 200

    assert {"tag": name, "version": STABLE} in tags(world)


@pytest.mark.parametrize("name", ["live", "latest"])
def test_reserved_tags_cannot_be_set_and_always_resolve(world: World, name: str) -> None:
    expected = {"live": LIVE, "latest": DRAFT}[name]
    viewer, prompt = world.registry.viewer, f"/v1/prompts/{world.id}"

    refused = world.registry.editor("POST", f"{prompt}/versions/{STABLE}/tags", {"tag": name})
    removed = world.registry.editor("DELETE", f"{prompt}/tags/{name}")

    assert (refused.status, refused.json["code"]) == (400, "invalid_request")
    assert "reserved" in refused.error
    assert (removed.status, removed.error) == (404, "tag not found")
    assert [
        viewer("GET", f"{prompt}/versions/{name}").json["version"]["version"],
        viewer("GET", f"{prompt}?tag={name}").json["version"]["version"],
        viewer("GET", f"{prompt}?version={name}").json["version"]["version"],
        viewer(
            "POST",
            f"/v1/prompts/{world.prompt['slug']}/versions/{name}/render",
            {"variables": {"name": "Ada"}},
        ).json["version"],
    ] == [expected] * 4
    assert viewer("GET", f"{prompt}/versions?tags={name}").json["versions"] == []


def test_a_tag_of_digits_is_found_by_the_query_only(world: World) -> None:
    prompt, viewer = f"/v1/prompts/{world.id}", world.registry.viewer
    assert tag(world, STABLE, "2024") == 200
    assert tag(world, STABLE, "1") == 200

    assert viewer("GET", f"{prompt}/versions/2024").error == "version not found"
    assert viewer("GET", f"{prompt}?version=2024").error == "version not found"
    assert viewer("GET", f"{prompt}?tag=2024").json["version"]["version"] == STABLE
    assert viewer("GET", f"{prompt}?tag=1").json["version"]["version"] == STABLE
    assert viewer("GET", f"{prompt}/versions/1").json["version"]["version"] == LIVE
    listed = viewer("GET", f"{prompt}/versions?tags=2024").json["versions"]
    assert [version["version"] for version in listed] == [STABLE]


def test_a_removed_tag_is_gone(world: World) -> None:
    prompt, editor = f"/v1/prompts/{world.id}", world.registry.editor

    removed = editor("DELETE", f"{prompt}/tags/prod")
    again = editor("DELETE", f"{prompt}/tags/prod")

    assert (removed.status, removed.text) == (204, "")
    assert (again.status, again.error, again.json["code"]) == (
        404,
        "tag not found",
        "tag_not_found",
    )
    assert tags(world) == []
    assert editor("GET", f"{prompt}/versions/prod").error == "version not found"
    assert editor("GET", f"{prompt}/versions/{LIVE}").json["version"]["tags"] == []


@pytest.mark.parametrize("name", ["nobody", "PROD", "a%20b", "%00", "x" * 3000, "1"])
def test_a_tag_that_is_not_there_cannot_be_removed(world: World, name: str) -> None:
    answer = world.registry.editor("DELETE", f"/v1/prompts/{world.id}/tags/{name}")

    assert (answer.status, answer.error) == (404, "tag not found")


def test_removal_judges_id_existence_role_and_tag_in_this_order(world: World) -> None:
    registry, path = world.registry, f"/v1/prompts/{world.id}/tags/nobody"
    steps = [
        (registry.viewer, "/v1/prompts/nonsense/tags/nobody", (400, "invalid prompt id")),
        (registry.viewer, f"/v1/prompts/{uuid4()}/tags/nobody", (404, "prompt not found")),
        (registry.viewer, path, (403, "forbidden")),
        (registry.editor, path, (404, "tag not found")),
    ]

    answers = [client("DELETE", path) for client, path, _ in steps]

    assert [(answer.status, answer.error) for answer in answers] == [step[2] for step in steps]


def test_the_tag_is_judged_before_the_version(world: World) -> None:
    path = f"/v1/prompts/{world.id}/versions/77/tags"

    answers = [
        world.registry.editor("POST", path, raw=raw)
        for raw in ("{", "{}", '{"tag": "a b"}', '{"tag": "live"}', '{"tag": "fine"}')
    ]

    assert [answer.status for answer in answers] == [400, 400, 400, 400, 404]
    assert [answer.error for answer in answers[:3]] == [
        "invalid request body",
        "tag is required",
        BAD_FORMAT,
    ]
    assert answers[4].error == "version not found"


def test_the_same_tag_in_two_prompts_is_two_tags(registry: Registry) -> None:
    first, second = World(registry), World(registry)

    registry.editor("DELETE", f"/v1/prompts/{first.id}/tags/prod")

    assert tags(first) == []
    assert tags(second) == [{"tag": "prod", "version": LIVE}]


def test_tags_outlive_promotion_demotion_and_archiving(world: World) -> None:
    path = f"/v1/prompts/{world.id}/versions/{STABLE}"
    tag(world, STABLE, "kept")

    after = [
        world.registry.editor("POST", f"{path}/{verb}").json["version"]["tags"]
        for verb in ("promote", "demote", "promote", "archive")
    ]

    assert after == [["kept"]] * 4


def test_a_tag_changes_no_status(world: World) -> None:
    before = world.registry.viewer.statuses(world.id)

    for name in ("production", "stable", "draft", "archived", "published"):
        assert tag(world, DRAFT, name) == 200

    assert world.registry.viewer.statuses(world.id) == before


def test_of_two_writers_at_once_neither_loses_a_tag(world: World) -> None:
    world.registry.cloud.before("TransactWriteItems", lambda: tag(world, STABLE, "rival"))

    assert tag(world, DRAFT, "mine") == 200

    assert tags(world) == [
        {"tag": "mine", "version": 3},
        {"tag": "prod", "version": 1},
        {"tag": "rival", "version": 2},
    ]
