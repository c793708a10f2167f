"""ETags: what has not changed is not sent again, and what has changed is not overwritten."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.routes.scene import DRAFT, STABLE, Scene

if TYPE_CHECKING:
    from tests.client import Registry


def test_head_heeds_the_etag_too(scene: Scene) -> None:
    path = f"/v1/prompts/{scene.id}/versions/1"
    etag = scene.registry.viewer("GET", path).headers["ETag"]

    head = scene.registry.viewer("HEAD", path, headers={"If-None-Match": etag})

    assert head.status == 304


def test_a_failure_has_no_etag_and_is_told_every_time(scene: Scene) -> None:
    path = f"/v1/prompts/{scene.id}/versions/9"

    answer = scene.registry.viewer("GET", path, headers={"If-None-Match": "*"})

    assert answer.status == 404
    assert "ETag" not in answer.headers


@pytest.mark.parametrize("change", ["promote", "tags", "demote", "PUT", "archive"])
def test_every_change_of_a_version_changes_its_etag(scene: Scene, change: str) -> None:
    editor = scene.registry.editor
    number = {"demote": 1, "PUT": DRAFT}.get(change, STABLE)
    path = f"/v1/prompts/{scene.id}/versions/{number}"
    before = editor("GET", path).headers["ETag"]

    if change == "PUT":
        changed = editor("PUT", path, {"template": "new"})
    else:
        changed = editor("POST", f"{path}/{change}", {"tag": "t"})

    after = editor("GET", path).headers["ETag"]
    assert changed.status == 200
    assert before != after == changed.headers["ETag"]


def test_a_version_that_is_displaced_changes_its_etag(scene: Scene) -> None:
    path = f"/v1/prompts/{scene.id}/versions/1"
    before = scene.registry.viewer("GET", path).headers["ETag"]

    scene.registry.editor.promote(scene.id, STABLE)

    assert scene.registry.viewer("GET", path).headers["ETag"] != before


def test_what_a_version_change_gives_is_the_etag_to_go_on_with(scene: Scene) -> None:
    path = f"/v1/prompts/{scene.id}/versions/{DRAFT}"
    editor = scene.registry.editor
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
    scene: Scene, method: str, part: str, body: object
) -> None:
    registry, path = scene.registry, f"/v1/prompts/{scene.id}{part}"
    read = path.removesuffix("/promote")
    etag = registry.viewer("GET", read).headers["ETag"]
    registry.admin("PUT", f"/v1/prompts/{scene.id}", {"description": "meanwhile"})
    registry.admin("PUT", f"/v1/prompts/{scene.id}/versions/{DRAFT}", {"template": "meanwhile"})
    before = scene.list_stored()

    stale = registry.editor(method, path, body, headers={"If-Match": etag})
    never = registry.editor(method, path, body, headers={"If-Match": '"nonsense"'})

    for answer in (stale, never):
        assert (answer.status, answer.json["code"]) == (412, "precondition_failed")
        assert answer.error == (
            "If-Match does not match: the resource has changed since it was read; read it again"
        )
    assert scene.list_stored() == before
    fresh = registry.viewer("GET", read).headers["ETag"]
    assert registry.editor(method, path, body, headers={"If-Match": fresh}).status == 200


def test_any_state_will_do_for_a_star(scene: Scene) -> None:
    path = f"/v1/prompts/{scene.id}"

    answer = scene.registry.editor("PUT", path, {"description": "d"}, headers={"If-Match": "*"})

    assert answer.status == 200


def test_of_two_writers_with_the_same_etag_the_second_is_told(scene: Scene) -> None:
    registry, path = scene.registry, f"/v1/prompts/{scene.id}/versions/{DRAFT}"
    match = {"If-Match": registry.viewer("GET", path).headers["ETag"]}

    registry.cloud.run_before(
        "TransactWriteItems",
        lambda: registry.admin("PUT", path, {"template": "faster"}, headers=match),
    )
    late = registry.editor("PUT", path, {"template": "slower"}, headers=match)

    assert late.status == 412
    assert registry.viewer("GET", path).json["version"]["template"] == "faster"


def test_the_precondition_comes_after_role_and_version_and_before_the_state(scene: Scene) -> None:
    registry, path = scene.registry, f"/v1/prompts/{scene.id}/versions"
    match = {"If-Match": '"x"'}

    answers = [
        registry.viewer("PUT", f"{path}/{STABLE}", {}, headers=match),
        registry.editor("PUT", f"{path}/9", {}, headers=match),
        registry.editor("PUT", f"{path}/{STABLE}", {}, headers=match),
        registry.editor("POST", f"{path}/live/promote", {}, headers=match),
    ]

    assert [answer.status for answer in answers] == [403, 404, 412, 412]


def test_the_first_version_is_created_once(registry: Registry) -> None:
    prompt = registry.editor.create_prompt("New")
    path = f"/v1/prompts/{prompt['id']}"
    match = {"If-Match": registry.viewer("GET", path).headers["ETag"]}

    statuses = [
        registry.editor("POST", f"{path}/versions", {"template": text}, headers=match).status
        for text in ("one", "two")
    ]

    assert statuses == [201, 412]
    assert registry.viewer("GET", f"{path}?version=latest").json["version"]["template"] == "one"


def test_a_prompt_is_described_only_beside_the_version_that_was_read(registry: Registry) -> None:
    prompt = registry.editor.create_prompt("New")
    path = f"/v1/prompts/{prompt['id']}"
    tags = [registry.viewer("GET", path).headers["ETag"]]
    for text in ("one", "two"):
        registry.editor.create_version(prompt["id"], text)
        tags.append(registry.viewer("GET", f"{path}?version=latest").headers["ETag"])

    def describe(query: str, tag: str) -> int:
        match, body = {"If-Match": tag}, {"description": tag}
        return registry.editor("PATCH", f"{path}{query}", body, headers=match).status

    assert [describe("?version=latest", tag) for tag in tags] == [412, 412, 200]
    assert registry.viewer("GET", path).json["prompt"]["description"] == tags[-1]
