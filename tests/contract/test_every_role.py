"""A row's actions are what its function does in AWS: nothing is missing, nothing is too much."""

from __future__ import annotations

from collections import defaultdict
from fnmatch import fnmatch
from typing import TYPE_CHECKING, Any

import pytest

from shared import background
from shared.domain.access import Grant
from shared.routes import ROUTES
from shared.settings import get_settings
from tests.client import Client, list_actions
from tests.routes.roles import (
    call_heads_of_an_earlier_release,
    call_hidden_prompts,
    call_in_every_way,
    call_with_parts,
    refer,
)
from tests.routes.scene import Scene

if TYPE_CHECKING:
    from tests.client import Registry


ROUTES_BY_MODULE = {route.module: route for route in ROUTES}
ACCESS_WRITES = {f"access:{verb}" for verb in ("PutItem", "UpdateItem", "DeleteItem")}


@pytest.fixture
def content_in_the_bucket(monkeypatch: pytest.MonkeyPatch) -> None:
    """All content is in the bucket, not in items."""
    monkeypatch.setenv("INLINE_BYTES", "0")


@pytest.mark.usefixtures("content_in_the_bucket")
def test_roles_allow_exactly_what_functions_do(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background, "start", lambda task: task())
    monkeypatch.setenv("QUOTA_PER_KEY", "1000000")
    get_settings.cache_clear()
    registry.forget()
    scene = Scene(registry)
    scene.put_into_folder()
    registry.cloud.is_strict = False
    registry.cloud.used.clear()
    allowed: dict[str, set[str]] = defaultdict(set)
    for route in ROUTES:
        call_in_every_way(scene, route)
        # What another route is in front of runs in that one's function.
        runs_in = next((front for front in ROUTES if front.is_in_front_of(route)), route)
        allowed[runs_in.module] |= {*route.role_actions}
    call_heads_of_an_earlier_release(scene)
    call_hidden_prompts(registry)
    call_with_parts(registry)
    move_to_the_other_team(scene)

    used = registry.cloud.used
    lacking = {name: used[name] - actions for name, actions in allowed.items()}
    needless = {name: actions - used[name] for name, actions in allowed.items()}
    assert {name: actions for name, actions in lacking.items() if actions} == {}, (
        "these functions do what the `actions` of their rows do not have"
    )
    assert {name: actions for name, actions in needless.items() if actions} == {}, (
        "these rows have `actions` that no call of tests/routes leads to: "
        "remove them, or add a variant of the call"
    )
    # A condition of the roles: what is no team's, such as an API key, most of them cannot write.
    patterns = {
        ROUTES_BY_MODULE[module].name: {
            next((p for p in ROUTES_BY_MODULE[module].partitions if fnmatch(partition, p)), "")
            for partition in partitions
        }
        for module, partitions in registry.cloud.partitions.items()
        if partitions
    }
    expected = {
        route.name: {*route.partitions}
        for route in ROUTES
        if ACCESS_WRITES & {*route.role_actions}
        and not any(front.is_in_front_of(route) for front in ROUTES)
    }
    assert patterns == expected, "the `partitions` of these rows are not what they write"


def race_with_a_batch(registry: Registry, prompt_id: str) -> None:
    """Move a tag and delete its draft between the two reads of a batch."""
    path, cloud = f"/v1/prompts/{prompt_id}", registry.cloud
    draft = registry.editor.create_version(prompt_id)["version"]
    tag = {"tag": "next"}
    assert registry.editor("POST", f"{path}/versions/{draft}/tags", tag).status < 300

    def move() -> None:
        assert registry.editor("POST", f"{path}/versions/1/tags", tag).status < 300
        assert registry.editor("DELETE", f"{path}/versions/{draft}").status == 204

    registry.forget()
    cloud.run_before("BatchGetItem", lambda: cloud.run_before("BatchGetItem", move))
    held = {"prompts": [{"name": prompt_id, "pointer": "next"}]}
    (moved,) = registry.viewer("POST", "/v1/batch", held).json["prompts"]
    assert moved["version"]["version"] == 1


