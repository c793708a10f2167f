"""Tela's SDK works on versions through its verbs for any path, and tells failures apart."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.clients.programs import Clients


@pytest.fixture(scope="module")
def report(
    create_clients: Callable[[Path], Clients], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """What one application has done with the versions of a prompt, and been answered."""
    clients = create_clients(tmp_path_factory.mktemp("application"))
    prompt = clients.server.create_prompt("A canvas")
    asked = {"promptId": prompt, "viewerKey": clients.server.demo["viewer_key"]}
    said: dict[str, Any] = clients.run_node("tela_writer.mjs", json.dumps(asked))
    return said | {"prompt": prompt}


def test_a_version_comes_back_as_it_was_posted(report: dict[str, Any]) -> None:
    draft = report["draft"]

    assert {name: draft[name] for name in report["version"]} == report["version"]
    assert (draft["promoted"], draft["draft"], draft["version"]) == (False, True, 1)


def test_the_names_in_a_schema_reach_the_server_as_the_sdk_spells_them(
    clients: Clients, report: dict[str, Any]
) -> None:
    stored = clients.server.call("GET", f"/prompt-version/{report['draft']['id']}").json

    schema = stored["configuration"]["structuredOutput"]["schema"]
    assert list(schema["properties"]) == ["key_insights", "título"]
    assert schema["required"] == ["keyInsights"]


def test_a_draft_is_edited_in_place(report: dict[str, Any]) -> None:
    edited = report["edited"]

    assert edited["id"] == report["draft"]["id"]
    assert (edited["content"], edited["markdownContent"]) == ("Sum up {{document}}.", None)
    assert edited["messages"] == report["draft"]["messages"]


def test_promoting_the_next_version_takes_the_place_of_the_first(report: dict[str, Any]) -> None:
    assert (report["promoted"]["promoted"], report["promoted"]["draft"]) == (True, False)
    assert report["read"]["promoted"] is False
    assert report["served"] == report["second"]
    assert report["served"]["messages"] == {"role": "system", "content": "Be brief.", "index": 0}


def test_versions_are_listed_until_they_are_deleted(report: dict[str, Any]) -> None:
    assert {one["title"] for one in report["listed"]} == {"first", "second", "third"}
    assert report["deleted"]["title"] == "third"
    assert {one["title"] for one in report["remaining"]} == {"first", "second"}


def test_prompts_are_listed_with_their_last_version(report: dict[str, Any]) -> None:
    (canvas,) = [one for one in report["canvases"] if one["id"] == report["prompt"]]
    (project,) = report["projects"]

    assert canvas["title"] == "A canvas"
    assert canvas["projectId"] == project["id"]
    assert canvas["lastVersion"] == report["second"]


@pytest.mark.parametrize(
    ("failure", "name", "status"),
    [
        ("conflict", "ConflictError", 409),
        ("invalid", "BadRequestError", 400),
        ("missing", "NotFoundError", 404),
        ("forbidden", "AuthorizationError", 403),
        ("unauthorized", "AuthenticationError", 401),
    ],
)
def test_a_failure_has_its_class_and_is_not_tried_again(
    report: dict[str, Any], failure: str, name: str, status: int
) -> None:
    thrown = report["failures"][failure]

    assert (thrown["name"], thrown["statusCode"]) == (name, status)
    assert thrown["message"]
    assert thrown["attempts"] == 1
