"""A row's actions are what its function does in AWS: nothing is missing, nothing is too much."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from tests.functions.langwatch.library import (
    ROUTES_HERE,
    body_for,
    create,
    fresh,
    name_of,
    target,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.routes import Route
    from tests.client import Registry


@pytest.fixture(autouse=True)
def all_content_goes_to_the_bucket(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INLINE_BYTES", "0")


@pytest.mark.parametrize("route", ROUTES_HERE, ids=name_of)
def test_a_role_allows_exactly_what_its_function_does(registry: Registry, route: Route) -> None:
    for _ in ways(registry, route):
        registry.forget()

    assert registry.cloud.used[route.name] == {*route.role_actions}


def ways(registry: Registry, route: Route) -> Iterator[None]:
    """Call a route in each of the ways that lead to other calls of AWS."""
    editor = registry.editor
    for by in ("handle", "id"):
        editor("POST", "/api/prompts/tags", {"name": "staging"})  # it may be deleted by now
        prompt = with_an_erased_draft(registry, create(editor, tags=["staging"]))
        named = {**prompt, "handle": prompt[by]}
        path, body = target(route, named), renewed(body_for(route, prompt))
        # Again after a lost race, and a third time to be told what was answered before.
        if route.allow != "read":
            rival(registry, route, prompt)
        key = str(uuid4())
        for _ in range(2):
            answer = editor(route.method, path, body, headers={"Idempotency-Key": key})
            assert answer.status == route.status, answer.text
            yield
    if route.name == "get_prompt_by_handle":
        for query in ("?version=1", "?tag=staging", "?tag=latest"):
            assert editor("GET", f"{path}{query}").status == 200
            yield
    if route.name == "sync_prompt":
        assert editor("POST", f"/api/prompts/{fresh()}/sync", body).status == 200
        yield
    if route.name == "create_config_version":
        assert editor("POST", path, {"prompt": "flat"}).status == 200
        yield


def renewed(body: Any) -> Any:
    """A handle that is new each time."""
    return {**body, "handle": fresh()} if isinstance(body, dict) and "handle" in body else body


def rival(registry: Registry, route: Route, prompt: dict[str, Any]) -> None:
    """Another writer, in the middle of the call that follows."""
    if route.tag == "LangWatch: Prompt Tags":
        name = {"name": f"r{uuid4().hex[:8]}"}
        act = partial(registry.admin, "POST", "/api/prompts/tags", name)
    elif "id" in route.parameters and route.name != "sync_prompt":
        act = partial(registry.admin, "PUT", f"/v1/prompts/{prompt['id']}", {"description": "x"})
    else:
        return
    registry.cloud.before("TransactWriteItems", act)


def with_an_erased_draft(registry: Registry, prompt: dict[str, Any]) -> dict[str, Any]:
    """So that the last number that was given is no version's."""
    registry.editor.new_version(prompt["id"])
    registry.editor("DELETE", f"/v1/prompts/{prompt['id']}/versions/2")
    return prompt
