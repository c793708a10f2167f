"""Today's API of prompts: created, read, updated and deleted by id or handle."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.client import UNKNOWN_ID
from tests.functions.langwatch.calls import (
    EVERYTHING,
    REQUIRED,
    SCHEMA,
    create_prompt,
    drop_fields,
    get_prompt,
    make_handle,
    update_prompt,
)

if TYPE_CHECKING:
    from tests.client import Registry

OPTIONAL = {"temperature", "maxTokens", "demonstrations", "promptingTechnique", "responseFormat"}


def test_everything_that_a_create_says_is_read_back(registry: Registry) -> None:
    made = create_prompt(registry.editor, **EVERYTHING)

    assert get_prompt(registry.editor, made["id"]) == made
    said = drop_fields(EVERYTHING, "messages")
    assert {name: made[name] for name in said} == said
    system = {"role": "system", "content": EVERYTHING["prompt"]}
    assert made["messages"] == [system, *EVERYTHING["messages"]]
    schema = {"name": "answer", "schema": SCHEMA}
    assert made["responseFormat"] == {"type": "json_schema", "json_schema": schema}
    assert made["projectId"] == made["organizationId"] == registry.team_id


def test_fields_of_messages_that_only_the_client_knows_are_read_back(registry: Registry) -> None:
    messages = [{"role": "user", "content": "x", "name": "alice", "cache": {"type": "short"}}]

    made = create_prompt(registry.editor, messages=messages)
    revised = update_prompt(registry.editor, made["id"], prompt="other")

    for prompt in (made, revised, get_prompt(registry.editor, made["id"])):
        assert prompt["messages"][1:] == messages


def test_what_is_not_said_has_its_default_or_is_left_out(registry: Registry) -> None:
    made = create_prompt(registry.editor)

    assert made.keys() >= REQUIRED
    assert made.keys().isdisjoint(OPTIONAL)
    assert made["inputs"] == [{"identifier": "input", "type": "str"}]
    assert made["outputs"] == [{"identifier": "output", "type": "str"}]
    assert made["model"] == "openai/gpt-4o-mini"
    assert (made["scope"], made["parameters"], made["authorId"]) == ("PROJECT", {}, None)
    assert (made["version"], made["commitMessage"]) == (1, "Initial version")
    assert made["tags"] == [{"name": "latest", "versionId": made["versionId"]}]
    assert made["platformUrl"].endswith(f"/api/prompts/{made['id']}")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", made["createdAt"])


def test_a_lone_system_message_becomes_the_prompt(registry: Registry) -> None:
    messages = [{"role": "user", "content": "Hi"}, {"role": "system", "content": "Be kind"}]
    body = {"handle": make_handle(), "messages": messages}

    made = registry.editor("POST", "/api/prompts", body).json

    assert made["prompt"] == "Be kind"
    assert made["messages"] == [messages[1], messages[0]]


@pytest.mark.parametrize(
    ("fields", "status", "error"),
    [
        ({"messages": [{"role": "user", "content": "x"}]}, 400, "system_prompt_required"),
        ({}, 400, "system_prompt_required"),
        (
            {"prompt": "a", "messages": [{"role": "system", "content": "b"}]},
            409,
            "system_prompt_conflict",
        ),
        ({"messages": [{"role": "system", "content": "b"}] * 2}, 409, "system_prompt_conflict"),
    ],
)
def test_there_is_exactly_one_system_prompt(
    registry: Registry, fields: dict[str, Any], status: int, error: str
) -> None:
    answer = registry.editor("POST", "/api/prompts", {"handle": make_handle(), **fields})

    assert (answer.status, answer.error) == (status, error)
    assert answer.json["message"]


@pytest.mark.parametrize(
    ("fields", "field", "type"),
    [
        ({"handle": "Bad Handle"}, "handle", "invalid_string"),
        ({"handle": "a/b/c"}, "handle", "invalid_string"),
        ({"handle": "x\n"}, "handle", "invalid_string"),
        ({"handle": "h" * 256}, "handle", "too_big"),
        ({"handle": 5}, "handle", "invalid_type"),
        ({"scope": "TEAM"}, "scope", "invalid_enum_value"),
        ({"scope": 1}, "scope", "invalid_type"),
        ({"model": ""}, "model", "too_small"),
        ({"model": None}, "model", "invalid_type"),
        ({"temperature": True}, "temperature", "invalid_type"),
        ({"temperature": "1"}, "temperature", "invalid_type"),
        ({"outputs": []}, "outputs", "too_small"),
        ({"outputs": [{"identifier": "o", "type": "int"}]}, "outputs.0.type", "invalid_enum_value"),
        (
            {"outputs": [{"identifier": "o", "type": "json_schema", "json_schema": None}]},
            "outputs.0.json_schema",
            "invalid_type",
        ),
        ({"inputs": [{"identifier": "", "type": "str"}]}, "inputs.0.identifier", "too_small"),
        ({"inputs": {}}, "inputs", "invalid_type"),
        (
            {"messages": [{"role": "tool", "content": "x"}]},
            "messages.0.role",
            "invalid_enum_value",
        ),
        ({"messages": [{"role": "user"}]}, "messages.0.content", "invalid_type"),
        ({"schemaVersion": "2.0"}, "schemaVersion", "invalid_literal"),
        ({"parameters": []}, "parameters", "invalid_type"),
        ({"tags": "production"}, "tags", "invalid_type"),
        ({"topP": 1}, "topP", "unrecognized_keys"),
        ({"responseFormat": {}}, "responseFormat", "unrecognized_keys"),
    ],
)
def test_a_body_that_breaks_the_schema_names_the_field(
    registry: Registry, fields: dict[str, Any], field: str, type: str
) -> None:
    body = {"handle": make_handle(), "prompt": "x", **fields}

    answer = registry.editor("POST", "/api/prompts", body)

    assert (answer.status, answer.error) == (422, "validation_error")
    assert answer.json["fields"] == [field]
    (reason,) = answer.json["reasons"]
    assert (reason["code"], reason["meta"]["field"]) == ("schema_failure", field)
    assert reason["meta"]["type"] == type


def test_all_faults_of_a_body_are_told_at_once_and_none_is_repeated(registry: Registry) -> None:
    body = {"prompt": 7, "scope": "<script>", "<script>": 1, "temperature": "<script>"}

    answer = registry.editor("POST", "/api/prompts", body)

    assert answer.json["fields"] == ["handle", "scope", "temperature", "prompt", ""]
    assert "script" not in answer.text


@pytest.mark.parametrize("raw", ["{", "", "nul", '{"a":1}x', "\ufeff{}", "[" * 300 + "]" * 300])
def test_what_is_no_json_is_malformed(registry: Registry, raw: str) -> None:
    answer = registry.editor("POST", "/api/prompts", raw=raw.encode())

    assert (answer.status, answer.error) == (400, "malformed_request")
    assert answer.json["target"] == "json"


@pytest.mark.parametrize("raw", ["[]", "5", "null", '"x"'])
def test_a_body_is_an_object(registry: Registry, raw: str) -> None:
    answer = registry.editor("POST", "/api/prompts", raw=raw)

    assert (answer.status, answer.error) == (422, "validation_error")


@pytest.mark.parametrize(
    "fields",
    [
        {"prompt": "a\0b"},
        {"commitMessage": "a\0b"},
        {"parameters": {"deep": [{"a\0b": 1}]}},
        {"messages": [{"role": "user", "content": "\0"}]},
    ],
)
def test_nul_characters_are_refused_by_the_field_that_holds_one(
    registry: Registry, fields: dict[str, Any]
) -> None:
    answer = registry.editor(
        "POST", "/api/prompts", {"handle": make_handle(), "prompt": "x", **fields}
    )

    assert answer.status == 400
    assert answer.json["message"] == f"{next(iter(fields))} must not contain NUL characters"


@pytest.mark.parametrize("handle", ["tags", "tags/x", "a/versions", "a/sync", "a/tags"])
def test_handles_that_could_not_be_reached_are_refused(registry: Registry, handle: str) -> None:
    answer = registry.editor("POST", "/api/prompts", {"handle": handle, "prompt": "x"})

    assert answer.status == 422
    assert "reserved" in answer.error


@pytest.mark.parametrize("handle", ["versions", "sync", "versions/x", "sync/tagsy", "a/tag"])
def test_handles_that_only_look_like_paths_are_reached(registry: Registry, handle: str) -> None:
    made = create_prompt(registry.editor, handle)

    for name in (handle, handle.replace("/", "%2F")):
        assert get_prompt(registry.editor, name) == made
        assert registry.editor("GET", f"/api/prompts/{name}/versions").status == 200


def test_a_namespaced_handle_is_found_however_its_slash_and_colon_are_written(
    registry: Registry,
) -> None:
    handle = f"team/{make_handle()}"
    made = create_prompt(registry.editor, handle, tags=["staging"])
    plain = handle.replace("/", "%2F")

    for name in (handle, plain, f"{handle}:1", f"{plain}%3A1", f"{plain}%3Astaging", made["id"]):
        assert get_prompt(registry.editor, name) == made


def test_a_version_is_chosen_by_number_tag_or_shorthand(registry: Registry) -> None:
    editor, handle = registry.editor, make_handle()
    create_prompt(editor, handle, tags=["staging"])
    update_prompt(editor, handle, prompt="two", tags=["production"])
    update_prompt(editor, handle, prompt="three")

    chosen = {
        name: get_prompt(editor, f"{handle}{name}")["version"]
        for name in (
            "",
            ":latest",
            ":1",
            ":2",
            ":3",
            ":staging",
            ":production",
            "?version=1",
            "?version=2",
            "?tag=staging",
            "?tag=production",
            "?tag=latest",
            "?label=production",
            "?label=staging&tag=staging",
            "?version=0",
        )
    }

    assert chosen == {
        "": 3,
        ":latest": 3,
        ":1": 1,
        ":2": 2,
        ":3": 3,
        ":staging": 1,
        ":production": 2,
        "?version=1": 1,
        "?version=2": 2,
        "?tag=staging": 1,
        "?tag=production": 2,
        "?tag=latest": 3,
        "?label=production": 2,
        "?label=staging&tag=staging": 1,
        "?version=0": 3,
    }


@pytest.mark.parametrize(
    "name",
    [
        "{}:1?version=1",
        "{}:staging?tag=staging",
        "{}:latest?tag=latest",
        "{}?version=1&tag=staging",
        "{}?version=1&label=staging",
        "{}?tag=staging&label=latest",
        "{}:1?label=staging",
        "{}:",
        ":x",
        ":",
        "{}?version=",
        "{}?tag=",
        "{}?label=",
        "{}:staging?tag=",
        "{}?version=1&label=",
        "{}?version=0&tag=staging",
        "{}?version=abc",
        "{}?version=-1",
        "{}?version=1.0",
        "{}?version=99999999999999999999",
    ],
)
def test_a_choice_that_says_two_things_or_none_is_refused(registry: Registry, name: str) -> None:
    handle = create_prompt(registry.editor)["handle"]

    answer = registry.editor("GET", f"/api/prompts/{name.format(handle)}")

    assert answer.status == 422
    assert answer.error == answer.json["message"] != ""


@pytest.mark.parametrize(
    "name",
    [
        ":0",
        ":9",
        ":nope",
        ":-1",
        "?version=9",
        "?tag=nope",
        "?tag=1",
        "?tag=staging",
        "?tag=production",
        "?tag=live",
        ":live",
    ],
)
def test_a_version_or_tag_that_is_not_there_is_not_found(registry: Registry, name: str) -> None:
    handle = create_prompt(registry.editor)["handle"]

    answer = registry.editor("GET", f"/api/prompts/{handle}{name}")

    assert (answer.status, answer.error) == (404, "prompt_not_found")
    assert answer.json["tips"] == ["The prompt is there, and has no such version or tag."]


@pytest.mark.parametrize("name", ["nobody", UNKNOWN_ID, "a/b", "%00", "%F0%9F%8E%AD", "x" * 3000])
def test_a_prompt_that_is_not_there_is_not_found(registry: Registry, name: str) -> None:
    answers = {
        "get": registry.editor("GET", f"/api/prompts/{name}"),
        "put": registry.editor("PUT", f"/api/prompts/{name}", {"commitMessage": ""}),
        "delete": registry.editor("DELETE", f"/api/prompts/{name}"),
        "versions": registry.editor("GET", f"/api/prompts/{name}/versions"),
    }

    assert {answer.status for answer in answers.values()} == {404}
    assert {answer.error for answer in answers.values()} <= {"prompt_not_found", "Prompt not found"}
    assert not any("tips" in answer.json for answer in answers.values())


def test_an_update_keeps_what_it_does_not_say(registry: Registry) -> None:
    made = create_prompt(registry.editor, **EVERYTHING)

    after = update_prompt(registry.editor, made["handle"], commitMessage="only this")

    changed = {"version", "versionId", "updatedAt", "commitMessage", "tags", "authorId"}
    changed |= {"versionCreatedAt"}
    assert drop_fields(after, *changed) == drop_fields(made, *changed)
    assert (after["version"], after["commitMessage"]) == (2, "only this")
    assert get_prompt(registry.editor, made["id"], "?version=1")["tags"] == []


@pytest.mark.parametrize(
    ("fields", "prompt", "messages"),
    [
        ({"prompt": "New"}, "New", EVERYTHING["messages"]),
        ({"messages": []}, EVERYTHING["prompt"], []),
        ({"messages": [{"role": "system", "content": "S"}]}, "S", []),
        (
            {"prompt": "P", "messages": [{"role": "user", "content": "U"}]},
            "P",
            [{"role": "user", "content": "U"}],
        ),
    ],
)
def test_prompt_and_messages_are_updated_apart(
    registry: Registry, fields: dict[str, Any], prompt: str, messages: list[Any]
) -> None:
    made = create_prompt(registry.editor, **EVERYTHING)

    after = update_prompt(registry.editor, made["id"], **fields)

    assert after["prompt"] == prompt
    assert after["messages"] == [{"role": "system", "content": prompt}, *messages]


def test_an_update_with_prompt_and_system_message_is_told_in_prose(registry: Registry) -> None:
    made = create_prompt(registry.editor)
    messages = [{"role": "system", "content": "S"}]

    answer = registry.editor(
        "PUT",
        f"/api/prompts/{made['id']}",
        {"commitMessage": "", "prompt": "P", "messages": messages},
    )

    assert answer.status == 409
    assert answer.error == answer.json["message"]


def test_an_update_needs_a_message_that_may_be_empty(registry: Registry) -> None:
    made = create_prompt(registry.editor)

    answer = registry.editor("PUT", f"/api/prompts/{made['id']}", {"prompt": "x"})

    assert (answer.status, answer.json["fields"]) == (422, ["commitMessage"])
    assert answer.json["reasons"][0]["meta"]["received"] == "undefined"


def test_a_handle_and_a_scope_are_changed_by_an_update(registry: Registry) -> None:
    editor, old, new = registry.editor, make_handle(), f"team/{make_handle()}"
    made = create_prompt(editor, old)

    after = update_prompt(editor, old, handle=new, scope="ORGANIZATION")

    assert (after["handle"], after["name"], after["scope"]) == (new, new, "ORGANIZATION")
    assert (after["id"], after["version"]) == (made["id"], 2)
    assert editor("GET", f"/api/prompts/{old}").status == 404
    assert get_prompt(editor, new) == after
    assert create_prompt(editor, old)["version"] == 1


@pytest.mark.parametrize("handle", ["A B", "tags", "a/sync", "h" * 256])
def test_a_bad_new_handle_changes_nothing(registry: Registry, handle: str) -> None:
    made = create_prompt(registry.editor)

    answer = registry.editor(
        "PUT", f"/api/prompts/{made['id']}", {"commitMessage": "", "handle": handle}
    )

    assert answer.status in (400, 422)
    assert get_prompt(registry.editor, made["id"]) == made


def test_a_handle_is_taken_once_in_each_scope(registry: Registry) -> None:
    editor, handle = registry.editor, make_handle()
    own = create_prompt(editor, handle)
    shared = create_prompt(editor, handle, scope="ORGANIZATION")

    again = editor("POST", "/api/prompts", {"handle": handle, "prompt": "x"})
    moved = editor("PUT", f"/api/prompts/{shared['id']}", {"commitMessage": "", "scope": "PROJECT"})

    for answer in (again, moved):
        assert answer.status == 409
        assert answer.error == "Prompt handle already exists for scope PROJECT"
    assert get_prompt(editor, handle) == own
    assert editor("DELETE", f"/api/prompts/{handle}").json == {"success": True}
    assert get_prompt(editor, handle) == shared


def test_a_deleted_prompt_is_gone_everywhere_and_its_handle_free(registry: Registry) -> None:
    editor, made = registry.editor, create_prompt(registry.editor)
    for name in (made["handle"], made["id"]):
        assert get_prompt(editor, name) == made

    assert editor("DELETE", f"/api/prompts/{made['handle']}").json == {"success": True}

    for method, path, body in (
        ("GET", "", None),
        ("PUT", "", {"commitMessage": ""}),
        ("DELETE", "", None),
        ("GET", "/versions", None),
        ("POST", f"/versions/{made['versionId']}/restore", None),
    ):
        assert editor(method, f"/api/prompts/{made['id']}{path}", body).status == 404
    assert made["id"] not in {row["id"] for row in editor("GET", "/api/prompts").json}
    assert create_prompt(editor, made["handle"])["id"] != made["id"]


def test_the_list_has_the_newest_version_of_each_prompt_those_changed_last_first(
    registry: Registry,
) -> None:
    editor = registry.editor
    first, second = create_prompt(editor), create_prompt(editor, scope="ORGANIZATION")
    editor.create_prompt()  # without a version
    registry.stranger("POST", "/api/prompts", {"handle": make_handle(), "prompt": "theirs"})
    first = update_prompt(editor, first["id"], prompt="changed")

    listed = editor("GET", "/api/prompts").json

    assert listed == [first, second]


def test_a_long_list_is_whole_or_goes_on_where_it_was_cut(registry: Registry) -> None:
    editor = registry.editor
    handles = [create_prompt(editor, f"h{number}")["handle"] for number in range(7)]

    whole = editor("GET", "/api/prompts")
    pages, path = [], "/api/prompts?limit=3"
    while path:
        page = editor("GET", path)
        pages.append([row["handle"] for row in page.json])
        cursor = page.headers.get("X-Next-Cursor")
        path = f"/api/prompts?limit=3&cursor={cursor}" if cursor else ""

    assert "X-Next-Cursor" not in whole.headers
    assert [row["handle"] for row in whole.json] == handles[::-1]
    assert pages == [handles[:3:-1], handles[3:0:-1], handles[:1]]


def test_an_update_of_something_stale_is_refused_where_it_says_what_it_read(
    registry: Registry,
) -> None:
    editor, made = registry.editor, create_prompt(registry.editor)
    path, body = f"/api/prompts/{made['handle']}", {"commitMessage": "", "prompt": "mine"}
    read = editor("GET", path).headers["ETag"]

    first = editor("PUT", path, body, headers={"If-Match": read})
    late = editor("PUT", path, body, headers={"If-Match": read})
    stale = editor("PUT", path, {**body, "baseVersion": 1})
    current = editor("PUT", path, {**body, "baseVersion": 2})

    assert [a.status for a in (first, late, stale, current)] == [200, 412, 409, 200]
    assert stale.error == "Conflict"
    assert current.json["version"] == 3


def test_a_writer_that_loses_a_race_goes_again(registry: Registry) -> None:
    made = create_prompt(registry.editor)
    rival: list[dict[str, Any]] = []
    registry.cloud.run_before(
        "TransactWriteItems",
        lambda: rival.append(update_prompt(registry.admin, made["id"], temperature=1)),
    )

    mine = update_prompt(registry.editor, made["id"], prompt="mine")

    assert (rival[0]["version"], mine["version"]) == (2, 3)
    assert (mine["temperature"], mine["prompt"]) == (1, "mine")


def test_numbers_are_exact(registry: Registry) -> None:
    handle = make_handle()
    raw = (
        f'{{"handle":"{handle}","prompt":"x","temperature":0.10000000000000000555,'
        '"maxTokens":123456789012345678901234567890,"parameters":{"n":1E+400}}'
    )

    made = registry.editor("POST", "/api/prompts", raw=raw)

    assert '"temperature":0.10000000000000000555' in made.text
    assert '"maxTokens":123456789012345678901234567890' in made.text
    assert '"parameters":{"n":1E+400}' in made.text
    assert registry.editor("GET", f"/api/prompts/{handle}").text == made.text


def test_lone_surrogates_become_replacement_characters(registry: Registry) -> None:
    raw = f'{{"handle":"{make_handle()}","prompt":"a\\ud800b"}}'

    assert registry.editor("POST", "/api/prompts", raw=raw).json["prompt"] == "a\ufffdb"


def test_a_text_that_is_no_template_is_a_text(registry: Registry) -> None:
    prompt = "{% if x %} {{ y | default: 'z' }} {{{{ }"

    assert create_prompt(registry.editor, prompt=prompt)["prompt"] == prompt


@pytest.mark.parametrize(
    ("user_agent", "told"),
    [("python-httpx/0.28.1", False), ("langwatch-sdk-node/0.16.1", True), ("curl/8.5.0", True)],
)
def test_only_the_client_that_fails_at_a_response_format_gets_none(
    registry: Registry, user_agent: str, told: bool
) -> None:
    made = create_prompt(registry.editor, **EVERYTHING)

    shown = registry.editor(
        "GET", f"/api/prompts/{made['id']}", headers={"User-Agent": user_agent}
    ).json

    assert ("responseFormat" in shown) == told
    assert shown["outputs"][1]["json_schema"] == SCHEMA
