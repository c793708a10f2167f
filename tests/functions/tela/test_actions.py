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


@pytest.mark.parametrize("route", TELA, ids=lambda route: route.name)
def test_a_role_allows_exactly_what_its_function_does(registry: Registry, route: Route) -> None:
    editor = registry.editor
    prompt_id = editor.new_prompt()["id"]
    versions = [create(editor, prompt_id, **flags) for flags in ({"promoted": True}, {}, {})]
    draft = create(editor, prompt_id, draft=True)
    editor("DELETE", f"/prompt-version/{versions[2]['id']}")
    sent: dict[str, Any] = {
        "create_canvas_version": body(prompt_id, promoted=True),
        "update_canvas_version": {"content": "new", "title": "new", "promoted": True},
    }
    queries = {
        "list_canvas_versions": [f"?promptId={prompt_id}"],
        "list_canvases": ["", "?includeLastVersion=true"],
    }

    def rival() -> None:
        change = {"description": "rival"}
        assert registry.admin("PUT", f"/v1/prompts/{prompt_id}", change).status == 200

    ids = [prompt_id]
    if route.path.startswith("/prompt-version/"):
        # The second one is archived where it is deleted.
        ids = [draft["id"], versions[1]["id"]] if route.method == "DELETE" else [draft["id"]]
    for query in queries.get(route.name, [""]):
        if "draft" in query:
            continue
        for name in ids:
            for again in range(1 if route.method == "GET" else 2):
                registry.forget()
                if route.method != "GET" and not again:
                    registry.cloud.before("TransactWriteItems", rival)
                answer = editor(
                    route.method,
                    route.path.format(id=name) + query,
                    sent.get(route.name),
                    headers={"Idempotency-Key": name},
                )
                assert answer.status == 200, answer.text
    if route.name == "list_canvases":
        # Its newest version is archived, and so older ones are looked through.
        editor("DELETE", f"/prompt-version/{draft['id']}")
        assert editor("GET", "/prompt?includeLastVersion=true").status == 200

    assert sorted(registry.cloud.used[route.name]) == list(route.role_actions)
