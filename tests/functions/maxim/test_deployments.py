"""Deployments and configuration: which version is served to whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.client import UNKNOWN_ID
from tests.functions.maxim.workspace import build_condition, get_message

if TYPE_CHECKING:
    from tests.functions.maxim.workspace import Workspace

PROD = build_condition("Environment", "prod")
ACME = build_condition("Customer", "acme")


@pytest.fixture
def prompt_id(workspace: Workspace) -> str:
    """A prompt of three versions."""
    prompt_id: str = workspace.create_prompt()["id"]
    for _ in range(3):
        workspace.create_version(prompt_id)
    return prompt_id


def test_a_deployment_is_active_at_once(workspace: Workspace, prompt_id: str) -> None:
    deployed = workspace.deploy(prompt_id, PROD, version=2)

    assert deployed.status == 200
    data = deployed.json["data"]
    assert (data["promptId"], data["status"]) == (prompt_id, "active")
    assert data["createdAt"] == data["updatedAt"]
    version = workspace.viewer("GET", f"/v1/prompts/versions?id={data['versionId']}").json["data"]
    assert version["version"] == 2
    assert workspace.bundle(prompt_id).get(Environment="prod") == 2


def test_a_version_is_named_by_id_or_number_or_both(workspace: Workspace, prompt_id: str) -> None:
    versions = workspace.viewer("GET", f"/v1/prompts/versions?promptId={prompt_id}").json["data"]
    newest = versions[0]["id"]

    assert workspace.deploy(prompt_id, PROD, versionId=newest).status == 200
    assert workspace.deploy(prompt_id, PROD, versionId=newest, version=None).status == 200
    assert workspace.deploy(prompt_id, PROD, versionId=newest, version=3).status == 200
    refused = workspace.deploy(prompt_id, PROD, versionId=newest, version=2)
    assert "version" in get_message(refused, 400)
    assert workspace.bundle(prompt_id).get(Environment="prod") == 3


def test_the_same_conditions_are_deployed_once(workspace: Workspace, prompt_id: str) -> None:
    workspace.deploy(prompt_id, PROD, ACME, version=1)
    workspace.deploy(prompt_id, PROD, version=1)
    workspace.deploy(prompt_id, ACME, PROD, PROD, version=2)

    bundle = workspace.bundle(prompt_id)

    assert bundle.numbers == [2, 1]
    assert bundle.get(Environment="prod", Customer="acme") == 2
    assert bundle.get(Environment="prod") == 1


def test_most_conditions_win_then_the_newest_deployment_then_the_live_version(
    workspace: Workspace, prompt_id: str
) -> None:
    workspace.deploy(prompt_id, PROD, version=1)
    workspace.deploy(prompt_id, build_condition("Environment", "p", ">"), version=2)
    workspace.promote(prompt_id, 3)

    bundle = workspace.bundle(prompt_id)

    assert bundle.get(Environment="prod") == 1  # "p" is not greater than "prod"
    assert bundle.get(Environment="dev") == 2
    assert bundle.get(Environment="q") == 3
    assert bundle.get(Environment="prod", Customer="acme") == 3
    workspace.deploy(prompt_id, build_condition("Environment", "prod", ">="), version=2)
    assert workspace.bundle(prompt_id).get(Environment="prod") == 2


def test_without_a_live_version_nothing_matches_is_none(
    workspace: Workspace, prompt_id: str
) -> None:
    workspace.deploy(prompt_id, PROD, version=1)

    bundle = workspace.bundle(prompt_id)

    assert bundle.fallback is None
    assert bundle.get(Environment="dev") is None


def test_deployments_are_listed_newest_first(workspace: Workspace, prompt_id: str) -> None:
    first = workspace.deploy(prompt_id, PROD, version=1).json["data"]
    second = workspace.deploy(prompt_id, ACME, version=2).json["data"]

    listed = workspace.viewer("GET", f"/v1/prompts/deploy?promptId={prompt_id}").json["data"]

    assert listed == [
        {**second, "version": 2, "deploymentConditions": [ACME]},
        {**first, "version": 1, "deploymentConditions": [PROD]},
    ]


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, 400),
        ({"version": "1"}, 400),
        ({"version": 1.5}, 400),
        ({"version": True}, 400),
        ({"version": 1, "workspaceId": 5}, 400),
        ({"version": 1, "deploymentConditions": []}, 400),
        ({"version": 1, "deploymentConditions": PROD}, 400),
        ({"version": 1, "deploymentConditions": [build_condition("a", "b", "!=")]}, 400),
        ({"version": 1, "deploymentConditions": [PROD | {"value": 5}]}, 400),
        ({"version": 1, "deploymentConditions": [PROD | {"variable": ""}]}, 400),
        ({"version": 1, "deploymentConditions": [{"variable": "a", "operator": "="}]}, 400),
        ({"version": 1, "deploymentConditions": [build_condition("a", "\0")]}, 400),
        ({"version": 0}, 404),
        ({"version": -1}, 404),
        ({"version": 4}, 404),
        ({"version": 10**40}, 404),
        ({"versionId": UNKNOWN_ID}, 404),
        ({"versionId": "x"}, 404),
        ({"version": 1, "promptId": UNKNOWN_ID}, 404),
        ({"version": 1, "promptId": "x" * 3000}, 404),
        ({"version": 1, "workspaceId": UNKNOWN_ID}, 404),
    ],
)
def test_a_bad_deployment_is_refused(
    workspace: Workspace, prompt_id: str, fields: Any, status: int
) -> None:
    get_message(workspace.deploy(prompt_id, PROD, **fields), status)

    assert workspace.bundle(prompt_id).numbers == []


def test_a_version_of_another_prompt_is_not_found(workspace: Workspace, prompt_id: str) -> None:
    other = workspace.create_version(workspace.create_prompt()["id"])

    get_message(workspace.deploy(prompt_id, PROD, versionId=other["id"]), 404)


def test_drafts_and_archived_versions_cannot_be_deployed(
    workspace: Workspace, prompt_id: str
) -> None:
    workspace.px0.create_version(prompt_id, "a draft")
    workspace.px0("POST", f"/v1/prompts/{prompt_id}/versions/1/archive")

    get_message(workspace.deploy(prompt_id, PROD, version=4), 404)
    assert "archived" in get_message(workspace.deploy(prompt_id, PROD, version=1), 400)


def test_a_deployed_version_that_is_archived_is_no_longer_served(
    workspace: Workspace, prompt_id: str
) -> None:
    workspace.deploy(prompt_id, PROD, version=1)
    workspace.deploy(prompt_id, ACME, version=2)
    workspace.px0("POST", f"/v1/prompts/{prompt_id}/versions/1/archive")

    bundle = workspace.bundle(prompt_id)

    assert bundle.numbers == [2]
    assert bundle.get(Environment="prod") is None


def test_deployments_beyond_what_a_prompt_can_keep_are_refused(
    workspace: Workspace, prompt_id: str
) -> None:
    long = [build_condition(f"variable {number}", "x" * 1000) for number in range(99)]

    assert "settings" in get_message(workspace.deploy(prompt_id, *long, version=1), 400)


def test_a_configuration_is_empty_until_it_is_written(workspace: Workspace, prompt_id: str) -> None:
    config = workspace.viewer("GET", f"/v1/prompts/config?promptId={prompt_id}").json["data"]

    assert config["id"] == config["promptId"] == prompt_id
    assert config["config"] == {"deploymentFields": []}
    assert config["createdAt"] == config["updatedAt"]


def test_a_configuration_is_read_back_as_it_was_written(
    workspace: Workspace, prompt_id: str
) -> None:
    fields = [
        {"variable": "Environment", "operator": "=", "value": ["prod", None, 1.5, {"a": True}]},
        {"variable": "", "operator": "includes", "more": 1},
    ]

    written = workspace.editor(
        "PUT", "/v1/prompts/config", {"id": prompt_id, "deploymentFields": fields}
    )

    assert written.status == 200, written.text
    assert written.json["data"]["config"] == {"deploymentFields": fields}
    for query in (f"id={prompt_id}", f"promptId={prompt_id}"):
        assert workspace.viewer("GET", f"/v1/prompts/config?{query}").json == written.json


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"id": 1, "deploymentFields": []}, 400),
        ({"id": "{prompt}"}, 400),
        ({"id": "{prompt}", "deploymentFields": {}}, 400),
        ({"id": "{prompt}", "deploymentFields": [{"variable": "a"}]}, 400),
        ({"id": "x", "deploymentFields": []}, 404),
        ({"id": UNKNOWN_ID, "deploymentFields": []}, 404),
        (
            {
                "id": "{prompt}",
                "deploymentFields": [{"variable": "a", "operator": "=", "value": "x" * 100_000}],
            },
            400,
        ),
    ],
)
def test_a_bad_configuration_is_refused(
    workspace: Workspace, prompt_id: str, body: Any, status: int
) -> None:
    if body.get("id") == "{prompt}":
        body = body | {"id": prompt_id}

    get_message(workspace.editor("PUT", "/v1/prompts/config", body), status)


def test_a_configuration_of_nobody_is_refused(workspace: Workspace, prompt_id: str) -> None:
    get_message(workspace.viewer("GET", "/v1/prompts/config"), 400)
    get_message(workspace.viewer("GET", "/v1/prompts/config?id=x"), 404)
    get_message(workspace.stranger("GET", f"/v1/prompts/config?id={prompt_id}"), 404)
    get_message(workspace.stranger("GET", f"/v1/prompts/deploy?promptId={prompt_id}"), 404)
    get_message(workspace.viewer("GET", "/v1/prompts/deploy"), 400)
