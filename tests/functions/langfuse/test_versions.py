"""Versions: their texts, configurations, labels and tags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.functions.langfuse.project import PROMPTS
from tests.functions.test_hot_reads import note_calls
from tests.memory import Memory

if TYPE_CHECKING:
    from tests.functions.langfuse.project import Project

KEYS = [
    *("id", "createdAt", "updatedAt", "projectId", "createdBy", "prompt", "name", "version"),
    *("type", "isActive", "config", "tags", "labels", "commitMessage"),
]
CHAT = [
    {"role": "system", "content": "You are {{who}}"},
    {"type": "placeholder", "name": "history"},
]


def test_every_response_has_all_keys_in_order(project: Project) -> None:
    created = project.create("p", labels=["production"])
    labelled = project.label("p", 1, "a").json

    assert [*created] == [*labelled] == KEYS
    assert [*project.get("p")] == [*KEYS, "resolutionGraph"]
    assert (created["isActive"], labelled["isActive"]) == (None, None)


def test_a_version_is_shown_in_its_language(project: Project) -> None:
    project.create("p", labels=["production"])

    assert project.read("p").headers["X-Template-Language"] == "simple"


def test_a_label_is_of_one_version(project: Project) -> None:
    project.create("p", "one", labels=["production", "a", "a"])
    assert project.create("p", "two", labels=["a", "latest"])["labels"] == ["a", "latest"]

    assert project.get("p", "?version=1")["labels"] == ["production"]
    assert project.get("p")["isActive"] is True
    assert project.get("p", "?label=a")["version"] == 2
    assert project.label("p", 1, "a", "b").json["labels"] == ["production", "a", "b"]
    assert project.label("p", 1).json["labels"] == ["production", "a", "b"]
    assert project.get("p", "?label=latest")["labels"] == ["latest"]


def test_a_label_is_read_whatever_is_the_matter_with_the_newest_version(project: Project) -> None:
    project.create("p", "one", labels=["production"])
    for text in ("two", "three"):
        project.create("p", text)
    path = f"/v1/prompts/{project.find_id('p')}/versions/3"
    assert project.registry.editor("POST", f"{path}/archive").status == 200
    memory = Memory()
    for item in memory.list_items()["versions"]:
        if item["version"] == {"N": "2"}:
            memory.put("versions", {**item, "content": {"S": "{"}, "updated_at": {"S": "?"}})
    project.registry.forget()

    assert project.get("p")["labels"] == ["production"]
    with note_calls() as calls:
        assert project.get("p")["version"] == 1
    assert "Query" not in calls
    assert len(calls) <= 2, "what is the newest version is remembered"


def test_production_is_live_and_another_dialects_tag_of_that_name_is_hidden(
    project: Project,
) -> None:
    project.create("p", "one", labels=["production"])
    project.create("p", "two")
    prompt_id = project.find_id("p")
    editor = project.registry.editor
    path = f"/v1/prompts/{prompt_id}/versions"

    tagged = editor("POST", f"{path}/2/tags", {"tag": "production"})

    assert tagged.status == 200
    assert project.get("p")["version"] == 1
    assert project.get("p", "?version=2")["labels"] == ["latest"]
    editor.promote(prompt_id, 2)
    assert project.get("p")["labels"] == ["production", "latest"]
    assert project.read("p", "?label=live").status == 404
    assert editor("GET", path).json["versions"][0]["status"] == "live"


@pytest.mark.parametrize("label", ["Prod", "a b", "", "x" * 37, "ü", "a/b"])
def test_labels_have_a_form_in_both_calls(project: Project, label: str) -> None:
    project.create("p")

    created = project.editor("POST", PROMPTS, {"name": "p", "prompt": "x", "labels": [label]})
    labelled = project.label("p", 1, label)

    assert [created.status, labelled.status] == [400, 400]
    assert created.json["error"][0]["path"] == ["labels", 0]
    assert labelled.json["error"][0]["path"] == ["newLabels", 0]


@pytest.mark.parametrize("label", ["live", ".", "..", "1"])
def test_a_label_that_no_tag_may_be_is_refused(project: Project, label: str) -> None:
    project.create("p")

    response = project.label("p", 1, label)

    assert (response.status, response.json["error"]) == (400, "InvalidRequestError")
    assert project.get("p", "?label=latest")["labels"] == ["latest"]


def test_tags_are_the_prompts_keywords(project: Project) -> None:
    assert project.create("p", tags=["b", "a", "b"])["tags"] == ["b", "a"]
    assert project.create("p")["tags"] == ["b", "a"]
    assert project.create("p", tags=None)["tags"] == ["b", "a"]
    path = f"/v1/prompts/{project.find_id('p')}"
    native = project.registry.viewer("GET", path).json["prompt"]
    assert native["keywords"] == ["b", "a"]
    assert project.create("p", tags=["c"])["tags"] == ["c"]
    assert project.get("p", "?version=1")["tags"] == ["c"]
    assert project.create("p", tags=[])["tags"] == []


def test_messages_have_a_role_and_a_text_or_are_placeholders(project: Project) -> None:
    sent = [
        {"type": "chatmessage", "role": "developer", "content": "", "name": "n"},
        {"type": "placeholder", "name": "h", "extra": 1},
        {"type": "placeholder", "role": "user", "content": "said", "name": "h2"},
    ]
    kept = [
        {"role": "developer", "content": ""},
        {"type": "placeholder", "name": "h"},
        {"role": "user", "content": "said"},
    ]

    assert project.create("p", sent, labels=["production"])["prompt"] == kept
    assert project.get("p")["prompt"] == kept


@pytest.mark.parametrize(
    "fields",
    [
        {"type": "chat", "prompt": "x"},
        {"prompt": CHAT},
        {"type": "chat", "prompt": [{"role": "user"}]},
        {"type": "chat", "prompt": [{"role": "user", "content": [{"type": "text", "text": "x"}]}]},
        {"type": "chat", "prompt": [{"type": "placeholder", "name": "1a"}]},
        {"type": "chat", "prompt": [{"type": "placeholder", "name": "a"}] * 1001},
        {"type": "other", "prompt": "x"},
        {"prompt": 1},
        {"prompt": None},
        {"prompt": "x", "labels": None},
        {"prompt": "x", "tags": [1]},
        {"prompt": "x", "commitMessage": "x" * 501},
    ],
)
def test_a_body_of_another_shape_is_refused_with_issues(
    project: Project, fields: dict[str, Any]
) -> None:
    response = project.editor("POST", PROMPTS, {"name": "p", **fields})

    assert (response.status, response.json["message"]) == (400, "Invalid request data")
    assert all({"code", "path", "message"} <= issue.keys() for issue in response.json["error"])
    assert project.read("p", "?label=latest").status == 404


def test_a_placeholder_is_no_variable(project: Project) -> None:
    chat = [{"role": "user", "content": "{{h}} {{ k }}"}, {"type": "placeholder", "name": "h"}]
    response = project.editor("POST", PROMPTS, {"name": "p", "type": "chat", "prompt": chat})

    assert (response.status, response.json["error"]) == (400, "InvalidRequestError")
    assert response.json["message"].endswith("the following are not: h")


def test_the_type_is_that_of_the_versions_there_are(project: Project) -> None:
    project.create("p", "text")

    body = {"name": "p", "type": "chat", "prompt": CHAT}
    refused = project.editor("POST", PROMPTS, body)
    assert (refused.status, refused.json["error"]) == (400, "InvalidRequestError")
    assert project.delete("p", "?version=1").status == 204
    # Numbers are never used again.
    assert project.create("p", CHAT)["version"] == 2


def test_a_body_that_is_repeated_makes_another_version(project: Project) -> None:
    assert [project.create("p", "same")["version"] for _ in range(2)] == [1, 2]


def test_a_create_with_an_idempotency_key_happens_once(project: Project) -> None:
    headers = {"Idempotency-Key": "k"}
    body = {"name": "p", "prompt": "x"}

    first, second = (project.editor("POST", PROMPTS, body, headers=headers) for _ in range(2))

    assert first.json == second.json
    assert project.get_page("?name=p")["data"][0]["versions"] == [1]


# -- configurations

CONFIGS: tuple[Any, ...] = (
    {},
    {"model": "gpt-4o", "temperature": 0.2, "nested": [1, {"k": None}]},
    {"model": "openai/gpt-4o", "max_tokens": 10, "stop": ["x"]},
    {"provider": "openai", "model": "gpt-4o", "top_p": 1},
    {"z": 1, "a": 2},
    {"temperature": "warm", "tools": "none", "response_format": 3, "model": 1},
    {"tools": [{"type": "function", "function": {"name": "f", "parameters": {}}}]},
    {"response_format": {"type": "json_object"}, "model": "m"},
    [1, 2],
    "text",
    0,
    False,
)


@pytest.mark.parametrize("config", CONFIGS, ids=str)
def test_a_configuration_comes_back_byte_for_byte(project: Project, config: Any) -> None:
    project.create("p", config=config, labels=["production"])
    project.create("p", "y", config={"model": "other", "temperature": 1, "tools": []})
    project.create("p", "z", config=config)

    for query in ("", "?label=latest"):
        shown = project.get("p", query)["config"]
        assert (shown, [*shown] if isinstance(shown, dict) else None) == (
            config,
            [*config] if isinstance(config, dict) else None,
        )


def test_what_a_configuration_says_of_the_model_is_shown_elsewhere(project: Project) -> None:
    tool = {"type": "function", "function": {"name": "f", "parameters": {}}}
    config = {"model": "openai/gpt-4o", "temperature": 0.5, "x": 1, "tools": [tool]}
    project.create("p", config=config)
    path = f"/v1/prompts/{project.find_id('p')}/versions"

    native = project.registry.viewer("GET", path).json["versions"][0]

    assert native["model"] == "openai/gpt-4o"
    assert native["model_params"] == {"temperature": 0.5}
    assert native["tools"] == [tool]
    project.create("p")
    native = project.registry.viewer("GET", path).json["versions"][0]
    assert (native["model"], native["model_params"], native["tools"]) == (None, None, None)


def test_what_others_say_of_the_model_is_shown_as_the_configuration(project: Project) -> None:
    editor = project.registry.editor
    prompt = editor.create_prompt("native")
    editor.create_stable_version(
        prompt["id"], "x", model="openai/gpt-4o", model_params={"temperature": 1, "own": 2}
    )

    config = project.get("native", "?label=latest")["config"]

    assert config == {"provider": "openai", "model": "gpt-4o", "temperature": 1, "own": 2}
    assert project.create("native", "y", config=config | {"temperature": 2})["config"] == (
        config | {"temperature": 2}
    )
    versions = editor("GET", f"/v1/prompts/{prompt['id']}/versions").json["versions"]
    assert versions[0]["model_params"] == {"temperature": 2, "own": 2}


def test_a_number_that_clients_cannot_read_is_refused(project: Project) -> None:
    raw = '{"name": "p", "prompt": "x", "config": {"a": [1e400]}}'
    response = project.editor("POST", PROMPTS, raw=raw)

    assert response.json["error"][0]["path"] == ["config"]


# -- what to read


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("?version=1", 200),
        ("?version=1e0", 200),
        ("?version=", 200),
        ("?version=0", 200),
        ("?version=1&label=", 200),
        ("?label=", 200),
        ("?resolve=true", 200),
        ("?resolve=false", 200),
        ("?other=1", 200),
        ("?version=abc", 400),
        ("?version=1.5", 400),
        ("?version=null", 400),
        ("?version=1&version=1", 400),
        ("?label=a&label=b", 400),
        ("?version=1&label=a", 400),
        ("?resolve=", 400),
        ("?resolve=yes", 400),
        ("?version=-1", 404),
        ("?version=99999999999999", 404),
        ("?version=1e99", 404),
        ("?label=nope", 404),
    ],
)
def test_a_query_selects_as_langfuses_does(project: Project, query: str, status: int) -> None:
    project.create("p", labels=["production"])

    response = project.read("p", query)

    assert response.status == status, response.text
    if status == 404:
        assert response.json["message"].startswith("Prompt not found: 'p' with ")


@pytest.mark.parametrize("number", ["9", "0", "-1", "abc", "1.5", "%20"])
def test_labels_of_a_version_that_there_is_not(project: Project, number: str) -> None:
    project.create("p")
    response = project.editor("PATCH", f"{PROMPTS}/p/versions/{number}", {"newLabels": []})

    assert response.status == 404
    shown = number if number == "9" else "NaN"
    assert response.json["message"] == f"Prompt 'p' version {shown} not found in project"


# -- deletion


def test_a_version_that_is_deleted_does_not_exist(project: Project) -> None:
    project.create("p", "one", labels=["production"])
    project.create("p", "two", labels=["a"])

    assert project.delete("p", "?label=a").status == 204
    for query in ("?version=2", "?label=a"):
        assert project.read("p", query).status == 404
        assert project.delete("p", query).status == 404
    assert project.label("p", 2, "b").status == 404
    assert project.get("p")["labels"] == ["production", "latest"]
    entry = project.get_page("?name=p")["data"][0]
    assert (entry["versions"], entry["labels"]) == ([1], ["latest", "production"])
    assert project.create("p", "three")["version"] == 3
    assert project.delete("p", "?version=1").status == 204
    assert project.read("p").status == 404
    assert project.delete("p", "?version=3").status == 204
    assert project.list_names() == []
    assert project.delete("p").status == 404


@pytest.mark.parametrize("query", ["?version=0", "?version=", "?label=", "?version=x"])
def test_a_filter_that_names_nothing_deletes_nothing(project: Project, query: str) -> None:
    project.create("p")

    assert project.delete("p", query).status == 400
    assert project.get("p", "?label=latest")["version"] == 1


def test_drafts_do_not_exist(project: Project) -> None:
    editor = project.registry.editor
    prompt = editor.create_prompt("p")
    editor.create_version(prompt["id"], "draft")

    assert project.read("p", "?label=latest").status == 404
    assert project.read("p", "?version=1").status == 404
    assert project.label("p", 1, "a").status == 404
    assert project.delete("p").status == 404
    assert project.get_page()["data"] == []
    assert project.create("p", CHAT)["version"] == 2


# -- the first version of the API


def test_the_first_version_of_the_api_reads_and_writes(project: Project) -> None:
    path = "/api/public/prompts"
    body = {"name": "a/b", "prompt": "x", "isActive": True, "labels": ["l"]}

    made = project.editor("POST", path, body)
    second = project.editor("POST", path, body | {"isActive": False, "labels": []})
    missing = project.editor("POST", path, {"name": "a/b", "prompt": "x"})

    assert (made.status, made.json["isActive"]) == (201, True)
    assert made.json["labels"] == ["production", "l", "latest"]
    assert (second.json["version"], second.json["isActive"]) == (2, False)
    assert missing.json["error"][0]["path"] == ["isActive"]
    for name in ("a%2Fb", "a%252Fb", "a/b"):
        assert project.viewer("GET", f"{path}?name={name}").json["version"] == 1
    assert project.viewer("GET", f"{path}?name=a/b&version=2").json["version"] == 2
    for query in ("?name=x", "?name=a/b&version=9"):
        assert project.viewer("GET", f"{path}{query}").json["message"] == "Prompt not found"
    assert project.viewer("GET", path).status == 400


# -- protected pointers


def test_production_may_be_protected(project: Project) -> None:
    project.create("p", "one", labels=["production"])
    admin = project.registry.people["admin"]
    path = f"/v1/teams/{project.registry.team_id}/protected"
    assert admin("PUT", path, {"pointers": ["live"]}).status == 200

    refused = project.label("p", 1, "a")
    assert refused.status == 200
    created = project.editor(
        "POST", PROMPTS, {"name": "p", "prompt": "two", "labels": ["production"]}
    )
    assert (created.status, created.json["error"]) == (403, "ForbiddenError")
    project.create("p", "two")
    moved = project.label("p", 2, "production")
    assert (moved.status, moved.json["error"]) == (403, "ForbiddenError")
    assert project.get("p")["prompt"] == "one"
    assert project.delete("p", "?label=production").status == 403
