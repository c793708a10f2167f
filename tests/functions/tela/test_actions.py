"""A row's actions are what its function does in AWS: nothing is missing, nothing is too much."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from shared.routes import ROUTES, Route
from tests.functions.tela.wire import body, create

if TYPE_CHECKING:
    from tests.client import Registry

TELA = tuple(route for route in ROUTES if route.dialect == "tela")


@pytest.fixture(autouse=True)
def all_content_goes_to_the_bucket(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INLINE_BYTES", "0")


class Scene:
    """A prompt with a promoted version, one that is neither, and a draft."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.prompt_id: str = registry.editor.new_prompt()["id"]
        flags: tuple[dict[str, bool], ...] = ({"promoted": True}, {}, {"draft": True})
        _, self.stable, self.draft = (
            create(registry.editor, self.prompt_id, **given)["id"] for given in flags
        )

    def read(self, path: str) -> None:
        self.registry.forget()
        assert self.registry.editor("GET", path).status == 200

    def write(self, method: str, path: str, sent: Any = None) -> None:
        """Be refused, do it after a lost race, and be told again what was answered."""
        editor, cloud = self.registry.editor, self.registry.cloud
        calls = [({"If-Match": '"another"'}, 200 if method == "POST" else 412)]
        calls += [({"Idempotency-Key": path}, 200)] * 2
        cloud.before("TransactWriteItems", self.rival)
        for headers, status in calls:
            self.registry.forget()
            answer = editor(method, path, sent, headers=headers)
            assert answer.status == status, answer.text

    def rival(self) -> None:
        change = {"description": "rival"}
        path = f"/v1/prompts/{self.prompt_id}"
        assert self.registry.admin("PUT", path, change).status == 200


def call(scene: Scene, route: Route) -> None:
    """Call a route in each of the ways that lead to other calls of AWS."""
    draft, stable = f"/prompt-version/{scene.draft}", f"/prompt-version/{scene.stable}"
    match route.name:
        case "create_canvas_version":
            scene.write("POST", route.path, body(scene.prompt_id, promoted=True))
        case "list_canvas_versions":
            scene.read(f"{route.path}?promptId={scene.prompt_id}")
        case "get_canvas_version":
            scene.read(draft)
        case "update_canvas_version":
            scene.write("PATCH", draft, {"content": "new", "title": "new", "promoted": True})
        case "delete_canvas_version":
            scene.write("DELETE", draft)
            scene.write("DELETE", stable)
        case "list_canvases":
            scene.registry.editor("DELETE", stable)
            scene.registry.editor("DELETE", draft)
            archived = create(scene.registry.editor, scene.prompt_id)["id"]
            scene.registry.editor("DELETE", f"/prompt-version/{archived}")
            for query in ("", "?includeLastVersion=true"):
                scene.read(f"{route.path}{query}")
        case _:
            scene.read(route.path.format(id=scene.prompt_id))


@pytest.mark.parametrize("route", TELA, ids=lambda route: route.name)
def test_a_role_allows_exactly_what_its_function_does(registry: Registry, route: Route) -> None:
    call(Scene(registry), route)

    assert sorted(registry.cloud.used[route.name]) == list(route.role_actions)
