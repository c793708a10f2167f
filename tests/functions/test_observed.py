"""What the log and the trace of a call say that it was about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.routes.scene import STABLE, Scene

if TYPE_CHECKING:
    from tests.client import Registry


@pytest.mark.parametrize(
    ("method", "path", "body", "version"),
    [
        ("GET", "/v1/prompts/{id}", None, None),
        ("PUT", "/v1/prompts/{id}", {"description": "new"}, None),
        ("POST", "/v1/prompts/{id}/payloads", {"variables": {}}, None),
        ("GET", "/v1/prompts/{id}/versions/2", None, STABLE),
        ("POST", "/v1/prompts/{id}/versions", {"template": "Hi"}, 4),
        ("POST", "/v1/prompts/{id}/versions/2/duplicate", None, 4),
        ("POST", "/v1/prompts/{id}/versions/2/promote", None, STABLE),
        ("POST", "/v1/prompts/{slug}/render", {"variables": {"name": "Ada"}}, 1),
    ],
)
def test_a_call_is_noted_with_its_prompt_and_version(
    registry: Registry,
    scene: Scene,
    caplog: pytest.LogCaptureFixture,
    method: str,
    path: str,
    body: object,
    version: int | None,
) -> None:
    caplog.clear()

    answer = registry.editor(method, path.format(id=scene.id, slug=scene.prompt["slug"]), body)

    assert answer.status < 300, answer.text
    (record,) = (record for record in caplog.records if record.message == "call")
    assert record.__dict__["prompt_id"] == scene.id
    assert record.__dict__.get("version") == version


def test_a_new_prompt_is_noted(registry: Registry, caplog: pytest.LogCaptureFixture) -> None:
    prompt = registry.editor.create_prompt()

    assert caplog.records[-1].__dict__["prompt_id"] == prompt["id"]
