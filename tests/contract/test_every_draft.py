"""Drafts in dialects without drafts, over all of their routes: there are none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.dialects.dialect import get_dialect
from shared.routes import DIALECTS, ROUTES
from tests.client import build_basic
from tests.routes.sample import NAME, get_sample
from tests.routes.scene import DRAFT, STABLE

if TYPE_CHECKING:
    from shared.routes import Route
    from tests.client import Registry
    from tests.routes.scene import Scene

WITHOUT_DRAFTS = tuple(route for route in ROUTES if not get_dialect(route.dialect).has_drafts)
TEXT = "nobody has approved this yet"


@pytest.fixture
def drafts(scene: Scene) -> set[str]:
    """The ids of drafts above the stable version: one is tagged, one has been archived."""
    editor = scene.registry.editor
    editor("PUT", f"{scene.path}/versions/{DRAFT}", {"template": TEXT})
    versions = [editor.create_version(scene.id, TEXT) for _ in range(2)]
    tag = {"tag": "staging"}
    assert editor("POST", f"{scene.path}/versions/{DRAFT + 1}/tags", tag).status == 200
    assert editor("POST", f"{scene.path}/versions/{DRAFT + 2}/archive").status == 200
    return {scene.names["draft"], *(version["id"] for version in versions)}


def list_targets(route: Route) -> set[str]:
    """List what the good calls of a route name of the scene."""
    sample = get_sample(route)
    calls = [(sample.target, sample.body)]
    calls += [(variant.target, variant.body) for variant in sample.variants]
    return {name for call in calls for name in NAME.findall(str(call))}


def test_some_dialects_have_no_drafts() -> None:
    assert {name for name in DIALECTS if not get_dialect(name).has_drafts} == {
        "langfuse",
        "langwatch",
        "maxim",
    }


def test_no_response_contains_a_draft(scene: Scene, drafts: set[str]) -> None:
    for route in WITHOUT_DRAFTS:
        for variant in (None, *get_sample(route).variants):
            with scene.visit(route, variant) as call:
                response = call.send(scene.get_caller(route, variant=variant))

                assert response.status < 300 or route.status >= 300, response.text
                assert TEXT not in response.text
                assert not [id for id in drafts if id in response.text]


def test_a_draft_is_not_found_by_its_id(scene: Scene, drafts: set[str]) -> None:
    routes = [route for route in WITHOUT_DRAFTS if list_targets(route) & {"live", "stable"}]
    assert len(routes) >= 5
    for route in routes:
        for variant in (None, *get_sample(route).variants):
            for draft in drafts:
                names = dict.fromkeys(("live", "stable"), draft)
                call = scene.prepare(route, variant, names)
                if draft in str((call.target, call.body)):
                    response = call.send(scene.get_caller(route, variant=variant))

                    assert response.status in (404, 422), (route.name, response.text)
                    assert TEXT not in response.text


def test_no_pointer_finds_a_draft(registry: Registry, scene: Scene, drafts: set[str]) -> None:
    path = f"/api/prompts/{scene.id}"
    numbers = range(DRAFT, DRAFT + len(drafts))

    for pointer in ("tag=staging", *(f"version={number}" for number in numbers)):
        assert registry.editor("GET", f"{path}?{pointer}").status == 404, pointer
    for pointer in ("", "?tag=latest", "?version=0"):
        assert registry.editor("GET", f"{path}{pointer}").json["version"] == STABLE


def test_a_prompt_with_only_drafts_is_in_no_list_and_is_read_by_its_name_alone(
    registry: Registry,
) -> None:
    editor, prompt = registry.editor, registry.editor.create_prompt()
    editor.create_version(prompt["id"], "first")
    editor.create_version(prompt["id"], TEXT)
    path = f"/api/prompts/{prompt['id']}"

    assert editor("GET", path).json["prompt"] == TEXT
    for pointer in ("?version=2", "?tag=latest", "?label=latest", ":latest"):
        assert editor("GET", f"{path}{pointer}").status == 404, pointer
    langfuse = editor.use_credential(build_basic)
    for query in ("version=2", "label=latest"):
        assert langfuse("GET", f"/api/public/v2/prompts/{prompt['slug']}?{query}").status == 404
    assert editor("GET", f"{path}/versions").json == []
    assert prompt["id"] not in editor("GET", "/api/prompts").text
    created = editor("PUT", path, {"commitMessage": "", "prompt": "published"})
    assert (created.status, created.json["version"]) == (200, 3)
    assert editor("GET", path).json["prompt"] == "published"


def test_a_draft_counts_from_its_promotion(registry: Registry, scene: Scene) -> None:
    path = f"/api/prompts/{scene.id}"
    assert registry.editor("GET", path).json["version"] == STABLE

    registry.editor.promote(scene.id, DRAFT)

    assert registry.editor("GET", path).json["version"] == DRAFT
