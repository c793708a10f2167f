"""A read by a tag finds a version, wherever the tag goes while the read is under way."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from shared.domain.access import Permission
from shared.routes import ROUTES
from tests.properties.interception import run_before
from tests.properties.scene import Scene, count_calls
from tests.routes.scene import ADA, DRAFT, STABLE, get_credential

if TYPE_CHECKING:
    from tests.client import Response

# Method and target of each route that reads by a tag.
READS = {
    "get_prompt": ("GET", "/v1/prompts/{id}?tag=staging"),
    "get_version": ("GET", "/v1/prompts/{id}/versions/staging"),
    "list_version_variables": ("GET", "/v1/prompts/{id}/versions/staging/variables"),
    "render_version": ("POST", "/v1/prompts/{slug}/versions/staging/render"),
    "get_prompt_by_handle": ("GET", "/api/prompts/{slug}?tag=staging"),
    "get_named_prompt": ("GET", "/api/public/v2/prompts/{slug}?label=staging"),
}
# `at` tells where a tag pointed, and tags of Langfuse's lists are keywords; Tela's and Maxim's
# clients read by ids and numbers.
OTHERS = {"get_prompt_at", "list_named_prompts"}


def read(name: str, scene: Scene) -> Response:
    method, target = READS[name]
    scene.registry.forget()  # what a warm process remembers would hide what it reads
    target = target.format(id=scene.id, slug=scene.slug)
    (route,) = (route for route in ROUTES if route.name == name)
    viewer = scene.registry.viewer.use_credential(get_credential(route))
    return viewer(method, target, ADA if method == "POST" else None)


def move_and_erase(scene: Scene) -> None:
    """Move the tag away from the draft, and erase that."""
    assert scene.set_tag("staging", STABLE).status == 200
    assert scene.call("DELETE", f"/versions/{DRAFT}").status == 204


def test_every_route_that_reads_by_a_tag_is_here() -> None:
    routes = {
        route.name
        for route in ROUTES
        if route.permission is Permission.READ
        and ({"tag", "label"} & {*route.query_names} or "version" in route.segment_names)
    }

    assert routes - OTHERS == READS.keys()


@pytest.mark.parametrize("name", READS)
def test_a_tag_that_moves_while_it_is_read_is_found(name: str, scene: Scene) -> None:
    assert scene.set_tag("staging", DRAFT).status == 200
    saved = scene.memory.save()
    for place in range(count_calls(scene, partial(read, name, scene))):
        scene.memory.restore(saved)
        scene.interceptor.intercept(run_before(partial(move_and_erase, scene)), skip=place)
        response = read(name, scene)

        assert not scene.interceptor.remaining, "the rival was not let in"
        assert response.status == 200, f"{response.text} before call {place}"
    scene.memory.restore(saved)


@pytest.mark.parametrize("name", READS)
def test_a_tag_that_is_removed_while_it_is_read_is_not_found(name: str, scene: Scene) -> None:
    assert scene.set_tag("staging", DRAFT).status == 200
    saved = scene.memory.save()
    for place in range(count_calls(scene, partial(read, name, scene))):
        scene.memory.restore(saved)
        erase = partial(scene.call, "DELETE", f"/versions/{DRAFT}")
        scene.interceptor.intercept(run_before(erase), skip=place)

        assert read(name, scene).status in (200, 404), f"before call {place}"
    scene.memory.restore(saved)
