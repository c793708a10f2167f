"""Publishing versions, and reading them in the public API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from shared import exact_json
from shared.dialects.maxim.requests import HEADER
from tests.client import UNKNOWN_ID
from tests.functions.maxim.workspace import SYSTEM, build_version, get_message

if TYPE_CHECKING:
    from tests.functions.maxim.workspace import Workspace

CALL: dict[str, Any] = {
    "id": "call_1",
    "type": "function",
    "function": {"name": "f", "arguments": "{}"},
}
IMAGE = {"type": "image_url", "image_url": {"url": "https://x.example/y.png", "detail": "low"}}
TEXT = {"type": "text", "text": "What is this?"}


def test_a_version_is_published_with_the_next_number(workspace: Workspace) -> None:
    prompt = workspace.create_prompt()

    first, second = (workspace.create_version(prompt["id"]) for _ in range(2))

    assert (first["version"], second["version"]) == (1, 2)
    assert first["id"] != second["id"]
    assert first["promptId"] == prompt["id"]
    assert first["description"] == "first cut"
    assert first["deletedAt"] is None
    assert first["createdAt"].endswith("Z")
    config = first["config"]
    assert (config["provider"], config["model"]) == ("openai", "gpt-4o")
    assert config["modelParameters"] == {}
    assert config["messages"] == [
        {
            "id": f"{first['id']}-0",
            "index": 0,
            "payload": SYSTEM,
            "currentType": "system",
            "originalType": "system",
        }
    ]
    assert {type(text) for text in config["author"].values()} == {str}
    assert config["author"].keys() == {"id", "name", "email", "image"}


def test_a_published_version_is_stable_for_px0_and_its_note_is_the_message(
    workspace: Workspace,
) -> None:
    prompt = workspace.create_prompt()
    workspace.create_version(prompt["id"], modelParameters={"temperature": 0.5})

    version = workspace.px0("GET", f"/v1/prompts/{prompt['id']}/versions/1").json["version"]

    assert version["status"] == "stable"
    assert version["message"] == "first cut"
    assert version["template"] == SYSTEM["content"]
    assert version["engine"] == "simple"
    assert version["model"] == "openai/gpt-4o"
    assert version["model_params"] == {"temperature": 0.5}


@pytest.mark.parametrize(
    "message",
    [
        *({"role": role, "content": "x"} for role in ("assistant", "user", "model", "chatbot")),
        {"role": "user", "content": [TEXT, IMAGE]},
        {"role": "user", "content": []},
        {"role": "user", "content": ""},
        {"role": "assistant", "content": None, "tool_calls": [CALL]},
        {"role": "assistant", "content": "x", "tool_calls": []},
        {"role": "tool", "content": "{}", "tool_call_id": "call_1"},
        {"role": "user", "content": "{{ not a template }} {% if %} {{"},
        {"role": "user", "content": 'Grüße 👋\n\t<b>"x"</b> \\n'},
    ],
)
def test_a_message_is_read_back_as_it_was_written(
    workspace: Workspace, message: dict[str, Any]
) -> None:
    prompt = workspace.create_prompt()

    version = workspace.create_version(prompt["id"], messages=[message])

    assert version["config"]["messages"][0]["payload"] == message


def test_a_content_that_is_left_out_is_null(workspace: Workspace) -> None:
    prompt = workspace.create_prompt()

    version = workspace.create_version(prompt["id"], messages=[{"role": "user"}])

    assert version["config"]["messages"][0]["payload"] == {"role": "user", "content": None}


def test_unknown_fields_are_kept_in_messages_and_parameters_and_ignored_elsewhere(
    workspace: Workspace,
) -> None:
    prompt = workspace.create_prompt()
    parameters = {"maxTokens": 5, "seed": None, "nested": {"a": [1, 2.5, "x"]}}
    cached = {"type": "text", "text": "x", "cache_control": {"type": "ephemeral"}}
    message = {"role": "user", "content": [cached], "name": "bob"}

    version = workspace.create_version(
        prompt["id"],
        messages=[message],
        traceId="t",
        modelParameters=parameters,
    )

    assert version["config"]["messages"][0]["payload"] == message
    assert version["config"]["modelParameters"] == parameters
    assert "traceId" not in version


def test_numbers_are_kept_exactly(workspace: Workspace) -> None:
    prompt = workspace.create_prompt()
    body = exact_json.encode(build_version(prompt["id"], modelParameters={"a": 0}))
    exact = '{"a":12345678901234567890.12345678901234567890,"b":1E+400,"c":1.10}'

    made = workspace.editor("POST", "/v1/prompts/versions", raw=body.replace('{"a":0}', exact))

    assert made.status == 200
    assert exact in made.text.replace(" ", "")


def test_tools_are_read_back_as_objects_and_have_ids_from_v2_on(workspace: Workspace) -> None:
    prompt = workspace.create_prompt()
    tools: list[dict[str, Any]] = [
        {"name": "weather"},
        {"name": "lookup", "description": "an order", "config": {"auth": None, "schema": {}}},
    ]

    version = workspace.create_version(prompt["id"], modelParameters={"n": 1, "promptTools": tools})

    def read(api: str) -> Any:
        found = workspace.viewer("GET", f"/{api}/prompts/versions?id={version['id']}")
        return found.json["data"]["config"]["modelParameters"]

    assert version["config"]["modelParameters"] == {"n": 1, "promptTools": tools}
    assert read("v1") == {"n": 1, "promptTools": tools}
    assert read("v2")["promptTools"] == [{"id": tool["name"], **tool} for tool in tools]


def test_a_body_without_a_content_type_is_json(workspace: Workspace) -> None:
    prompt = workspace.create_prompt()

    made = workspace.editor(
        "POST",
        "/v1/prompts/versions",
        build_version(prompt["id"]),
        headers={"Content-Type": None},
    )

    assert made.status == 200


def build_bad_version(**fields: Any) -> dict[str, Any]:
    return build_version("p", **fields)


def build_bad_message(**fields: Any) -> dict[str, Any]:
    return build_bad_version(messages=[SYSTEM, {"role": "user", **fields}])


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, "promptId"),
        (build_bad_version(promptId=7), "promptId"),
        (build_bad_version(promptId=None), "promptId"),
        (build_bad_version(description=None), "description"),
        (build_bad_version(description="x" * 10_001), "description"),
        (build_bad_version(modelName=1), "modelName"),
        (build_bad_version(modelProvider="lmstudio"), "modelProvider"),
        (build_bad_version(modelProvider=["openai"]), "modelProvider"),
        (build_bad_version(messages={}), "messages"),
        (build_bad_version(messages=None), "messages"),
        (build_bad_version(messages=["x"]), "messages[0]"),
        (build_bad_message(role="developer"), "messages[1].role"),
        (build_bad_message(role=None), "messages[1].role"),
        (build_bad_message(content=7), "messages[1].content"),
        (build_bad_message(content={"type": "text", "text": "x"}), "messages[1].content"),
        (build_bad_message(content=["x"]), "messages[1].content[0]"),
        (build_bad_message(content=[{"type": "input_audio"}]), "messages[1].content[0]"),
        (build_bad_message(content=[{"type": []}]), "messages[1].content[0]"),
        (build_bad_message(content=[{"type": "text"}]), "messages[1].content[0].text"),
        (build_bad_message(content=[{"type": "text", "text": 5}]), "messages[1].content[0].text"),
        (
            build_bad_message(content=[{"type": "image_url", "image_url": {"detail": "low"}}]),
            "messages[1].content[0].image_url.url",
        ),
        (
            build_bad_message(
                content=[{"type": "image_url", "image_url": {"url": "x", "detail": "m"}}]
            ),
            "messages[1].content[0].image_url.detail",
        ),
        (
            build_bad_message(
                content=[{"type": "image_url", "image_url": {"url": "x", "detail": None}}]
            ),
            "messages[1].content[0].image_url.detail",
        ),
        (build_bad_message(tool_call_id=None), "messages[1].tool_call_id"),
        (build_bad_message(tool_calls=None), "messages[1].tool_calls"),
        (build_bad_message(tool_calls=[{**CALL, "type": "x"}]), "messages[1].tool_calls[0].type"),
        (
            build_bad_message(tool_calls=[{"type": "function", "function": CALL["function"]}]),
            "messages[1].tool_calls[0].id",
        ),
        (
            build_bad_message(tool_calls=[{**CALL, "function": {"name": "f", "arguments": {}}}]),
            "messages[1].tool_calls[0].function.arguments",
        ),
        (build_bad_version(modelParameters=[]), "modelParameters"),
        (build_bad_version(modelParameters=None), "modelParameters"),
        (build_bad_version(modelParameters={"promptTools": None}), "modelParameters.promptTools"),
        (
            build_bad_version(modelParameters={"promptTools": ["t"]}),
            "modelParameters.promptTools[0]",
        ),
        (
            build_bad_version(modelParameters={"promptTools": [{}]}),
            "modelParameters.promptTools[0].name",
        ),
        (build_bad_version(modelParameters={"a": {"b": ["\0"]}}), "modelParameters.a.b[0]"),
        (build_bad_version(modelParameters={"a": {"\0": 1}}), "modelParameters.a"),
        (build_bad_message(content="a\0b"), "messages[1].content"),
    ],
)
def test_a_bad_field_is_named_and_nothing_is_stored(
    workspace: Workspace, body: dict[str, Any], path: str
) -> None:
    prompt = workspace.create_prompt()
    if body.get("promptId") == "p":
        body = body | {"promptId": prompt["id"]}

    refused = workspace.editor("POST", "/v1/prompts/versions", body)

    assert get_message(refused, 400).startswith((f"{path} ", f"{path}:"))
    assert workspace.create_version(prompt["id"])["version"] == 1


def test_every_fault_is_told_with_its_path(workspace: Workspace) -> None:
    refused = workspace.editor("POST", "/v1/prompts/versions", {"promptId": 1, "messages": [{}]})

    get_message(refused, 400)
    assert [detail["path"] for detail in refused.json["error"]["details"]] == [
        "promptId",
        "description",
        "modelName",
        "modelProvider",
        "messages[0].role",
    ]


@pytest.mark.parametrize(
    "raw", ["", "{", "[]", '"x"', "null", "1", b"\xff\xfe", "[" * 500, "\ufeff{}", '{"a": NaN}']
)
def test_what_is_no_json_object_is_refused(workspace: Workspace, raw: str | bytes) -> None:
    assert "JSON" in get_message(workspace.editor("POST", "/v1/prompts/versions", raw=raw), 400)


def test_a_refusal_does_not_repeat_what_was_sent(workspace: Workspace) -> None:
    secret = "sesame"
    body = build_bad_version(
        modelProvider=secret, messages=[{"role": secret, "content": [{"type": secret}]}]
    )

    assert secret not in workspace.editor("POST", "/v1/prompts/versions", body).text


def test_a_lone_surrogate_becomes_a_replacement_character(workspace: Workspace) -> None:
    prompt = workspace.create_prompt()

    version = workspace.create_version(prompt["id"], description="a\ud800b")

    assert version["description"] == "a\ufffdb"


@pytest.mark.parametrize("prompt_id", [UNKNOWN_ID, "", "x", "ü" * 3000, "A" * 36])
def test_an_unknown_prompt_is_not_found(workspace: Workspace, prompt_id: str) -> None:
    refused = workspace.editor("POST", "/v1/prompts/versions", build_version(prompt_id))

    assert get_message(refused, 404) == "Prompt not found"


def test_callers_without_the_right_are_told_in_order(workspace: Workspace) -> None:
    prompt = workspace.create_prompt()
    body = build_version(prompt["id"])

    def post(client: Any, body: Any, **headers: str) -> Any:
        return client("POST", "/v1/prompts/versions", body, headers=headers)

    unknown = {HEADER: f"ak_{0:064}"}
    assert get_message(post(workspace.nobody, {}), 401) == "Unauthorized"
    assert get_message(post(workspace.nobody, {}, **unknown), 401) == "Unauthorized"
    assert get_message(post(workspace.nobody, body, **{HEADER: ""}), 401) == "Unauthorized"
    assert get_message(post(workspace.px0, body), 401) == "Unauthorized"
    assert get_message(post(workspace.stranger, body), 404) == "Prompt not found"
    assert get_message(post(workspace.viewer, body), 403) == "Forbidden"
    # What is malformed is told before what is not there.
    get_message(post(workspace.editor, build_version(str(uuid4()), modelProvider="x")), 400)


def test_a_version_is_read_by_its_id(workspace: Workspace) -> None:
    version = workspace.create_version(workspace.create_prompt()["id"])

    read = workspace.viewer("GET", f"/v1/prompts/versions?id={version['id']}").json["data"]

    assert read["config"].pop("tags") == {}
    assert read["config"].pop("modelId") == "gpt-4o"
    assert read == version


def test_the_versions_of_a_prompt_are_listed_highest_first(workspace: Workspace) -> None:
    prompt = workspace.create_prompt()
    for _ in range(3):
        workspace.create_version(prompt["id"])
    path = f"/v1/prompts/versions?promptId={prompt['id']}"

    whole = workspace.viewer("GET", path).json
    first = workspace.viewer("GET", f"{path}&limit=2").json
    rest = workspace.viewer("GET", f"{path}&limit=2&cursor={first['pagination']['cursor']}").json

    assert [version["version"] for version in whole["data"]] == [3, 2, 1]
    assert whole["pagination"] == {"hasMore": False}
    assert first["pagination"]["hasMore"] is True
    assert first["data"] + rest["data"] == whole["data"]
    assert rest["pagination"] == {"hasMore": False}


def test_versions_of_every_status_but_drafts_are_listed(workspace: Workspace) -> None:
    prompt = workspace.create_prompt()
    for _ in range(3):
        workspace.create_version(prompt["id"])
    workspace.promote(prompt["id"], 2)
    workspace.px0("POST", f"/v1/prompts/{prompt['id']}/versions/3/archive")
    workspace.px0.create_version(prompt["id"], "draft")

    listed = workspace.viewer("GET", f"/v1/prompts/versions?promptId={prompt['id']}").json["data"]

    assert [version["version"] for version in listed] == [3, 2, 1]
    assert [version["deletedAt"] is not None for version in listed] == [True, False, False]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400),
        ("?id=&promptId=", 400),
        ("?promptId={prompt}&limit=0", 400),
        ("?promptId={prompt}&limit=101", 400),
        ("?promptId={prompt}&limit=ten", 400),
        ("?promptId={prompt}&cursor=x", 400),
        (f"?id={UNKNOWN_ID}", 404),
        ("?id=%00", 404),
        (f"?promptId={UNKNOWN_ID}", 404),
        ("?promptId=" + "x" * 3000, 404),
        (f"?id={{version}}&promptId={UNKNOWN_ID}", 404),
    ],
)
@pytest.mark.parametrize("api", ["v1", "v2"])
def test_a_read_that_names_nothing_is_refused(
    workspace: Workspace, api: str, query: str, status: int
) -> None:
    prompt = workspace.create_prompt()
    version = workspace.create_version(prompt["id"])
    path = query.format(prompt=prompt["id"], version=version["id"])

    get_message(workspace.viewer("GET", f"/{api}/prompts/versions{path}"), status)


def test_a_version_of_px0_is_read_as_a_system_message(workspace: Workspace) -> None:
    prompt = workspace.px0.create_prompt()
    template = "Hello {{.name}}!"
    params = {"temperature": 0.2, "max_tokens": 5}
    made = workspace.px0.create_stable_version(
        prompt["id"], template, model="anthropic/claude-x", model_params=params, message="why"
    )

    version = workspace.viewer("GET", f"/v1/prompts/versions?id={made['id']}").json["data"]

    config = version["config"]
    assert config["messages"][0]["payload"] == {"role": "system", "content": "Hello {{name}}!"}
    assert (config["provider"], config["model"]) == ("anthropic", "claude-x")
    assert config["modelParameters"] == params
    assert version["description"] == "why"


def test_a_version_without_a_model_is_read_with_the_default_one(workspace: Workspace) -> None:
    made = workspace.px0.create_stable_version(workspace.px0.create_prompt()["id"])

    config = workspace.viewer("GET", f"/v1/prompts/versions?id={made['id']}").json["data"]["config"]

    assert (config["provider"], config["model"]) == ("openai", "gpt-4o-mini")
    assert config["modelParameters"] == {}
