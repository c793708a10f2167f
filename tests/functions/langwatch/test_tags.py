"""Tags: definitions of a project, and the versions that prompts point them at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from shared.dialects.langwatch.tags import LEDGER
from shared.settings import get_settings
from shared.store import keys
from shared.store.dynamodb import Database
from tests.functions.langwatch.calls import create_prompt, get_prompt, make_handle, update_prompt

if TYPE_CHECKING:
    from tests.client import Client, Registry, Response


def assign_tag(client: Client, prompt: dict[str, Any], tag: str, version_id: str) -> Response:
    return client("PUT", f"/api/prompts/{prompt['id']}/tags/{tag}", {"versionId": version_id})


def list_tags(client: Client) -> list[str]:
    return [tag["name"] for tag in client("GET", "/api/prompts/tags").json]


def test_production_and_staging_are_there_from_the_start(registry: Registry) -> None:
    first, again = (registry.viewer("GET", "/api/prompts/tags").json for _ in range(2))

    assert [tag["name"] for tag in first] == ["production", "staging"]
    assert first == again
    assert {frozenset(tag) for tag in first} == {frozenset({"id", "name", "createdAt"})}


def test_a_tag_is_defined_renamed_and_deleted(registry: Registry) -> None:
    editor = registry.editor

    made = editor("POST", "/api/prompts/tags", {"name": "canary"})
    renamed = editor("PUT", "/api/prompts/tags/canary", {"name": "beta"})

    assert (made.status, renamed.status) == (201, 200)
    assert renamed.json == made.json | {"name": "beta"}
    assert list_tags(editor) == ["production", "staging", "beta"]
    assert (editor("DELETE", "/api/prompts/tags/beta").status) == 204
    assert list_tags(editor) == ["production", "staging"]
    assert editor("DELETE", "/api/prompts/tags/beta").error == "Tag not found: beta"
    missing = editor("PUT", "/api/prompts/tags/beta", {"name": "x"})
    assert (missing.status, missing.error) == (404, 'Tag "beta" not found.')
    assert list_tags(registry.stranger) == ["production", "staging"]


@pytest.mark.parametrize(
    "name", ["", "12", "Upper", "9lives", "a b", "latest", "live", "a" * 51, "a\n", "ä"]
)
def test_a_bad_name_of_a_tag_is_refused_in_prose(registry: Registry, name: str) -> None:
    for answer in (
        registry.editor("POST", "/api/prompts/tags", {"name": name}),
        registry.editor("PUT", "/api/prompts/tags/staging", {"name": name}),
    ):
        assert answer.status == 422
        assert answer.error == answer.json["message"] != ""


def test_a_name_is_taken_once(registry: Registry) -> None:
    for answer in (
        registry.editor("POST", "/api/prompts/tags", {"name": "staging"}),
        registry.editor("PUT", "/api/prompts/tags/staging", {"name": "production"}),
    ):
        assert answer.status == 409
        assert "already exists in this org." in answer.error


def test_two_who_define_at_the_same_time_both_do(registry: Registry) -> None:
    registry.cloud.run_before(
        "TransactWriteItems",
        lambda: registry.admin("POST", "/api/prompts/tags", {"name": "theirs"}),
    )

    registry.editor("POST", "/api/prompts/tags", {"name": "ours"})

    assert list_tags(registry.editor) == ["production", "staging", "theirs", "ours"]


def test_to_assign_production_is_to_promote(registry: Registry) -> None:
    made = create_prompt(registry.editor)
    second = update_prompt(registry.editor, made["id"], prompt="two")

    first = assign_tag(registry.editor, made, "production", made["versionId"])
    assert first.status == 200, first.text
    assert registry.editor.list_statuses(made["id"]) == {1: "live", 2: "stable"}
    assign_tag(registry.editor, made, "production", second["versionId"])

    assert registry.editor.list_statuses(made["id"]) == {1: "stable", 2: "live"}
    live = get_prompt(registry.editor, made["handle"], "?tag=production")
    assert [tag["name"] for tag in live["tags"]] == ["latest", "production"]
    assert first.json.keys() == {"configId", "versionId", "tag", "updatedAt"}


def test_what_another_dialect_promotes_is_production(registry: Registry) -> None:
    editor, prompt = registry.editor, registry.editor.create_prompt()
    editor.create_version(prompt["id"], "Hi {{.name}}")
    assert editor("GET", f"/api/prompts/{prompt['id']}?tag=production").status == 404

    editor.promote(prompt["id"], 1, times=2)

    assert get_prompt(editor, prompt["slug"], "?tag=production")["version"] == 1


def test_a_draft_of_another_dialect_cannot_be_tagged_before_it_is_stable(
    registry: Registry,
) -> None:
    editor, prompt = registry.editor, registry.editor.create_prompt()
    version = editor.create_version(prompt["id"])

    refused = assign_tag(editor, prompt, "production", version["id"])
    editor.promote(prompt["id"], 1)
    answer = assign_tag(editor, prompt, "production", version["id"])

    assert (refused.status, answer.status) == (422, 200)
    assert editor.list_statuses(prompt["id"]) == {1: "live"}


def test_an_archived_version_does_not_go_live(registry: Registry) -> None:
    made = create_prompt(registry.editor)
    registry.editor("POST", f"/v1/prompts/{made['id']}/versions/1/archive")

    answer = assign_tag(registry.editor, made, "production", made["versionId"])

    assert (answer.status, answer.error) == (422, "wrong_state")


def test_only_defined_tags_of_other_dialects_are_seen(registry: Registry) -> None:
    editor, made = registry.editor, create_prompt(registry.editor)
    for tag in ("production", "staging", "canary"):
        editor("POST", f"/v1/prompts/{made['id']}/versions/1/tags", {"tag": tag})

    shown = get_prompt(editor, made["id"])

    assert [tag["name"] for tag in shown["tags"]] == ["latest", "staging"]
    for tag in ("production", "canary"):
        assert editor("GET", f"/api/prompts/{made['id']}?tag={tag}").status == 404
    editor("POST", "/api/prompts/tags", {"name": "canary"})
    assert get_prompt(editor, made["id"], "?tag=canary")["version"] == 1


def test_a_tag_is_seen_by_other_dialects(registry: Registry) -> None:
    made = create_prompt(registry.editor, tags=["staging"])

    tags = registry.editor("GET", f"/v1/prompts/{made['id']}/tags").json["tags"]

    assert tags == [{"tag": "staging", "version": 1}]


@pytest.mark.parametrize("tag", ["staging", "production"])
def test_a_renamed_tag_points_where_it_did(registry: Registry, tag: str) -> None:
    editor = registry.editor
    made = create_prompt(editor, tags=[tag])
    second = update_prompt(editor, made["id"])

    editor("PUT", f"/api/prompts/tags/{tag}", {"name": "renamed"})
    anew = editor("POST", "/api/prompts/tags", {"name": tag})
    assign_tag(editor, made, tag, second["versionId"])

    assert anew.status == 201
    assert get_prompt(editor, made["id"], "?tag=renamed")["version"] == 1
    assert get_prompt(editor, made["id"], f"?tag={tag}")["version"] == 2
    assert editor.list_statuses(made["id"])[1] == ("live" if tag == "production" else "stable")


@pytest.mark.parametrize("tag", ["staging", "production"])
def test_a_deleted_tag_finds_and_shows_nothing(registry: Registry, tag: str) -> None:
    editor, made = registry.editor, create_prompt(registry.editor, tags=["staging", "production"])

    editor("DELETE", f"/api/prompts/tags/{tag}")

    assert editor("GET", f"/api/prompts/{made['id']}?tag={tag}").status == 404
    assert tag not in [shown["name"] for shown in get_prompt(editor, made["id"])["tags"]]
    assert assign_tag(editor, made, tag, made["versionId"]).status == 422
    assert editor.list_statuses(made["id"]) == {1: "live"}


def test_a_version_with_tags_is_made_whole_or_not_at_all(registry: Registry) -> None:
    editor, handle = registry.editor, make_handle()

    refused = editor(
        "POST", "/api/prompts", {"handle": handle, "prompt": "x", "tags": ["staging", "nope"]}
    )
    assert refused.status == 422
    assert refused.error.startswith("Invalid tag ")
    assert editor("GET", f"/api/prompts/{handle}").status == 404

    made = create_prompt(editor, handle, tags=["staging", "production", "staging"])
    refused = editor("PUT", f"/api/prompts/{handle}", {"commitMessage": "", "tags": ["latest"]})
    assert refused.status == 422
    assert get_prompt(editor, handle) == made
    assert [tag["name"] for tag in made["tags"]] == ["latest", "production", "staging"]


@pytest.mark.parametrize("tag", ["nope", "latest", "live", "12", "a%20b"])
def test_an_undefined_tag_is_not_assigned(registry: Registry, tag: str) -> None:
    made = create_prompt(registry.editor)

    answer = assign_tag(registry.editor, made, tag, made["versionId"])

    assert answer.status == 422
    assert answer.error.startswith("Invalid tag ")


def test_only_a_version_of_the_prompt_is_tagged(registry: Registry) -> None:
    made, other = create_prompt(registry.editor), create_prompt(registry.editor)

    for version_id in (other["versionId"], "nope", "", "v" * 3000):
        answer = assign_tag(registry.editor, made, "staging", version_id)
        assert answer.status == 422
        assert answer.error == "Version does not belong to this prompt config"
    missing = assign_tag(registry.editor, {"id": "no-such"}, "staging", made["versionId"])
    assert (missing.status, missing.error) == (404, "Prompt not found: no-such")
    untyped = registry.editor("PUT", f"/api/prompts/{made['id']}/tags/staging", {"versionId": 1})
    assert (untyped.status, untyped.json["fields"]) == (422, ["versionId"])


def test_a_namespaced_prompt_is_tagged_however_its_slash_is_written(registry: Registry) -> None:
    made = create_prompt(registry.editor, f"team/{make_handle()}")

    for name in (made["handle"], made["handle"].replace("/", "%2F")):
        answer = registry.editor(
            "PUT", f"/api/prompts/{name}/tags/staging", {"versionId": made["versionId"]}
        )
        assert answer.status == 200


def test_more_tags_than_one_event_can_tell_of_are_refused_and_nothing_is_written(
    registry: Registry,
) -> None:
    editor, names = registry.editor, [f"tag-{number}" for number in range(251)]
    for name in names:
        editor("POST", "/api/prompts/tags", {"name": name})
    handle = make_handle()

    body = {"handle": handle, "prompt": "x", "tags": names}
    refused = editor("POST", "/api/prompts", body)

    assert refused.status == 422
    assert "spread them over several requests" in refused.json["message"]
    assert editor("GET", f"/api/prompts/{handle}").status == 404
    assert editor("POST", "/api/prompts", {**body, "tags": names[1:]}).status == 200


def test_however_many_tags_move_at_once_they_move_with_one_event(registry: Registry) -> None:
    editor, names = registry.editor, [f"tag-{number}" for number in range(120)]
    for name in names:
        editor("POST", "/api/prompts/tags", {"name": name})
    prompt = create_prompt(editor, tags=names[:80])
    path = f"/v1/prompts/{prompt['id']}"
    changes = {"commitMessage": "m", "prompt": "y", "tags": [*names, "production"]}

    answer = editor("PUT", f"/api/prompts/{prompt['id']}", changes)

    assert answer.status == 200, answer.text
    assert {tag["name"] for tag in answer.json["tags"]} >= {*names}
    moved, *_ = editor("GET", f"{path}/history").json["events"]
    assert moved["event"] == "tags.moved"
    assert moved["detail"]["tags"] == names
    assert moved["detail"]["from_versions"] == dict.fromkeys(names[:80], 1)
    # What a tag named at a time is found in such events too.
    at = {
        (name, version): f"{path}/at?time=2100-01-01T00:00:00Z&tag={name}"
        for name, version in ((names[0], 2), (names[-1], 2))
    }
    for (_, version), target in at.items():
        assert editor("GET", target).json["version"]["version"] == version


def test_definitions_that_cannot_be_read_end_no_list(registry: Registry) -> None:
    editor = registry.editor
    assert editor("POST", "/api/prompts/tags", {"name": "canary"}).status == 201
    prompt = create_prompt(editor, tags=["production", "canary"])
    database = Database(get_settings().tables)
    key = keys.build_ledger(registry.team_id, LEDGER.name)
    item = database.get("access", key)
    assert item is not None
    database.put("access", {**item, "entries": {"S": "garbage"}})

    for path in ("/api/prompts", f"/api/prompts/{prompt['id']}/versions"):
        response = editor("GET", path)
        assert response.status == 200, response.text
        assert f"ledger#{LEDGER.name}" in response.headers["X-Unreadable-Items"]
    assert editor("GET", "/api/prompts/tags").status == 422
