"""The role `developer`, which OpenAI's reasoning models have instead of `system`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.client import Registry

DEVELOPER = {"role": "developer", "content": "Be brief."}
USER = {"role": "user", "content": "{{ question }}"}


@pytest.mark.parametrize("model", ["o3", "o4-mini", "openai/o1", "gpt-5.1"])
def test_maxim_takes_it_for_reasoning_models(registry: Registry, model: str) -> None:
    prompt = registry.editor.create_prompt()
    body: dict[str, Any] = {
        "promptId": prompt["id"],
        "description": "",
        "modelName": model,
        "modelProvider": "openai",
        "messages": [DEVELOPER, USER],
    }
    headers = {"x-maxim-api-key": str(registry.editor.key), "authorization": None}

    created = registry.editor("POST", "/v1/prompts/versions", body, headers=headers)

    assert created.status == 200, created.text
    messages = created.json["data"]["config"]["messages"]
    assert [message["payload"]["role"] for message in messages] == ["developer", "user"]
    refused = registry.editor(
        "POST", "/v1/prompts/versions", body | {"modelName": "gpt-4o"}, headers=headers
    )
    assert refused.status == 400
    assert "reasoning models only" in refused.json["error"]["message"]


def test_langwatch_takes_it_and_reads_it_back(registry: Registry) -> None:
    body = {"handle": "brief", "prompt": "You help.", "messages": [DEVELOPER, USER]}

    created = registry.editor("POST", "/api/prompts", body)

    assert created.status == 200, created.text
    read = registry.editor("GET", "/api/prompts/brief").json
    assert read["messages"][-2:] == [DEVELOPER, USER]
    again = registry.editor(
        "PUT", "/api/prompts/brief", {"messages": [DEVELOPER, USER], "commitMessage": "same"}
    )
    assert again.status == 200, again.text
    assert registry.editor("GET", "/api/prompts/brief").json["messages"][-2:] == [DEVELOPER, USER]


def test_tela_takes_it_and_reads_it_back(registry: Registry) -> None:
    prompt = registry.editor.create_prompt()
    body = {
        "promptId": prompt["id"],
        "title": "v",
        "messages": [DEVELOPER, USER],
        "configuration": {"model": "openai/o3", "type": "chat"},
        "variables": [],
    }

    created = registry.editor("POST", "/prompt-version", body)

    assert created.status in (200, 201), created.text
    read = registry.editor("GET", f"/prompt-version/{created.json['id']}").json
    roles = [message["role"] for message in read["messages"]]
    assert roles == ["developer", "user"]