def race_with_a_list(registry: Registry, both: Client, target: str) -> None:
    """Move a prompt and change it between the reads of its head and its newest version."""
    prompt_id = registry.editor.create_prompt()["id"]
    registry.editor.create_version(prompt_id)
    path, cloud = f"/v1/prompts/{prompt_id}", registry.cloud
    assert registry.editor("POST", f"{path}/versions/1/promote").status == 200

    def move() -> None:
        body = {"team_id": registry.stranger.team_id}
        assert both("POST", f"{path}/move", body).status == 200
        assert registry.stranger("POST", f"{path}/versions/1/archive").status == 200

    registry.forget()
    cloud.run_before("BatchGetItem", lambda: cloud.run_before("BatchGetItem", move))
    assert registry.editor("GET", target).status == 200


def move_to_the_other_team(scene: Scene) -> None:
    """Move a prompt into a team that protects its pointer, by a key of both; then replay that."""
    registry = scene.registry
    theirs = registry.stranger.team_id
    grant = Grant(name="both", operation="admin", team_ids=(registry.team_id, theirs))
    both = Client(registry.team_id, registry.create_key(grant), registry.cloud)
    for target in ("/api/prompts", "/prompt?includeLastVersion=true"):
        race_with_a_list(registry, both, target)
    rules = {"pointers": ["live"], "require_payloads": True}
    assert registry.stranger("PUT", f"/v1/teams/{theirs}/protected", rules).status == 200
    parent = registry.editor.create_prompt()
    registry.editor.create_version(parent["id"], refer(scene.prompt["slug"], "label=live"))
    assert both("POST", f"{scene.path}/move", {"team_id": theirs}).status == 409
    # The last number may be that of a version that was deleted.
    drafts = registry.editor.create_prompt()["id"]
    for _ in range(2):
        registry.editor.create_version(drafts)
    assert registry.editor("DELETE", f"/v1/prompts/{drafts}/versions/2").status == 204
    for pointer in ("latest", 2):
        registry.forget()
        held = {"prompts": [{"name": drafts, "pointer": pointer}]}
        assert registry.viewer("POST", "/v1/batch", held).status == 200
    race_with_a_batch(registry, drafts)
    configuration = {"model": "gpt-4o", "type": "chat"}
    body = {"promptId": drafts, "title": "x", "content": "x", "variables": []}
    body |= {"configuration": configuration}
    assert registry.editor("POST", "/prompt-version", body).status < 300
    # Of which team a prompt is, a key of several does not know.
    assert both("GET", f"/api/prompts/{scene.prompt['id']}/versions").status == 200
    for _ in range(2):
        registry.forget()
        response = both(
            "POST",
            f"{scene.path}/move?force=true",
            {"team_id": theirs},
            headers={"Idempotency-Key": "move"},
        )
        assert response.json["prompt"]["team_id"] == theirs


@pytest.mark.parametrize(
    ("operation", "params", "expected"),
    [
        ("GetItem", {"TableName": "cuebook-prompts"}, {"prompts:GetItem"}),
        ("Query", {"TableName": "cuebook-history"}, {"history:Query"}),
        ("GetObject", {"Bucket": "cuebook-content", "Key": "k"}, {"content:GetObject"}),
        (
            "BatchGetItem",
            {"RequestItems": {"cuebook-prompts": {}, "cuebook-versions": {}}},
            {"prompts:BatchGetItem", "versions:BatchGetItem"},
        ),
        (
            "TransactWriteItems",
            {
                "TransactItems": [
                    {"Put": {"TableName": "cuebook-prompts"}},
                    {"Delete": {"TableName": "cuebook-lookups"}},
                    {"Update": {"TableName": "cuebook-access"}},
                    {"ConditionCheck": {"TableName": "cuebook-versions"}},
                ]
            },
            {
                "prompts:PutItem",
                "lookups:DeleteItem",
                "access:UpdateItem",
                "versions:ConditionCheckItem",
            },
        ),
    ],
)
def test_a_call_is_unfolded_into_the_actions_of_its_parts(
    operation: str, params: dict[str, Any], expected: set[str]
) -> None:
    assert set(list_actions(operation, params)) == expected
