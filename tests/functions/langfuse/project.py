"""A team as Langfuse's clients use it: calls with a pair of keys, by names of prompts."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from tests.client import build_basic

if TYPE_CHECKING:
    from tests.client import Client, Registry, Response

PROMPTS = "/api/public/v2/prompts"


def use_pair(client: Client, user: str = "pk-lf-1") -> Client:
    """Make the same caller, with the key as the second of a pair."""
    return client.use_credential(partial(build_basic, user=user))


class Project:
    """A team with its editor."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.editor = use_pair(registry.editor)
        self.viewer = use_pair(registry.viewer)

    def create(self, name: str, prompt: Any = "x", **fields: Any) -> dict[str, Any]:
        """Create a version."""
        body = {"name": name, "prompt": prompt, **fields}
        if isinstance(prompt, list):
            body["type"] = "chat"
        response = self.editor("POST", PROMPTS, body)
        assert response.status == 201, response.text
        version: dict[str, Any] = response.json
        return version

    def read(self, name: str, query: str = "") -> Response:
        """Get a version."""
        return self.viewer("GET", f"{PROMPTS}/{quote(name, safe='')}{query}")

    def get(self, name: str, query: str = "") -> dict[str, Any]:
        """Get a version that there is."""
        response = self.read(name, query)
        assert response.status == 200, response.text
        version: dict[str, Any] = response.json
        return version

    def label(self, name: str, number: int, *labels: str) -> Response:
        """Give labels to a version."""
        path = f"{PROMPTS}/{quote(name, safe='')}/versions/{number}"
        return self.editor("PATCH", path, {"newLabels": [*labels]})

    def delete(self, name: str, query: str = "") -> Response:
        """Delete a prompt, or one version."""
        return self.editor("DELETE", f"{PROMPTS}/{quote(name, safe='')}{query}")

    def get_page(self, query: str = "") -> dict[str, Any]:
        """List prompts."""
        response = self.viewer("GET", f"{PROMPTS}{query}")
        assert response.status == 200, response.text
        page: dict[str, Any] = response.json
        return page

    def list_names(self, query: str = "") -> list[str]:
        """List the names of prompts."""
        return [entry["name"] for entry in self.get_page(query)["data"]]

    def find_id(self, name: str) -> str:
        """Find the id of a prompt, for other dialects."""
        prompt = self.registry.store.read_prompt_by_name_or_slug(
            [self.registry.team_id], name, lambda prompt: False
        ).prompt
        assert prompt is not None
        return prompt.id
