"""Tags: movable names of versions, two of which always resolve and cannot be set."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from tests.routes.scene import DRAFT, LIVE, STABLE, Scene

if TYPE_CHECKING:
    from tests.client import Registry

BAD_FORMAT = (
    "invalid tag format: must be 1-50 characters containing only letters, numbers, "
    "dashes, underscores, and dots"
)


def set_tag(scene: Scene, number: object, name: object) -> int:
    path = f"/v1/prompts/{scene.id}/versions/{number}/tags"
    return scene.registry.editor("POST", path, {"tag": name}).status


def list_tags(scene: Scene) -> list[dict[str, object]]:
    listed: list[dict[str, object]] = scene.registry.viewer(
        "GET", f"/v1/prompts/{scene.id}/tags"
    ).json["tags"]
    return listed


def test_a_tag_shows_on_its_version_and_in_the_list(scene: Scene) -> None:
    path = f"/v1/prompts/{scene.id}/versions/{STABLE}"

    made = scene.registry.editor("POST", f"{path}/tags", {"tag": "eu-west_1.b"})

    assert made.status == 200
    assert made.json["version"]["tags"] == ["eu-west_1.b"]
    assert scene.registry.viewer("GET", path).json == made.json
    assert list_tags(scene) == [{"tag": "eu-west_1.b", "version": 2}, {"tag": "prod", "version": 1}]


def test_setting_a_tag_elsewhere_moves_it(scene: Scene) -> None:
    path = f"/v1/prompts/{scene.id}/versions"

    moved = scene.registry.editor("POST", f"{path}/{DRAFT}/tags", {"tag": "prod"})

    assert moved.json["version"]["tags"] == ["prod"]
    assert scene.registry.viewer("GET", f"{path}/{LIVE}").json["version"]["tags"] == []
    assert list_tags(scene) == [{"tag": "prod", "version": 3}]


def test_setting_a_tag_where_it_is_changes_nothing(scene: Scene) -> None:
    before = scene.list_stored()

    assert set_tag(scene, LIVE, "prod") == 200

    assert scene.list_stored() == before


def test_tags_are_listed_in_order_and_case_counts(scene: Scene) -> None:
    for name in ("b", "a", "B", "10", "9", "_", "a.b", "a-b"):
        assert set_tag(scene, STABLE, name) == 200

    listed = [entry["tag"] for entry in list_tags(scene)]

    assert listed == sorted(["b", "a", "B", "10", "9", "_", "a.b", "a-b", "prod"])
    version = scene.registry.viewer("GET", f"/v1/prompts/{scene.id}/versions/B").json["version"]
    assert version["tags"] == sorted(["b", "a", "B", "10", "9", "_", "a.b", "a-b"])


def test_a_version_may_be_named_by_a_tag_when_it_is_tagged(scene: Scene) -> None:
    assert [
        set_tag(scene, "prod", "one"),
        set_tag(scene, "latest", "two"),
        set_tag(scene, "live", "x"),
    ] == [
        200,
        200,
        200,
    ]

    assert list_tags(scene) == [
        {"tag": "one", "version": 1},
        {"tag": "prod", "version": 1},
        {"tag": "two", "version": 3},
        {"tag": "x", "version": 1},
    ]


@pytest.mark.parametrize("body", [{}, {"tag": ""}, {"tag": None}, {"name": "x"}])
def test_a_tag_is_required(scene: Scene, body: dict[str, object]) -> None:
    answer = scene.registry.editor("POST", f"/v1/prompts/{scene.id}/versions/1/tags", body)

    assert (answer.status, answer.error) == (400, "tag is required")


@pytest.mark.parametrize(
    "name", ["a b", "ä", "a/b", "x" * 51, "a\n", "\n", " ", "a\0", "#", "a:b", "\u0661", "😀"]
)
def test_only_letters_digits_dash_underscore_and_dot_make_a_tag(scene: Scene, name: str) -> None:
    before = scene.list_stored()

    answer = scene.registry.editor("POST", f"/v1/prompts/{scene.id}/versions/1/tags", {"tag": name})

    assert (answer.status, answer.error) == (400, BAD_FORMAT)
    assert scene.list_stored() == before


@pytest.mark.parametrize("name", ["x" * 50, "...", "-", "_", "-1", "diff", "Live", "LATEST"])
def test_any_other_word_is_a_tag(scene: Scene, name: str) -> None:
    assert set_tag(scene, STABLE, name) == 200

    assert {"tag": name, "version": STABLE} in list_tags(scene)


@pytest.mark.parametrize("name", ["live", "latest"])
def test_reserved_tags_cannot_be_set_and_always_resolve(scene: Scene, name: str) -> None:
    expected = {"live": LIVE, "latest": DRAFT}[name]
    viewer, prompt = scene.registry.viewer, f"/v1/prompts/{scene.id}"

    refused = scene.registry.editor("POST", f"{prompt}/versions/{STABLE}/tags", {"tag": name})
    removed = scene.registry.editor("DELETE", f"{prompt}/tags/{name}")

    assert (refused.status, refused.json["code"]) == (400, "invalid_request")
    assert "reserved" in refused.error
    assert (removed.status, removed.error) == (404, "tag not found")
    assert [
        viewer("GET", f"{prompt}/versions/{name}").json["version"]["version"],
        viewer("GET", f"{prompt}?tag={name}").json["version"]["version"],
        viewer("GET", f"{prompt}?version={name}").json["version"]["version"],
        viewer(
            "POST",
            f"/v1/prompts/{scene.prompt['slug']}/versions/{name}/render",
            {"variables": {"name": "Ada"}},
        ).json["version"],
    ] == [expected] * 4
    assert viewer("GET", f"{prompt}/versions?tags={name}").json["versions"] == []


@pytest.mark.parametrize("name", [".", ".."])
def test_what_a_path_cannot_have_is_no_tag(scene: Scene, name: str) -> None:
    before = scene.list_stored()

    answer = scene.registry.editor("POST", f"/v1/prompts/{scene.id}/versions/1/tags", {"tag": name})

    assert (answer.status, answer.json["code"]) == (400, "invalid_request")
    assert "choose another" in answer.error
    assert scene.list_stored() == before


@pytest.mark.parametrize("name", ["2024", "0", "-1", "002024", "2147483648", "9" * 40, "9" * 50])
def test_a_number_that_no_version_has_is_a_tag(scene: Scene, name: str) -> None:
    prompt, viewer = f"/v1/prompts/{scene.id}", scene.registry.viewer
    slug = f"/v1/prompts/{scene.prompt['slug']}"
    assert set_tag(scene, STABLE, name) == 200

    for target in (f"{prompt}/versions/{name}", f"{prompt}?version={name}", f"{prompt}?tag={name}"):
        assert viewer("GET", target).json["version"]["version"] == STABLE, target
    variables = {"variables": {"name": "Ada"}}
    render = viewer("POST", f"{slug}/versions/{name}/render", variables)
    assert render.json["version"] == STABLE
    listed = viewer("GET", f"{prompt}/versions?tags={name}").json["versions"]
    assert [version["version"] for version in listed] == [STABLE]
    assert scene.registry.editor("DELETE", f"{prompt}/tags/{name}").status == 204
    assert viewer("GET", f"{prompt}/versions/{name}").error == "version not found"


@pytest.mark.parametrize("name", ["1", "3", "01", "0003"])
def test_the_number_of_a_version_is_no_tag(scene: Scene, name: str) -> None:
    before = scene.list_stored()

    answer = scene.registry.editor("POST", f"/v1/prompts/{scene.id}/versions/2/tags", {"tag": name})

    assert (answer.status, answer.json["code"]) == (400, "invalid_request")
    assert "number of a version" in answer.error
    assert scene.list_stored() == before


def test_a_version_comes_before_the_tag_that_had_its_number(scene: Scene) -> None:
    prompt, viewer = f"/v1/prompts/{scene.id}", scene.registry.viewer
    assert set_tag(scene, STABLE, "4") == 200
    assert viewer("GET", f"{prompt}/versions/4").json["version"]["version"] == STABLE

    made = scene.registry.editor("POST", f"{prompt}/versions", {"template": "four"})

    assert made.json["version"]["version"] == 4
    assert viewer("GET", f"{prompt}/versions/4").json["version"]["template"] == "four"
    assert viewer("GET", f"{prompt}?tag=4").json["version"]["version"] == STABLE


def test_a_removed_tag_is_gone(scene: Scene) -> None:
    prompt, editor = f"/v1/prompts/{scene.id}", scene.registry.editor

    removed = editor("DELETE", f"{prompt}/tags/prod")
    again = editor("DELETE", f"{prompt}/tags/prod")

    assert (removed.status, removed.text) == (204, "")
    assert (again.status, again.error, again.json["code"]) == (
        404,
        "tag not found",
        "tag_not_found",
    )
    assert list_tags(scene) == []
    assert editor("GET", f"{prompt}/versions/prod").error == "version not found"
    assert editor("GET", f"{prompt}/versions/{LIVE}").json["version"]["tags"] == []


@pytest.mark.parametrize("name", ["nobody", "PROD", "a%20b", "%00", "x" * 3000, "1"])
def test_a_tag_that_is_not_there_cannot_be_removed(scene: Scene, name: str) -> None:
    answer = scene.registry.editor("DELETE", f"/v1/prompts/{scene.id}/tags/{name}")

    assert (answer.status, answer.error) == (404, "tag not found")


def test_removal_judges_id_existence_role_and_tag_in_this_order(scene: Scene) -> None:
    registry, path = scene.registry, f"/v1/prompts/{scene.id}/tags/nobody"
    steps = [
        (registry.viewer, "/v1/prompts/nonsense/tags/nobody", (400, "invalid prompt id")),
        (registry.viewer, f"/v1/prompts/{uuid4()}/tags/nobody", (404, "prompt not found")),
        (registry.viewer, path, (403, "forbidden")),
        (registry.editor, path, (404, "tag not found")),
    ]

    answers = [client("DELETE", path) for client, path, _ in steps]

    assert [(answer.status, answer.error) for answer in answers] == [step[2] for step in steps]


def test_the_tag_is_judged_before_the_version(scene: Scene) -> None:
    path = f"/v1/prompts/{scene.id}/versions/77/tags"

    answers = [
        scene.registry.editor("POST", path, raw=raw)
        for raw in ("{", "{}", '{"tag": "a b"}', '{"tag": "live"}', '{"tag": "fine"}')
    ]

    assert [answer.status for answer in answers] == [400, 400, 400, 400, 404]
    assert [answer.error for answer in answers[:3]] == [
        "invalid request body",
        "tag is required",
        BAD_FORMAT,
    ]
    assert answers[4].error == "version not found"


def test_the_same_tag_in_two_prompts_is_two_tags(registry: Registry, scene: Scene) -> None:
    first, second = scene, Scene(registry)

    registry.editor("DELETE", f"/v1/prompts/{first.id}/tags/prod")

    assert list_tags(first) == []
    assert list_tags(second) == [{"tag": "prod", "version": LIVE}]


def test_tags_outlive_promotion_demotion_and_archiving(scene: Scene) -> None:
    path = f"/v1/prompts/{scene.id}/versions/{STABLE}"
    set_tag(scene, STABLE, "kept")

    after = [
        scene.registry.editor("POST", f"{path}/{verb}").json["version"]["tags"]
        for verb in ("promote", "demote", "promote", "archive")
    ]

    assert after == [["kept"]] * 4


def test_a_tag_changes_no_status(scene: Scene) -> None:
    before = scene.registry.viewer.list_statuses(scene.id)

    for name in ("production", "stable", "draft", "archived", "published"):
        assert set_tag(scene, DRAFT, name) == 200

    assert scene.registry.viewer.list_statuses(scene.id) == before


def test_of_two_writers_at_once_neither_loses_a_tag(scene: Scene) -> None:
    scene.registry.cloud.run_before("TransactWriteItems", lambda: set_tag(scene, STABLE, "rival"))

    assert set_tag(scene, DRAFT, "mine") == 200

    assert list_tags(scene) == [
        {"tag": "mine", "version": 3},
        {"tag": "prod", "version": 1},
        {"tag": "rival", "version": 2},
    ]
