"""maxim-py reads what was published with Maxim's public API, and what other dialects wrote."""

import json
from typing import Any

import pytest

from tests.clients.programs import Clients
from tests.clients.publisher import RICH, TOOL_CALL, Maxim
from tests.live.server import Server

PROD = {"variables": {"Environment": "prod"}}
STAGING = {"variables": {"Environment": "staging"}}
NOBODY = {"variables": {"Environment": "nowhere"}}
MISSING = "00000000-0000-4000-8000-000000000000"
CANVAS: dict[str, Any] = {
    "title": "first",
    "configuration": {"model": "gpt-4o", "type": "chat", "temperature": 0},
    "variables": [{"name": "document", "type": "file", "required": True}],
    "messages": [
        {"role": "system", "content": "Summarise {{document}}.", "index": 0},
        {"role": "user", "content": None, "index": 1},
    ],
}


def run_reader(clients: Clients, scenario: str, **arguments: object) -> Any:
    return clients.run_python("maxim_reader.py", scenario, json.dumps(arguments))


@pytest.fixture
def maxim(server: Server) -> Maxim:
    return Maxim(server)


def test_a_deployment_variable_chooses_the_version(clients: Clients, maxim: Maxim) -> None:
    prompt = maxim.create_prompt("Chosen by variable")
    for text in ("in production", "in staging", "for the french"):
        maxim.create_version(prompt, text, temperature=0.2, seed=None)
    maxim.deploy(prompt, 1, Environment="prod")
    maxim.deploy(prompt, 2, Environment="staging")
    maxim.deploy(prompt, 3, Environment="prod", Language="fr")

    french = {"variables": {"Environment": "prod", "Language": "fr"}}
    german = {"variables": {"Environment": "prod"}, "unenforced": {"Language": "de"}}
    found = run_reader(
        clients, "choose", prompt_id=prompt, queries=[PROD, STAGING, french, german, NOBODY]
    )

    assert [one and one["version"] for one in found] == [1, 2, 3, 1, None]
    assert found[0]["messages"] == [
        {"role": "system", "content": "in production", "tool_calls": None}
    ]
    assert (found[0]["provider"], found[0]["model"]) == ("openai", "gpt-4o")
    assert found[0]["parameters"] == {"temperature": 0.2, "seed": None}


def test_where_no_condition_holds_the_live_version_is_served(
    clients: Clients, maxim: Maxim
) -> None:
    prompt = maxim.create_prompt("With a fallback")
    for text in ("for production", "for everybody"):
        maxim.create_version(prompt, text)
    maxim.deploy(prompt, 1, Environment="prod")
    maxim.promote(prompt, 2)

    found = run_reader(clients, "choose", prompt_id=prompt, queries=[PROD, NOBODY])

    assert [one["version"] for one in found] == [1, 2]


def test_a_version_is_found_by_its_number_whether_it_is_deployed_or_not(
    clients: Clients, maxim: Maxim
) -> None:
    prompt = maxim.create_prompt("By number")
    made = [maxim.create_version(prompt, text) for text in ("one", "two")]

    found = run_reader(
        clients, "fetch", prompt_id=prompt, queries=[{"version": 2}, {"version": 1}, PROD]
    )

    assert [one and one["version"] for one in found] == [2, 1, None]
    assert [one["version_id"] for one in found[:2]] == [made[1]["id"], made[0]["id"]]


def test_tool_calls_images_and_null_content_are_read_singly(clients: Clients, maxim: Maxim) -> None:
    prompt = maxim.create_prompt("Rich")
    maxim.create_version(prompt, *RICH)

    (found,) = run_reader(clients, "fetch", prompt_id=prompt, queries=[{"version": 1}])

    system, user, assistant, tool = found["messages"]
    assert system["content"] == RICH[0]["content"]
    assert user["content"] == RICH[1]["content"]
    assert (assistant["content"], assistant["tool_calls"]) == ("", [TOOL_CALL])
    assert (tool["role"], tool["content"]) == ("tool", "sunny")


