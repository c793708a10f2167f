"""The first API: versions are posted whole, listed and restored."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from tests.functions.langwatch.calls import (
    EVERYTHING,
    build_config,
    create_prompt,
    drop_fields,
    get_prompt,
    update_prompt,
)

if TYPE_CHECKING:
    from tests.client import Registry

# As it stands in LangWatch's documentation of the endpoint.
PUBLISHED = """{
"id": "<string>", "authorId": "<string>", "projectId": "<string>", "configId": "<string>",
"schemaVersion": "<string>", "commitMessage": "<string>", "version": 123, "createdAt": "<string>",
"configData": {
"version": 2, "prompt": "<string>", "messages": [],
"inputs": [{"identifier": "<string>", "type": "str"}],
"outputs": [{"identifier": "<string>", "type": "str", "json_schema": {"type": "<string>"}}],
"model": "<string>", "temperature": 123, "max_tokens": 123,
"demonstrations": {
"columns": [{"id": "<string>", "name": "<string>", "type": "string"}], "rows": []}
}}"""


def test_the_published_example_is_taken_and_answered_as_published(registry: Registry) -> None:
    prompt = registry.editor.create_prompt()

    answer = registry.editor("POST", f"/api/prompts/{prompt['id']}/versions", raw=PUBLISHED)

    assert answer.status == 200, answer.text
    sent = json.loads(PUBLISHED)
    assert answer.json.keys() == sent.keys()
    assert answer.json["configData"] == sent["configData"]
    assert answer.json["authorId"] == "<string>"
    assert (answer.json["configId"], answer.json["version"]) == (prompt["id"], 1)
    assert (answer.json["projectId"], answer.json["schemaVersion"]) == (registry.team_id, "1.0")


def test_a_configuration_is_read_back_exactly_with_what_messages_and_schemas_say_more(
    registry: Registry,
) -> None:
    made = create_prompt(registry.editor)
    schema = {"type": "object", "properties": {"a": {"type": "string"}}, "strict": True}
    body = build_config(
        messages=[{"role": "user", "content": "x", "name": "Ada", "parts": [1, None]}],
        outputs=[{"identifier": "o", "type": "json_schema", "json_schema": schema}],
        inputs=[{"identifier": "q", "type": "list[str]"}],
    )

    answer = registry.editor("POST", f"/api/prompts/{made['handle']}/versions", body)
    (listed, _) = registry.editor("GET", f"/api/prompts/{made['id']}/versions").json

    assert answer.json["configData"] == listed["configData"] == body["configData"]
    assert (listed["versionId"], listed["configId"]) == (answer.json["id"], made["id"])
    assert listed["messages"][1:] == body["configData"]["messages"]


def test_what_the_schema_does_not_know_is_dropped(registry: Registry) -> None:
    made = create_prompt(registry.editor)
    body = build_config(surprise=1, inputs=[{"identifier": "q", "type": "str", "surprise": 1}])

    answer = registry.editor("POST", f"/api/prompts/{made['id']}/versions", {**body, "surprise": 1})

    assert answer.status == 200
    assert "surprise" not in answer.text


def test_rows_and_messages_may_be_left_out(registry: Registry) -> None:
    made = create_prompt(registry.editor)
    body = build_config(demonstrations={"columns": []})
    del body["configData"]["messages"]

    data = registry.editor("POST", f"/api/prompts/{made['id']}/versions", body).json["configData"]

    assert data["demonstrations"] == {"columns": [], "rows": []}
    assert data["messages"] == []


def test_ids_and_number_of_the_body_mean_nothing(registry: Registry) -> None:
    made = create_prompt(registry.editor)

    body = build_config() | {"version": 77, "configId": "other", "projectId": "other", "id": "x"}
    answer = registry.editor("POST", f"/api/prompts/{made['id']}/versions", body).json

    assert (answer["version"], answer["configId"]) == (2, made["id"])
    assert answer["projectId"] == registry.team_id
    assert answer["id"] != "x"


def test_a_flat_version_of_the_guide_follows_from_the_last(registry: Registry) -> None:
    made = create_prompt(registry.editor, **EVERYTHING)
    flat = {
        "prompt": "Updated prompt text...",
        "model": "openai/gpt-5",
        "commitMessage": "Improved",
        "temperature": 0.7,
        "maxTokens": 1000,
        "responseFormat": {"type": "text"},
        "inputs": [{"identifier": "input", "type": "str"}],
        "outputs": [{"identifier": "response", "type": "str"}],
        "demonstrations": None,
        "promptingTechnique": None,
    }

    answer = registry.editor("POST", f"/api/prompts/{made['handle']}/versions", flat)

    assert answer.status == 200, answer.text
    now = get_prompt(registry.editor, made["handle"])
    kept = drop_fields(flat, "responseFormat", "demonstrations", "promptingTechnique")
    assert {name: now[name] for name in kept} == kept
    assert (now["version"], now["parameters"]) == (2, made["parameters"])
    assert now.keys().isdisjoint({"demonstrations", "promptingTechnique", "responseFormat"})


def test_the_schema_of_a_flat_response_format_becomes_the_outputs(registry: Registry) -> None:
    made = create_prompt(registry.editor)
    format = {"type": "json_schema", "json_schema": {"name": "out", "schema": {"type": "object"}}}
    body = {"prompt": "x", "responseFormat": format, "demonstrations": {"inline": {}}}

    registry.editor("POST", f"/api/prompts/{made['id']}/versions", body)

    now = get_prompt(registry.editor, made["id"])
    assert now["responseFormat"] == format
    assert now["demonstrations"] == {"inline": {}}


@pytest.mark.parametrize(
    ("change", "path", "code"),
    [
        ({"projectId": ""}, ["projectId"], "too_small"),
        ({"configId": ""}, ["configId"], "too_small"),
        ({"commitMessage": None}, ["commitMessage"], "invalid_type"),
        ({"version": "1"}, ["version"], "invalid_type"),
        ({"schemaVersion": "2.0"}, ["schemaVersion"], "invalid_literal"),
        ({"createdAt": 5}, ["createdAt"], "invalid_type"),
        ({"authorId": 5}, ["authorId"], "invalid_type"),
        ({"configData": []}, ["configData"], "invalid_type"),
        ({"configData": {"version": 0}}, ["configData", "version"], "too_small"),
        ({"configData": {"prompt": None}}, ["configData", "prompt"], "invalid_type"),
        ({"configData": {"inputs": []}}, ["configData", "inputs"], "too_small"),
        ({"configData": {"outputs": []}}, ["configData", "outputs"], "too_small"),
        ({"configData": {"model": ""}}, ["configData", "model"], "too_small"),
        (
            {"configData": {"demonstrations": None}},
            ["configData", "demonstrations"],
            "invalid_type",
        ),
        (
            {
                "configData": {
                    "demonstrations": {"columns": [{"id": "c", "name": "n", "type": "x"}]}
                }
            },
            ["configData", "demonstrations", "columns", 0, "type"],
            "invalid_enum_value",
        ),
        (
            {"configData": {"outputs": [{"identifier": "o", "type": "str", "json_schema": {}}]}},
            ["configData", "outputs", 0, "json_schema", "type"],
            "invalid_type",
        ),
    ],
)
def test_a_configuration_that_breaks_the_schema_is_told_as_zod_tells_it(
    registry: Registry, change: dict[str, Any], path: list[Any], code: str
) -> None:
    made = create_prompt(registry.editor)
    body = build_config()
    if isinstance(data := change.get("configData"), dict):
        change = {"configData": body["configData"] | data}

    answer = registry.editor("POST", f"/api/prompts/{made['id']}/versions", body | change)

    assert (answer.status, answer.json["success"]) == (400, False)
    assert answer.json["error"]["name"] == "ZodError"
    (issue,) = answer.json["error"]["issues"]
    assert (issue["path"], issue["code"]) == (path, code)


def test_a_version_of_nothing_has_six_issues_in_the_order_of_the_schema(
    registry: Registry,
) -> None:
    made = create_prompt(registry.editor)
    path = f"/api/prompts/{made['id']}/versions"

    for answer in (
        registry.editor("POST", path, {}),
        registry.editor("POST", path, raw="{", headers={"content-type": "text/plain"}),
        registry.editor("POST", path),
    ):
        issues = answer.json["error"]["issues"]
        assert [issue["path"] for issue in issues] == [
            ["projectId"],
            ["configId"],
            ["schemaVersion"],
            ["commitMessage"],
            ["version"],
            ["configData"],
        ]
        assert {issue["message"] for issue in issues} == {"Required"}


def test_versions_are_listed_newest_first_each_with_its_own_date(registry: Registry) -> None:
    made = create_prompt(registry.editor, tags=["staging"])
    second = update_prompt(registry.editor, made["id"], prompt="two")

    newest, oldest = registry.editor("GET", f"/api/prompts/{made['handle']}/versions").json

    assert (newest["version"], oldest["version"]) == (2, 1)
    assert newest["createdAt"] >= oldest["createdAt"] >= made["createdAt"]
    assert newest["handle"] == made["handle"]
    assert newest["author"] is None
    assert [tag["name"] for tag in newest["tags"]] == ["latest"]
    assert [tag["name"] for tag in oldest["tags"]] == ["staging"]
    assert drop_fields(second, "createdAt").items() <= newest.items()


def test_a_long_history_goes_on_where_it_was_cut(registry: Registry) -> None:
    made = create_prompt(registry.editor)
    for number in range(4):
        update_prompt(registry.editor, made["id"], prompt=str(number))
    path = f"/api/prompts/{made['id']}/versions?limit=2"

    first = registry.editor("GET", path)
    cursor = first.headers["X-Next-Cursor"]
    second = registry.editor("GET", f"{path}&cursor={cursor}")

    assert [row["version"] for row in first.json] == [5, 4]
    assert [row["version"] for row in second.json] == [3, 2]
    assert second.json[0]["tags"] == []


def test_an_earlier_version_is_restored_as_the_next(registry: Registry) -> None:
    made = create_prompt(registry.editor, **EVERYTHING)
    update_prompt(registry.editor, made["id"], prompt="worse", parameters={}, temperature=2)

    answer = registry.editor(
        "POST", f"/api/prompts/{made['handle']}/versions/{made['versionId']}/restore"
    )

    assert answer.status == 200, answer.text
    changed = {"version", "versionId", "updatedAt", "commitMessage", "tags", "authorId"}
    changed |= {"versionCreatedAt"}
    assert drop_fields(answer.json, *changed) == drop_fields(made, *changed)
    assert (answer.json["version"], answer.json["commitMessage"]) == (3, "Restore from version 1")


def test_only_a_version_of_the_prompt_is_restored(registry: Registry) -> None:
    made, other = create_prompt(registry.editor), create_prompt(registry.editor)
    theirs = registry.stranger("POST", "/api/prompts", {"handle": "x", "prompt": "x"}).json

    for version_id in (other["versionId"], theirs["versionId"], str(uuid4()), "nope", "v" * 3000):
        answer = registry.editor("POST", f"/api/prompts/{made['id']}/versions/{version_id}/restore")
        assert (answer.status, answer.error) == (404, "prompt_not_found")
    assert get_prompt(registry.editor, made["id"]) == made


def test_a_prompt_of_the_first_api_begins_with_a_stock_version(registry: Registry) -> None:
    editor, name = registry.editor, f"Überblick {uuid4().hex[:8]}"

    created = editor("POST", "/api/prompts", {"name": name})

    assert created.status == 200, created.text
    prompt = created.json
    latest = prompt.pop("latestVersion")
    assert (prompt["name"], prompt["version"]) == (name, 1)
    assert prompt == get_prompt(editor, prompt["id"])
    assert (latest["id"], latest["configId"]) == (prompt["versionId"], prompt["id"])
    assert latest["configData"] == {
        "prompt": "You are a helpful assistant",
        "messages": [{"role": "user", "content": "{{input}}"}],
        "inputs": [{"identifier": "input", "type": "str"}],
        "outputs": [{"identifier": "output", "type": "str"}],
        "model": "openai/gpt-4o-mini",
    }
    made = editor("POST", f"/api/prompts/{prompt['id']}/versions", build_config())
    assert (made.status, made.json["version"]) == (200, 2)


def test_a_name_of_the_first_api_is_unique_and_not_empty(registry: Registry) -> None:
    name = f"twice {uuid4().hex[:8]}"
    first = registry.editor("POST", "/api/prompts", {"name": name})

    statuses = {
        case: registry.editor(*call).status
        for case, call in {
            "taken": ("POST", "/api/prompts", {"name": name}),
            "empty": ("POST", "/api/prompts", {"name": ""}),
            "number": ("POST", "/api/prompts", {"name": 5}),
            "more": ("POST", "/api/prompts", {"name": "x", "prompt": "not to be dropped"}),
            "rename": ("PUT", f"/api/prompts/{first.json['id']}", {"name": ""}),
        }.items()
    }

    assert statuses == {"taken": 409, "empty": 422, "number": 422, "more": 422, "rename": 422}


def test_a_name_alone_renames_and_creates_no_version(registry: Registry) -> None:
    editor, made = registry.editor, create_prompt(registry.editor)
    name = f"renamed {uuid4().hex[:8]}"

    renamed = editor("PUT", f"/api/prompts/{made['id']}", {"name": name})

    assert renamed.status == 200
    assert (renamed.json["name"], renamed.json["version"]) == (name, 1)
    assert renamed.json == get_prompt(editor, made["id"])
    assert renamed.json["handle"] == made["handle"]
    other = create_prompt(editor)
    taken = editor("PUT", f"/api/prompts/{other['id']}", {"name": name})
    assert taken.status == 409
    empty = editor.create_prompt()
    assert editor("PUT", f"/api/prompts/{empty['id']}", {"name": "none"}).status == 404


@pytest.mark.parametrize(
    ("outputs", "properties"),
    [
        ([{"identifier": "output", "type": "str"}], None),
        ([{"identifier": "mood", "type": "float"}], {"mood": {"type": "number"}}),
        (
            [
                {"identifier": "a", "type": "str"},
                {"identifier": "b", "type": "bool"},
                {"identifier": "c", "type": "json_schema", "json_schema": {"type": "object"}},
                {"identifier": "d", "type": "json_schema"},
            ],
            {
                "a": {"type": "string"},
                "b": {"type": "boolean"},
                "c": {"type": "object"},
                "d": {"type": "object"},
            },
        ),
    ],
)
def test_reads_have_the_first_apis_schema_of_all_outputs(
    registry: Registry, outputs: list[dict[str, Any]], properties: dict[str, Any] | None
) -> None:
    made = create_prompt(registry.editor, outputs=outputs)

    if properties is None:
        assert made["response_format"] is None
        return
    schema = {"type": "object", "properties": properties, "required": [*properties]}
    assert made["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "outputs", "schema": schema},
    }
