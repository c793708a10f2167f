"""Prompts to test with, and the bodies that make them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

if TYPE_CHECKING:
    from tests.client import Client

# What LangWatch's Python client fails without.
REQUIRED = {
    *("id", "handle", "scope", "name", "updatedAt", "projectId", "organizationId", "versionId"),
    *("version", "createdAt", "prompt", "messages", "inputs", "outputs", "model", "tags"),
    "parameters",
}
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "strict": True}
EVERYTHING: dict[str, Any] = {
    "prompt": "You greet {{name}}.",
    "messages": [
        {"role": "user", "content": "{{question}}"},
        {"role": "assistant", "content": "Well …"},
    ],
    "model": "openai/gpt-4o",
    "temperature": 0.25,
    "maxTokens": 99,
    "commitMessage": "all at once",
    "authorId": "user_1",
    "inputs": [
        {"identifier": "name", "type": "str"},
        {"identifier": "question", "type": "chat_messages"},
    ],
    "outputs": [
        {"identifier": "mood", "type": "float"},
        {"identifier": "answer", "type": "json_schema", "json_schema": SCHEMA},
    ],
    "parameters": {"retries": 3, "nested": {"list": [1, None, "x"]}},
}


def make_handle(stem: str = "greet") -> str:
    return f"{stem}-{uuid4().hex[:10]}"


def create_prompt(client: Client, handle: str = "", **fields: Any) -> dict[str, Any]:
    body = {"handle": handle or make_handle(), **({"prompt": "Hello {{name}}"} | fields)}
    made = client("POST", "/api/prompts", body)
    assert made.status == 200, made.text
    prompt: dict[str, Any] = made.json
    return prompt


def update_prompt(client: Client, name: str, **fields: Any) -> dict[str, Any]:
    made = client("PUT", f"/api/prompts/{name}", {"commitMessage": "", **fields})
    assert made.status == 200, made.text
    prompt: dict[str, Any] = made.json
    return prompt


def get_prompt(client: Client, name: str, query: str = "") -> dict[str, Any]:
    got = client("GET", f"/api/prompts/{name}{query}")
    assert got.status == 200, got.text
    prompt: dict[str, Any] = got.json
    return prompt


def build_config(**fields: Any) -> dict[str, Any]:
    """A body of the first API's."""
    data = {
        "version": 2,
        "prompt": "Answer {{question}}",
        "messages": [{"role": "user", "content": "{{question}}"}],
        "inputs": [{"identifier": "question", "type": "str"}],
        "outputs": [{"identifier": "answer", "type": "str"}],
        "model": "openai/gpt-4o-mini",
        "temperature": 0.2,
        "max_tokens": 256,
        "demonstrations": {
            "columns": [{"id": "c1", "name": "question", "type": "string"}],
            "rows": [{"id": "r1", "question": "2+2?"}],
        },
    }
    return {
        "projectId": "any",
        "configId": "any",
        "schemaVersion": "1.0",
        "commitMessage": "first real version",
        "version": 1,
        "configData": data | fields,
    }


def drop_fields(body: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in names}
