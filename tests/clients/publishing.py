"""Prompts as scripts make them with Maxim's public API, for its SDKs to read."""

import json
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any

from tests.live.serving import Response, Serving

SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Maxim:
    server: Serving

    @property
    def workspace(self) -> str:
        return self.server.demo["team_id"]

    def prompt(self, name: str, **body: object) -> str:
        """The id of a new prompt."""
        new = {"workspaceId": self.workspace, "name": name, **body}
        made = self.made("POST", "/v1/prompts", new, status=201)
        return str(made.get("data", made)["id"])  # Maxim's documents wrap it twice

    def version(
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
        return self.made("POST", "/v1/prompts/versions", new)

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
        return self.made("POST", "/v1/prompts/deploy", new)

    def folder(self, name: str) -> str:
        new = {"workspaceId": self.workspace, "name": name, "entityType": "PROMPT"}
        return str(self.made("POST", "/v1/folders", new, status=201)["id"])

    def made(self, method: str, path: str, body: object, *, status: int = 200) -> dict[str, Any]:
        """What a call answers under `data`."""
        answer = self.call(method, path, body)
        assert answer.status == status, f"{method} {path}: {answer}"
        found: dict[str, Any] = answer.json["data"]
        return found

    def call(self, method: str, path: str, body: object = None) -> Response:
        connection = HTTPConnection("127.0.0.1", self.server.port, timeout=SECONDS)
        headers = {
            "x-maxim-api-key": self.server.demo["api_key"],
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
