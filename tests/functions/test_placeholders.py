"""Dialects without placeholders show none, and leave them where they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from shared.domain.content import Content
from tests.functions.maxim.workspace import build_key_header

if TYPE_CHECKING:
    from tests.client import Client, Registry

SYSTEM: dict[str, Any] = {"role": "system", "content": "Help {{.name}}"}
USER: dict[str, Any] = {"role": "user", "content": "{{.question}}"}
HISTORY: dict[str, Any] = {"type": "placeholder", "name": "history"}
MORE: dict[str, Any] = {"type": "placeholder", "name": "more", "note": [1], "content": "{{ no text"}
SHOWN = [("system", "Help {{name}}"), ("user", "{{question}}")]
CONVERSATIONS: dict[str, list[dict[str, Any]]] = {
    "between": [SYSTEM, HISTORY, USER],
    "first": [HISTORY, SYSTEM, USER],
    "several": [SYSTEM, HISTORY, MORE, USER, MORE],
}


@pytest.fixture(params=CONVERSATIONS)
def messages(request: pytest.FixtureRequest) -> list[dict[str, Any]]:
    return CONVERSATIONS[request.param]


@pytest.fixture
def client(registry: Registry) -> Client:
    return registry.editor


def write(client: Client, messages: list[dict[str, Any]], *, times: int = 1) -> dict[str, Any]:
    """Write a version, and promote it: natively it is a draft."""
    prompt_id = client.create_prompt()["id"]
    created = client("POST", f"/v1/prompts/{prompt_id}/versions", {"messages": messages})
    assert created.status == 201, created.text
    version: dict[str, Any] = created.json["version"]
    return client.promote(prompt_id, 1, times=times) if times else version


def read_native(client: Client, version: dict[str, Any], number: int) -> list[dict[str, Any]]:
    path = f"/v1/prompts/{version['prompt_id']}/versions/{number}"
    messages: list[dict[str, Any]] = client("GET", path).json["version"]["messages"]
    return messages


def read_maxim(client: Client, version: dict[str, Any]) -> list[dict[str, Any]]:
    maxim = client.use_credential(build_key_header)
    found = maxim("GET", f"/v1/prompts/versions?id={version['id']}")
    return [message["payload"] for message in found.json["data"]["config"]["messages"]]


def read_sync(client: Client, version: dict[str, Any]) -> list[dict[str, Any]]:
    maxim = client.use_credential(build_key_header)
    data = maxim("GET", f"/api/sdk/v4/prompts?promptId={version['prompt_id']}").json["data"]
    (read,) = data["versions"]
    messages: list[dict[str, Any]] = read["config"]["messages"]
    return messages


def read_langwatch(client: Client, version: dict[str, Any]) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = client("GET", f"/api/prompts/{version['prompt_id']}").json[
        "messages"
    ]
    return messages


def read_tela(client: Client, version: dict[str, Any]) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = client("GET", f"/prompt-version/{version['id']}").json[
        "messages"
    ]
    return messages


def test_no_placeholder_is_shown(client: Client, messages: list[dict[str, Any]]) -> None:
    version = write(client, messages, times=2)

    assert list_texts(read_maxim(client, version)) == SHOWN
    assert list_texts(read_sync(client, version)) == SHOWN
    assert list_texts(read_langwatch(client, version)) == SHOWN
    tela = [(role, text.replace("{{", "{").replace("}}", "}")) for role, text in SHOWN]
    assert list_texts(read_tela(client, version)) == tela


def list_texts(messages: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(message["role"], message["content"]) for message in messages]


def test_what_comes_back_unchanged_keeps_them(
    client: Client, messages: list[dict[str, Any]]
) -> None:
    version = write(client, messages)
    path = f"/api/prompts/{version['prompt_id']}"
    body = client("GET", path).json
    sent = {"commitMessage": "", **{name: body[name] for name in ("prompt", "messages", "model")}}
    sent["messages"] = [each for each in sent["messages"] if each["role"] != "system"]

    assert client("PUT", path, sent).status == 200
    assert read_native(client, version, 2) == messages

    post_maxim(client, version, read_maxim(client, version))
    assert read_native(client, version, 3) == messages

    draft = write(client, messages, times=0)
    body = client("GET", f"/prompt-version/{draft['id']}").json
    assert client("PATCH", f"/prompt-version/{draft['id']}", body).status == 200
    assert read_native(client, draft, 1) == messages


def post_maxim(client: Client, version: dict[str, Any], messages: list[dict[str, Any]]) -> None:
    model = {"modelName": "gpt-4o", "modelProvider": "openai", "description": "d"}
    body = {"promptId": version["prompt_id"], "messages": messages, **model}
    maxim = client.use_credential(build_key_header)
    assert maxim("POST", "/v1/prompts/versions", body).status == 200


def test_an_edit_of_another_message_leaves_them_where_they_are(client: Client) -> None:
    version = write(client, CONVERSATIONS["several"])
    path = f"/api/prompts/{version['prompt_id']}"
    edited = {"commitMessage": "", "messages": [{"role": "user", "content": "New"}]}

    assert client("PUT", path, edited).status == 200
    new = {"role": "user", "content": "New"}
    system = {"role": "system", "content": "Help {{name}}"}
    assert read_native(client, version, 2) == [system, HISTORY, MORE, new, MORE]

    draft = write(client, CONVERSATIONS["several"], times=0)
    messages = [{"role": "user", "content": "One"}]
    fields = {"content": "", "messages": messages}
    assert client("PATCH", f"/prompt-version/{draft['id']}", fields).status == 200
    assert read_native(client, draft, 1) == [messages[0], HISTORY, MORE, MORE]


def test_the_only_text_beside_them_can_be_edited(client: Client) -> None:
    version = write(client, [SYSTEM, HISTORY])
    path = f"/api/prompts/{version['prompt_id']}"

    assert client("PUT", path, {"commitMessage": "", "prompt": "New"}).status == 200
    assert read_native(client, version, 2) == [{"role": "system", "content": "New"}, HISTORY]


def test_a_placeholders_fields_are_no_texts() -> None:
    content = Content(messages=[MORE, USER])
    assert content.texts == [USER["content"]]
    assert content.text == USER["content"]
    changed = content.map_texts(lambda text: "x")
    assert changed.messages == [MORE, {**USER, "content": "x"}]
    assert content.drop_placeholders().messages == [USER]
    assert content.drop_placeholders().add_placeholders(content) == content