def test_one_sync_brings_every_prompt_whatever_dialect_wrote_it(
    clients: Clients, maxim: Maxim
) -> None:
    server = maxim.server
    rich = maxim.create_prompt("Rich in a list")
    maxim.create_version(rich, *RICH)
    maxim.deploy(rich, 1, Suite="list")
    px0 = server.create_prompt("Written for px0")
    made = server.call("POST", f"/v1/prompts/{px0}/versions", {"template": "Hi {{.name}}!"})
    assert made.status == 201, made
    for _ in ("stable", "live"):
        maxim.promote(px0, 1)
    langwatch = server.call(
        "POST",
        "/api/prompts",
        {
            "handle": "from-langwatch",
            "prompt": "You are {{ who }}.",
            "messages": [{"role": "user", "content": "Hello"}],
            "outputs": [
                {
                    "identifier": "answer",
                    "type": "json_schema",
                    "json_schema": {"type": "object", "properties": {"mood": {"type": "string"}}},
                }
            ],
            "tags": ["production"],
        },
    )
    assert langwatch.status == 200, langwatch
    tela = server.create_prompt("Written for Tela")
    canvas = server.call("POST", "/prompt-version", {"promptId": tela, "promoted": True, **CANVAS})
    assert canvas.status == 200, canvas

    found = run_reader(
        clients,
        "sync",
        prompts=[rich, px0, langwatch.json["id"], tela],
        folders=[],
        query={"variables": {"Suite": "list"}},
    )

    assert (found["missing"], found["complaints"]) == ([], [])
    said = {prompt["id"]: list_texts(prompt) for prompt in found["prompts"]}
    assert said[rich] == [RICH[0]["content"], RICH[1]["content"], "", "sunny"]
    assert said[px0] == ["Hi {{name}}!"]
    assert said[langwatch.json["id"]] == ["You are {{ who }}.", "Hello"]
    assert said[tela] == ["Summarise {{document}}.", ""]


def test_a_folder_is_found_and_narrows_the_list(clients: Clients, maxim: Maxim) -> None:
    folder = maxim.create_folder("Greetings")
    inside = maxim.create_prompt("In the folder", folderId=folder)
    outside = maxim.create_prompt("Beside the folder")
    for prompt in (inside, outside):
        maxim.create_version(prompt, "Hello")
        maxim.deploy(prompt, 1, Suite="folders")

    found = run_reader(
        clients,
        "sync",
        prompts=[inside, outside],
        folders=[folder],
        query={"variables": {"Suite": "folders"}, "folder": folder},
    )

    assert [prompt["id"] for prompt in found["prompts"]] == [inside]
    assert found["folders"] == [
        {"id": folder, "name": "Greetings", "parent_folder_id": None, "tags": {}}
    ]


def test_a_reader_forgets_a_deleted_prompt_with_its_next_sync(
    clients: Clients, maxim: Maxim
) -> None:
    prompt = maxim.create_prompt("Deleted")
    maxim.create_version(prompt, "here today")
    maxim.deploy(prompt, 1, Environment="prod")

    found = run_reader(
        clients,
        "delete",
        prompt_id=prompt,
        admin_key=maxim.server.demo["admin_key"],
        query=PROD,
    )

    assert found["status"] == 204
    assert found["before"] == found["still"]
    assert found["before"]["version"] == 1
    assert found["after"] is None


def test_what_is_missing_is_told_in_words(clients: Clients, maxim: Maxim) -> None:
    prompt = maxim.create_prompt("With one version")
    maxim.create_version(prompt, "one")

    found = run_reader(clients, "fail", prompt_id=prompt, missing_id=MISSING, folder_id=MISSING)

    assert found == {
        "prompt": "Exception: Prompt not found",
        "version": "Exception: Version not found",
        "folder": "None",
    }


def test_a_wrong_key_is_told_in_words(clients: Clients, maxim: Maxim) -> None:
    prompt = maxim.create_prompt("Locked")

    assert run_reader(clients, "be_refused", prompt_id=prompt) == "Exception: Unauthorized"


def test_a_model_is_not_run_and_the_application_is_told_why(clients: Clients, maxim: Maxim) -> None:
    prompt = maxim.create_prompt("Not run")
    maxim.create_version(prompt, "Hello")

    assert "does not run models" in run_reader(clients, "run", prompt_id=prompt)


def list_texts(prompt: dict[str, Any]) -> list[Any]:
    return [message["content"] for message in prompt["messages"]]
