"""Tela's SDK works on versions through its verbs for any path, and tells failures apart."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.clients.running import Clients


@pytest.fixture(scope="module")
def found(
    clients_of: Callable[[Path], Clients], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """What one application has done with the versions of a prompt, and been answered."""
    clients = clients_of(tmp_path_factory.mktemp("application"))
    prompt = clients.server.prompt("A canvas")
    asked = {"promptId": prompt, "viewerKey": clients.server.demo["viewer_key"]}
    said: dict[str, Any] = clients.node("tela_writer.mjs", json.dumps(asked))
    return said | {"prompt": prompt}


def test_a_version_comes_back_as_it_was_posted(found: dict[str, Any]) -> None:
    draft = found["draft"]

    assert {name: draft[name] for name in found["version"]} == found["version"]
    assert (draft["promoted"], draft["draft"], draft["version"]) == (False, True, 1)


def test_the_names_in_a_schema_reach_the_server_as_the_sdk_spells_them(
    clients: Clients, found: dict[str, Any]
) -> None:
    stored = clients.server.call("GET", f"/prompt-version/{found['draft']['id']}").json

    schema = stored["configuration"]["structuredOutput"]["schema"]
    assert list(schema["properties"]) == ["key_insights", "título"]
    assert schema["required"] == ["keyInsights"]


def test_a_draft_is_edited_in_place(found: dict[str, Any]) -> None:
    edited = found["edited"]

    assert edited["id"] == found["draft"]["id"]
    assert (edited["content"], edited["markdownContent"]) == ("Sum up {{document}}.", None)
    assert edited["messages"] == found["draft"]["messages"]


def test_promoting_the_next_version_takes_the_place_of_the_first(found: dict[str, Any]) -> None:
    assert (found["promoted"]["promoted"], found["promoted"]["draft"]) == (True, False)
    assert found["read"]["promoted"] is False
    assert found["served"] == found["second"]
    assert found["served"]["messages"] == {"role": "system", "content": "Be brief.", "index": 0}


def test_versions_are_listed_until_they_are_deleted(found: dict[str, Any]) -> None:
    assert {one["title"] for one in found["listed"]} == {"first", "second", "third"}
    assert found["deleted"]["title"] == "third"
    assert {one["title"] for one in found["remaining"]} == {"first", "second"}


def test_prompts_are_listed_with_their_last_version(found: dict[str, Any]) -> None:
    (canvas,) = [one for one in found["canvases"] if one["id"] == found["prompt"]]
    (project,) = found["projects"]

    assert canvas["title"] == "A canvas"
    assert canvas["projectId"] == project["id"]
    assert canvas["lastVersion"] == found["second"]


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
    found: dict[str, Any], failure: str, name: str, status: int
) -> None:
    thrown = found["failures"][failure]

    assert (thrown["name"], thrown["statusCode"]) == (name, status)
    assert thrown["message"]
    assert thrown["attempts"] == 1
