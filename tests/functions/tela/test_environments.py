"""Tela's environments: `production` is the live version, and any other one a tag of the prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.client import UNKNOWN_ID
from tests.functions.tela.calls import create_version, get_problem, get_version
from tests.memory import Memory

if TYPE_CHECKING:
    from tests.client import Client, Registry, Response


def publish(client: Client, version: dict[str, Any], name: str, **fields: Any) -> Response:
    body = {"resourceType": "prompt", "resourceId": version["promptId"], "envName": name}
    return client(
        "POST", "/environment/publish-by-name", body | {"versionId": version["id"], **fields}
    )


def create(client: Client, prompt_id: str, name: str) -> Response:
    body = {"resourceType": "prompt", "resourceId": prompt_id, "name": name}
    return client("POST", "/environment", body)


def read(client: Client, prompt_id: str, name: str) -> Response:
    query = f"resourceType=prompt&resourceId={prompt_id}&envName={name}"
    return client("GET", f"/environment/version?{query}")


def test_what_is_published_to_production_is_live(registry: Registry) -> None:
    editor, prompt_id = registry.editor, registry.editor.create_prompt()["id"]
    assert get_problem(read(editor, prompt_id, "production")) == (404, "environment not found")
    first = create_version(editor, prompt_id, promoted=True)
    draft = create_version(editor, prompt_id, draft=True)

    answer = publish(editor, draft, "production")

    assert answer.status == 200
    current = answer.json["currentVersion"]
    assert (current["promoted"], current["draft"]) == (True, False)
    assert answer.json["currentVersionId"] == draft["id"]
    assert read(editor, prompt_id, "production").json == current
    assert editor("GET", f"/prompt/{prompt_id}/promoted-version").json == current
    assert get_version(editor, first["id"])["promoted"] is False
    history = f"/v1/prompts/{prompt_id}/history"
    events = len(editor("GET", history).json["events"])
    assert publish(editor, draft, " production ").json == answer.json | {"name": "production"}
    assert len(editor("GET", history).json["events"]) == events


def test_another_environment_is_a_tag_that_every_dialect_knows(registry: Registry) -> None:
    editor, prompt_id = registry.editor, registry.editor.create_prompt()["id"]
    draft = create_version(editor, prompt_id, draft=True)
    assert get_problem(publish(editor, draft, "staging")) == (404, "environment not found")
    created = create(editor, prompt_id, "staging")
    assert (created.status, created.json) == (
        200,
        {
            "resourceType": "prompt",
            "resourceId": prompt_id,
            "name": "staging",
            "currentVersionId": None,
            "currentVersion": None,
        },
    )
    assert read(editor, prompt_id, "staging").status == 404

    assert publish(editor, draft, "staging").status == 200

    assert read(editor, prompt_id, "staging").json["id"] == draft["id"]
    native = editor("GET", f"/v1/prompts/{prompt_id}/versions/staging").json["version"]
    assert (native["id"], native["status"]) == (draft["id"], "stable")
    other = editor("GET", f"/api/prompts/{prompt_id}?tag=staging").json
    assert other["versionId"] == draft["id"]


def test_an_environment_exists_once_and_is_created_by_publishing_if_asked(
    registry: Registry,
) -> None:
    editor, prompt_id = registry.editor, registry.editor.create_prompt()["id"]
    version = create_version(editor, prompt_id)
    assert create(editor, prompt_id, "staging").status == 200
    assert create(editor, prompt_id, " staging ").status == 409
    assert publish(editor, version, "canary", autoCreate=True).status == 200
    assert create(editor, prompt_id, "canary").status == 409
    assert create(editor, editor.create_prompt()["id"], "canary").status == 200


@pytest.mark.parametrize(
    "name",
    [
        *("", " ", "production", "promoted", "latest", "draft", "live", UNKNOWN_ID),
        *("Staging", "a_b", "-a", "a-", "a--b", "a.b", "ä", "a" * 51, "a/b"),
    ],
)
def test_a_name_that_is_malformed_or_reserved_is_refused(registry: Registry, name: str) -> None:
    editor, prompt_id = registry.editor, registry.editor.create_prompt()["id"]
    version = create_version(editor, prompt_id)

    assert create(editor, prompt_id, name).status == 400
    if name != "production":
        status = publish(editor, version, name, autoCreate=True).status
        assert status == (404 if name in ("latest", "live") else 400)


def test_neither_another_prompts_version_nor_a_deleted_one_is_published(
    registry: Registry,
) -> None:
    editor = registry.editor
    version = create_version(editor, editor.create_prompt()["id"])
    other = editor.create_prompt()["id"]
    assert publish(editor, version | {"promptId": other}, "production").status == 404
    editor("DELETE", f"/prompt-version/{version['id']}")
    assert publish(editor, version, "production").status == 404
    assert publish(editor, version, "staging", autoCreate=True).status == 404


def test_the_index_map_has_the_number_of_each_version_and_the_id_of_the_one_before(
    registry: Registry,
) -> None:
    editor, prompt_id = registry.editor, registry.editor.create_prompt()["id"]
    path = f"/prompt-version/index-map?promptId={prompt_id}"
    assert editor("GET", path).json == []
    first, second, third, fourth = (create_version(editor, prompt_id) for _ in range(4))
    editor("DELETE", f"/prompt-version/{second['id']}")
    rows = [
        {"id": each["id"], "versionIndex": index, "previousVersionId": previous and previous["id"]}
        for each, index, previous in ((fourth, 4, third), (third, 3, first), (first, 1, None))
    ]

    assert editor("GET", path).json == rows
    memory = Memory()
    for item in memory.list_items()["versions"]:
        memory.put("versions", {**item, "content": {"S": "damaged"}})  # which the map does not show
    assert editor("GET", path).json == rows
    page = editor("GET", f"{path}&limit=2")
    assert page.json == rows[:2]
    rest = editor("GET", f"{path}&limit=2&cursor={page.headers['X-Next-Cursor']}")
    assert rest.json == rows[2:]


def test_the_latest_version_has_the_same_number(registry: Registry) -> None:
    editor, prompt_id = registry.editor, registry.editor.create_prompt()["id"]
    first, second = (create_version(editor, prompt_id) for _ in range(2))

    latest = editor("GET", f"/prompt/{prompt_id}/latest-version").json

    assert (latest["id"], latest["versionIndex"]) == (second["id"], 2)
    assert latest["previousVersionId"] == first["id"]
