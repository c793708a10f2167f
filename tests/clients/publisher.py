"""Prompts as scripts make them with Maxim's public API, for its SDKs to read."""

import json
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any

from tests.live.server import Response, Server

SECONDS = 60.0

TOOL_CALL = {
    "id": "call_1",
    "type": "function",
    "function": {"name": "weather", "arguments": '{"city": "Paris"}'},
}
IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA==", "detail": "low"}}
# All that Maxim's messages can be.
RICH: tuple[dict[str, Any], ...] = (
    {"role": "system", "content": "You know the weather in {{city}}."},
    {"role": "user", "content": [{"type": "text", "text": "And here?"}, IMAGE]},
    {"role": "assistant", "content": None, "tool_calls": [TOOL_CALL]},
    {"role": "tool", "content": "sunny", "tool_call_id": "call_1"},
)


@dataclass(frozen=True, slots=True)
class Maxim:
    server: Server

    @property
    def workspace(self) -> str:
        return self.server.demo["team_id"]

    def create_prompt(self, name: str, **body: object) -> str:
        """The id of a new prompt."""
        new = {"workspaceId": self.workspace, "name": name, **body}
        made = self.send("POST", "/v1/prompts", new, status=201)
        return str(made.get("data", made)["id"])  # Maxim's documents wrap it twice

    def create_version(
        self, prompt_id: str, *messages: dict[str, Any] | str, **parameters: object
    ) -> dict[str, Any]:
        """The answer to a new version; a text is a system message."""
        new = {
            "promptId": prompt_id,
            "description": "for the readers",
            "modelName": "gpt-4o",
            "modelProvider": "openai",
            "messages": [
                {"role": "system", "content": message} if isinstance(message, str) else message
                for message in messages
            ],
            "modelParameters": parameters,
        }
        return self.send("POST", "/v1/prompts/versions", new)

    def deploy(self, prompt_id: str, version: int, **conditions: str) -> dict[str, Any]:
        new = {
            "promptId": prompt_id,
            "workspaceId": self.workspace,
            "version": version,
            "deploymentConditions": [
                {"variable": variable, "operator": "=", "value": value}
                for variable, value in conditions.items()
            ],
        }
        return self.send("POST", "/v1/prompts/deploy", new)

    def create_folder(self, name: str) -> str:
        new = {"workspaceId": self.workspace, "name": name, "entityType": "PROMPT"}
        return str(self.send("POST", "/v1/folders", new, status=201)["id"])

    def delete_prompt(self, prompt_id: str) -> None:
        answer = self.call(
            "DELETE", f"/v1/prompts?workspaceId={self.workspace}&id={prompt_id}", admin=True
        )
        assert answer.status == 204, answer

    def send(self, method: str, path: str, body: object, *, status: int = 200) -> dict[str, Any]:
        """What a call answers under `data`."""
        answer = self.call(method, path, body)
        assert answer.status == status, f"{method} {path}: {answer}"
        found: dict[str, Any] = answer.json["data"]
        return found

    def call(self, method: str, path: str, body: object = None, *, admin: bool = False) -> Response:
        connection = HTTPConnection("127.0.0.1", self.server.port, timeout=SECONDS)
        headers = {
            "x-maxim-api-key": self.server.demo["admin_key" if admin else "api_key"],
            "Content-Type": "application/json",
        }
        try:
            connection.request(
                method, path, body=None if body is None else json.dumps(body), headers=headers
            )
            answer = connection.getresponse()
            return Response(answer.status, dict(answer.getheaders()), answer.read())
        finally:
            connection.close()

    def promote(self, prompt_id: str, version: int) -> None:
        """Serve a version to whom no deployment is for, in px0's words."""
        answer = self.server.call("POST", f"/v1/prompts/{prompt_id}/versions/{version}/promote")
        assert answer.status == 200, answer
