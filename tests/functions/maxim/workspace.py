"""A team as Maxim's clients see it: short words for the calls that most tests make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from shared.dialects.maxim.requests import HEADER
from tests.functions.maxim.sdk import Bundle

if TYPE_CHECKING:
    from tests.client import Registry, Response

SYSTEM = {"role": "system", "content": "You help {{name}}."}


def build_key_header(key: str) -> dict[str, str]:
    return {HEADER: key}


def build_version(prompt_id: str, **fields: Any) -> dict[str, Any]:
    return {
        "promptId": prompt_id,
        "description": "first cut",
        "modelName": "gpt-4o",
        "modelProvider": "openai",
        "messages": [SYSTEM],
        **fields,
    }


def build_condition(variable: str, value: str, operator: str = "=") -> dict[str, str]:
    return {"variable": variable, "operator": operator, "value": value}


class Workspace:
    """A registry whose clients send the key as Maxim's do; `px0` is the editor without that."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.id = registry.team_id
        self.px0 = registry.editor
        self.editor = registry.editor.use_credential(build_key_header)
        self.viewer = registry.viewer.use_credential(build_key_header)
        self.stranger = registry.stranger.use_credential(build_key_header)
        self.nobody = registry.nobody.use_credential(build_key_header)

    def create_prompt(self, name: str | None = None, **fields: Any) -> dict[str, Any]:
        body = {"workspaceId": self.id, "name": name or f"Prompt {uuid4().hex[:8]}", **fields}
        made = self.editor("POST", "/v1/prompts", body)
        assert made.status == 201, made.text
        prompt: dict[str, Any] = made.json["data"]["data"]
        return prompt

    def create_version(self, prompt_id: str, **fields: Any) -> dict[str, Any]:
        made = self.editor("POST", "/v1/prompts/versions", build_version(prompt_id, **fields))
        assert made.status == 200, made.text
        version: dict[str, Any] = made.json["data"]
        return version

    def create_folder(self, name: str, **fields: Any) -> dict[str, Any]:
        body = {"workspaceId": self.id, "entityType": "PROMPT", "name": name, **fields}
        made = self.editor("POST", "/v1/folders", body)
        assert made.status == 201, made.text
        folder: dict[str, Any] = made.json["data"]
        return folder

    def deploy(self, prompt_id: str, *conditions: dict[str, str], **fields: Any) -> Response:
        body = {
            "promptId": prompt_id,
            "workspaceId": self.id,
            "deploymentConditions": list(conditions),
        }
        return self.editor("POST", "/v1/prompts/deploy", body | fields)

    def promote(self, prompt_id: str, number: int) -> None:
        promoted = self.px0("POST", f"/v1/prompts/{prompt_id}/versions/{number}/promote")
        assert promoted.json["version"]["status"] == "live", promoted.text

    def bundle(self, prompt_id: str, number: int | None = None) -> Bundle:
        """What an SDK gets that asks for one prompt."""
        which = "" if number is None else f"&promptVersionNumber={number}"
        found = self.viewer("GET", f"/api/sdk/v4/prompts?promptId={prompt_id}{which}")
        assert found.status == 200, found.text
        return Bundle.parse(found.json["data"])

    def sync(self) -> dict[str, Bundle]:
        """What an SDK gets every minute, by the prompt's id."""
        found = self.viewer("GET", "/api/sdk/v4/prompts")
        assert found.status == 200, found.text
        return {bundle["promptId"]: Bundle.parse(bundle) for bundle in found.json["data"]}


def get_message(response: Response, status: int) -> str:
    """The text of a failure in Maxim's shape."""
    assert response.status == status, response.text
    error = response.json["error"]
    assert isinstance(error["code"], str)
    assert isinstance(error["message"], str)
    assert error["message"]
    assert "data" not in response.json
    return str(error["message"])
