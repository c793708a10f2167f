"""Creating versions: what is taken, what is refused, and what a version starts as."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from tests.functions.tela.calls import (
    SCHEMA,
    VARIABLES,
    build_body,
    create_version,
    get_flags,
    get_problem,
    get_version,
    list_versions,
)

if TYPE_CHECKING:
    from tests.client import Registry


@pytest.fixture
def prompt_id(registry: Registry) -> str:
    new: str = registry.editor.create_prompt()["id"]
    return new


def test_a_version_is_answered_as_the_vendor_shows_it_and_read_back_the_same(
    registry: Registry, prompt_id: str
) -> None:
    sent = build_body(
        prompt_id,
        configuration={"model": "claude-3-opus-20240229", "temperature": 0.7, "type": "chat"},
        variables=VARIABLES,
        markdownContent="# Document Analysis\n\nAnalyze the document.",
        draft=True,
    )

    made = registry.editor("POST", "/prompt-version", sent)

    version = made.json
    assert made.status == 200
    assert {name: version[name] for name in sent} == sent
    assert (version["promoted"], "content" in version, "messages" in version) == (False,) * 3
    assert version["createdAt"] == version["updatedAt"]
    assert version["createdAt"].endswith("Z")
    assert (version["workspaceId"], version["version"]) == (registry.team_id, 1)
    assert (version["isWorkflow"], version["workflowSpec"], version["deletedAt"]) == (
        False,
        None,
        None,
    )
    assert get_version(registry.viewer, version["id"]) == version
    assert list_versions(registry.viewer, prompt_id) == [version]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, (False, False)),
        ({"promoted": None, "draft": None}, (False, False)),
        ({"promoted": False, "draft": False}, (False, False)),
        ({"draft": True}, (False, True)),
        ({"promoted": True}, (True, False)),
        ({"promoted": True, "draft": True}, (True, False)),
    ],
)
def test_flags_decide_what_a_version_starts_as(
    registry: Registry,
    prompt_id: str,
    given: dict[str, bool | None],
    expected: tuple[bool, bool],
) -> None:
    version = create_version(registry.editor, prompt_id, **given)

    assert get_flags(version) == expected
    status = {(False, False): "stable", (False, True): "draft", (True, False): "live"}[expected]
    assert registry.viewer.list_statuses(prompt_id) == {1: status}


def test_a_promoted_version_takes_the_place_of_the_one_before(
    registry: Registry, prompt_id: str
) -> None:
    first = create_version(registry.editor, prompt_id, promoted=True)
    second = create_version(registry.editor, prompt_id, promoted=True)

    promoted = registry.viewer("GET", f"/prompt/{prompt_id}/promoted-version").json

    assert promoted == second
    assert get_flags(get_version(registry.viewer, first["id"])) == (False, False)


def test_names_are_taken_in_the_spelling_of_the_sdk(registry: Registry, prompt_id: str) -> None:
    output = {"enabled": True, "schema": {"properties": {"key_insights": {}, "keyInsights": {}}}}
    sent = build_body(
        prompt_id,
        configuration={"model": "m", "type": "chat", "structured_output": output},
        variables=[
            {
                "name": "x",
                "type": "text",
                "required": True,
                "processing_options": {"allow_multimodal": True},
            }
        ],
        markdown_content="# Hi",
    )
    sent["prompt_id"] = sent.pop("promptId")

    version = registry.editor("POST", "/prompt-version", sent).json

    assert version["promptId"] == prompt_id
    assert version["markdownContent"] == "# Hi"
    assert version["configuration"]["structuredOutput"] == output
    assert version["variables"][0]["processingOptions"] == {"allowMultimodal": True}
    assert "markdown_content" not in version
    assert "structured_output" not in version["configuration"]


def test_of_two_spellings_camel_case_counts(registry: Registry, prompt_id: str) -> None:
    both = {"prompt_id": "that", "markdown_content": 7, "markdownContent": "this"}

    version = registry.editor("POST", "/prompt-version", build_body(prompt_id) | both).json

    assert (version["promptId"], version["markdownContent"]) == (prompt_id, "this")


def test_what_is_not_known_does_not_harm_and_stays_where_it_has_a_place(
    registry: Registry, prompt_id: str
) -> None:
    configuration = {
        "model": "m",
        "type": "completion",
        "topP": 0.9,
        "top_k": 3,
        "stop": ["a", None, {"B": 1}],
        "structuredOutput": {"enabled": False, "strict": True},
    }
    variables = [{"name": "a", "type": "text", "required": True, "order": 1, "Key": {"k_k": 1}}]
    messages = {"role": "user", "content": "Hi", "index": 3, "extra": {"x_y": True}}

    version = create_version(
        registry.editor,
        prompt_id,
        configuration=configuration,
        variables=variables,
        messages=messages,
        futureFlag=True,
        id="mine",
    )

    assert version["configuration"] == configuration
    assert version["variables"] == variables
    assert version["messages"] == messages
    assert "futureFlag" not in version
    assert version["id"] != "mine"
    assert get_version(registry.viewer, version["id"]) == version


def test_the_properties_of_a_schema_keep_their_order(registry: Registry, prompt_id: str) -> None:
    output = {"schema": SCHEMA, "enabled": True}
    configuration = {"model": "m", "type": "chat", "structuredOutput": output}

    made = create_version(registry.editor, prompt_id, configuration=configuration)
    read = get_version(registry.viewer, made["id"])

    schema = read["configuration"]["structuredOutput"]["schema"]
    assert schema == SCHEMA
    assert list(schema) == list(SCHEMA)
    assert list(schema["properties"]) == ["summary", "keyInsights", "Análise"]


@pytest.mark.parametrize("title", ["", "x" * 256, "\U0001f600" * 256])
def test_a_title_may_have_256_characters_or_none(
    registry: Registry, prompt_id: str, title: str
) -> None:
    assert create_version(registry.editor, prompt_id, title=title)["title"] == title


CONFIGURATION = {"model": "m", "type": "chat"}
VARIABLE = {"name": "a", "type": "text", "required": True}


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"promptId": ...}, "promptId is required"),
        ({"promptId": "prompt_uuid"}, "promptId must be a UUID"),
        ({"promptId": 7}, "promptId must be a string"),
        ({"title": ...}, "title is required"),
        ({"title": None}, "title must be a string"),
        ({"title": "x" * 257}, "title must be at most 256 characters"),
        ({"title": "\U0001f600" * 257}, "title must be at most 256 characters"),
        ({"title": "a\0"}, "title must not contain NUL characters"),
        ({"content": {"text": "x"}}, "content must be a string"),
        ({"content": "\0"}, "content must not contain NUL characters"),
        ({"markdownContent": 1}, "markdownContent must be a string"),
        ({"markdown_content": 1}, "markdownContent must be a string"),
        ({"configuration": ...}, "configuration is required"),
        ({"configuration": None}, "configuration must be an object"),
        ({"configuration": {"type": "chat"}}, "configuration.model is required"),
        ({"configuration": {"model": "m"}}, "configuration.type is required"),
        (
            {"configuration": CONFIGURATION | {"model": None}},
            "configuration.model must be a string",
        ),
        (
            {"configuration": CONFIGURATION | {"type": "image"}},
            "configuration.type must be 'chat' or 'completion'",
        ),
        (
            {"configuration": CONFIGURATION | {"temperature": "0.7"}},
            "configuration.temperature must be a number",
        ),
        (
            {"configuration": CONFIGURATION | {"temperature": True}},
            "configuration.temperature must be a number",
        ),
        (
            {"configuration": CONFIGURATION | {"structuredOutput": None}},
            "configuration.structuredOutput must be an object",
        ),
        (
            {"configuration": CONFIGURATION | {"structuredOutput": {"enabled": 1}}},
            "configuration.structuredOutput.enabled must be true or false",
        ),
        (
            {"configuration": CONFIGURATION | {"structured_output": {"schema": []}}},
            "configuration.structuredOutput.schema must be an object",
        ),
        (
            {"configuration": CONFIGURATION | {"stop": ["\0"]}},
            "configuration must not contain NUL characters",
        ),
        ({"variables": ...}, "variables is required"),
        ({"variables": {}}, "variables must be an array"),
        ({"variables": None}, "variables must be an array"),
        ({"variables": [1]}, "variables[0] must be an object"),
        ({"variables": [VARIABLE, {"type": "text"}]}, "variables[1].name is required"),
        (
            {"variables": [VARIABLE | {"type": "image"}]},
            "variables[0].type must be 'file' or 'text'",
        ),
        (
            {"variables": [VARIABLE | {"required": 1}]},
            "variables[0].required must be true or false",
        ),
        (
            {"variables": [VARIABLE | {"description": None}]},
            "variables[0].description must be a string",
        ),
        (
            {"variables": [VARIABLE | {"processingOptions": None}]},
            "variables[0].processingOptions must be an object",
        ),
        (
            {"variables": [VARIABLE | {"processing_options": {"allow_multimodal": "x"}}]},
            "variables[0].processingOptions.allowMultimodal must be true or false",
        ),
        ({"draft": 1}, "draft must be true or false"),
        ({"promoted": "true"}, "promoted must be true or false"),
        ({"messages": None}, "messages must be an array"),
        ({"messages": "Hi"}, "messages must be an array"),
        ({"messages": {}}, "messages.role is required"),
        ({"messages": [{"content": "x"}]}, "messages[0].role is required"),
        (
            {"messages": [{"role": "tool"}]},
            "messages[0].role must be 'user', 'assistant', 'system', 'function' or 'developer'",
        ),
        ({"messages": [{"role": "user", "content": []}]}, "messages[0].content must be a string"),
        ({"messages": [{"role": "user", "index": 0.5}]}, "messages[0].index must be an integer"),
    ],
)
def test_a_fault_is_told_by_the_name_of_its_field(
    registry: Registry, prompt_id: str, fields: dict[str, Any], message: str
) -> None:
    sent = {
        name: value for name, value in (build_body(prompt_id) | fields).items() if value is not ...
    }

    answer = registry.editor("POST", "/prompt-version", sent)

    assert get_problem(answer) == (400, message)
    assert list_versions(registry.viewer, prompt_id) == []


@pytest.mark.parametrize(
    "raw", ["", "{", "[]", "null", '"x"', "7", "\ufeff{}", b"\xff", "[" * 300, "{" * 100_000, "NaN"]
)
def test_only_an_object_is_a_body(registry: Registry, raw: str | bytes) -> None:
    answer = registry.editor("POST", "/prompt-version", raw=raw)

    assert get_problem(answer) == (400, "the request body must be a JSON object")


@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded"])
def test_the_content_type_does_not_matter(
    registry: Registry, prompt_id: str, kind: str | None
) -> None:
    answer = registry.editor(
        "POST", "/prompt-version", build_body(prompt_id), headers={"content-type": kind}
    )

    assert answer.status == 200


def test_documents_of_any_depth_that_is_taken_can_be_read_again(
    registry: Registry, prompt_id: str
) -> None:
    deepest: dict[str, Any] = {}
    for _ in range(193):
        deepest = {"properties": deepest}
    output = {"enabled": False, "schema": deepest}
    configuration = {"model": "m", "type": "chat", "x": [output], "structuredOutput": output}

    version = create_version(registry.editor, prompt_id, configuration=configuration)
    version = registry.editor("PATCH", f"/prompt-version/{version['id']}", {"promoted": True}).json

    assert get_version(registry.viewer, version["id"])["configuration"] == configuration
    last = registry.viewer("GET", "/prompt?includeLastVersion=true").json[0]["lastVersion"]
    assert last == version


def test_numbers_come_back_exactly(registry: Registry, prompt_id: str) -> None:
    numbers = (
        '{"model":"m","type":"chat","temperature":0.70,"seed":123456789012345678901,"x":1E+40}'
    )

    made = registry.editor(
        "POST",
        "/prompt-version",
        raw=f'{{"promptId":"{prompt_id}","title":"","variables":[],"configuration":{numbers}}}',
    )

    text = registry.viewer("GET", f"/prompt-version/{made.json['id']}").text
    for number in ('"temperature":0.70', '"seed":123456789012345678901', '"x":1E+40'):
        assert number in text


def test_lone_surrogates_become_replacement_characters(registry: Registry, prompt_id: str) -> None:
    assert create_version(registry.editor, prompt_id, content="a\ud800b")["content"] == "a\ufffdb"


def test_a_prompt_that_is_not_there_or_not_the_callers_is_not_found(
    registry: Registry, prompt_id: str
) -> None:
    missing = registry.editor("POST", "/prompt-version", build_body(str(uuid4())))
    theirs = registry.stranger("POST", "/prompt-version", build_body(prompt_id))

    assert get_problem(missing) == get_problem(theirs) == (404, "prompt not found")


def test_a_prompt_is_named_in_upper_case_too(registry: Registry, prompt_id: str) -> None:
    assert create_version(registry.editor, prompt_id.upper())["promptId"] == prompt_id


def test_a_lost_race_is_run_again(registry: Registry, prompt_id: str) -> None:
    registry.cloud.run_before(
        "TransactWriteItems", lambda: create_version(registry.editor, prompt_id)
    )

    version = create_version(registry.editor, prompt_id, promoted=True)

    assert version["version"] == 2
    assert registry.viewer.list_statuses(prompt_id) == {1: "stable", 2: "live"}
