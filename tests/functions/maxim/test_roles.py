"""A row's actions are what its function does in AWS: nothing is missing, nothing is too much."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from shared.routes import ROUTES
from tests.functions.maxim.workspace import condition, version_body

if TYPE_CHECKING:
    from tests.functions.maxim.workspace import Workspace


@pytest.fixture(autouse=True)
def all_content_goes_to_the_bucket(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INLINE_BYTES", "0")


def use_everything(workspace: Workspace) -> None:
    """Every call, in each of the ways that lead to other calls of AWS; what changes, twice."""
    team = f"workspaceId={workspace.id}"
    folder = workspace.new_folder("Ours")["id"]
    prompt = workspace.new_prompt(folderId=folder)["id"]
    version = workspace.new_version(prompt)["id"]
    body = {
        "promptId": prompt,
        "workspaceId": workspace.id,
        "deploymentConditions": [condition("a", "b")],
    }
    fields = {"id": prompt, "deploymentFields": []}
    changes = {"workspaceId": workspace.id, "id": prompt, "name": "New", "folderId": folder}
    new_folder = {"workspaceId": workspace.id, "entityType": "PROMPT", "name": "x"}
    gone = workspace.new_prompt()["id"]
    for method, path, said in (
        ("POST", "/v1/prompts", {"workspaceId": workspace.id, "name": "Other"}),
        ("PUT", "/v1/prompts", changes),
        ("DELETE", f"/v1/prompts?{team}&id={gone}", None),
        ("POST", "/v1/prompts/versions", version_body(prompt)),
        ("POST", "/v1/prompts/deploy", body | {"version": 1}),
        ("POST", "/v1/prompts/deploy", body | {"versionId": version}),
        ("PUT", "/v1/prompts/config", fields),
        ("POST", "/v1/folders", new_folder),
        ("POST", "/v1/prompts/run", {}),
        ("POST", "/api/sdk/v4/prompts/run", {}),
        ("POST", "/api/sdk/v4/agents/run", {}),
    ):
        key = str(uuid4())
        for _ in range(2):
            answer = workspace.editor(method, path, said, headers={"Idempotency-Key": key})
            assert answer.status in (200, 201, 204, 501), answer.text
            workspace.registry.forget()
    workspace.go_live(prompt, 1)
    for path in (
        f"/v1/prompts?{team}&includeVersions=true",
        f"/v1/prompts?{team}&id={prompt}",
        *(f"/{api}/prompts/versions?id={version}" for api in ("v1", "v2")),
        *(f"/{api}/prompts/versions?promptId={prompt}" for api in ("v1", "v2")),
        f"/v1/prompts/deploy?promptId={prompt}",
        f"/v1/prompts/config?promptId={prompt}",
        "/v1/prompts/run",
        f"/v1/folders?{team}&entityType=PROMPT",
        f"/v1/folders/contents?{team}&entityType=PROMPT&folderId={folder}",
        "/api/sdk/v4/prompts",
        f"/api/sdk/v4/prompts?promptId={prompt}",
        f"/api/sdk/v4/prompts?promptId={prompt}&promptVersionNumber=1",
        "/api/sdk/v4/prompt-chains",
        "/api/sdk/v3/folders",
    ):
        workspace.viewer("GET", path)
        workspace.registry.forget()
    for slug in ("versions", "config", "deploy", "run"):
        named = workspace.px0.new_prompt(slug, slug=slug)["id"]
        workspace.px0.new_version(named)
        for query in ("", "?version=1", "?version=latest"):
            workspace.registry.forget()
            assert workspace.px0("GET", f"/v1/prompts/{slug}{query}").status == 200
    workspace.px0("GET", f"/v1/prompts?team={workspace.id}")


def test_roles_allow_exactly_what_functions_do(workspace: Workspace) -> None:
    workspace.registry.cloud.strict = False

    use_everything(workspace)

    used = workspace.registry.cloud.used
    told = {route.name: {*route.role_actions} for route in ROUTES if route.dialect == "maxim"}
    assert {
        name: used[name] ^ actions for name, actions in told.items() if used[name] != actions
    } == {}
