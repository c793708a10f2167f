"""What the tests of Tela's dialect send, and how they name what comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.client import UNKNOWN_ID

if TYPE_CHECKING:
    from tests.client import Client, Response

SCHEMA = {
    "type": "object",
    "title": "DocumentAnalysis",
    "properties": {
        "summary": {"type": "string", "description": "Brief summary"},
        "keyInsights": {"type": "array", "items": {"type": "string"}, "id": "01J8ZK5M"},
        "Análise": {"type": "string", "enum": ["sim", "não"]},
    },
    "required": ["summary", "keyInsights"],
}
VARIABLES = [
    {
        "name": "document",
        "type": "file",
        "required": True,
        "description": "The document to analyze",
        "processingOptions": {"allowMultimodal": True},
    },
    {"name": "query", "type": "text", "required": False},
]


def build_body(prompt_id: str, **fields: Any) -> dict[str, Any]:
    return {
        "promptId": prompt_id,
        "title": "Document Analysis v2",
        "configuration": {"model": "gpt-4o", "type": "chat"},
        "variables": [],
        **fields,
    }


def create_version(client: Client, prompt_id: str, **fields: Any) -> dict[str, Any]:
    made = client("POST", "/prompt-version", build_body(prompt_id, **fields))
    assert made.status == 200, made.text
    version: dict[str, Any] = made.json
    return version


def get_version(client: Client, version_id: str) -> dict[str, Any]:
    answer = client("GET", f"/prompt-version/{version_id}")
    assert answer.status == 200, answer.text
    version: dict[str, Any] = answer.json
    return version


def update_version(client: Client, version_id: str, **fields: Any) -> Response:
    return client("PATCH", f"/prompt-version/{version_id}", fields)


def list_versions(client: Client, prompt_id: str, query: str = "") -> list[dict[str, Any]]:
    answer = client("GET", f"/prompt-version?promptId={prompt_id}{query}")
    assert answer.status == 200, answer.text
    versions: list[dict[str, Any]] = answer.json
    return versions


def get_flags(version: dict[str, Any]) -> tuple[bool, bool]:
    """Whether it is promoted, whether it is a draft."""
    return version["promoted"], version["draft"]


def get_problem(answer: Response) -> tuple[int, str]:
    """The status and the text of an error, which must be shaped as Tela's SDK needs it."""
    assert answer.json["status"] == answer.status
    assert answer.headers.get("X-Should-Retry") == ("false" if answer.status == 409 else None)
    assert answer.json["requestId"] == answer.headers["X-Request-Id"]
    message: str = answer.json["message"]
    return answer.status, message


MALFORMED_IDS = [
    "x",
    "1",
    "prompt_uuid",
    UNKNOWN_ID[:-1],
    f"{UNKNOWN_ID}0",
    "%00",
    "a" * 3000,
    "%F0%9F%98%80",
]
