"""Folders, in the public API and as the SDKs read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from tests.client import UNKNOWN_ID
from tests.functions.maxim.workspace import get_message

if TYPE_CHECKING:
    from tests.client import Response
    from tests.functions.maxim.workspace import Workspace


def get_folders(workspace: Workspace, what: str = "", **query: object) -> Response:
    query = {"workspaceId": workspace.id, "entityType": "PROMPT", **query}
    return workspace.viewer("GET", f"/v1/folders{what}?{urlencode(query)}")


def test_a_folder_is_found_by_id_and_by_name(workspace: Workspace) -> None:
    parent = workspace.create_folder("Parent", config={"colour": "red"})
    child = workspace.create_folder("Child", parentId=parent["id"])

    assert parent["type"] == "FOLDER"
    assert (parent["workspaceId"], parent["parentId"]) == (workspace.id, None)
    assert parent["config"] == {"colour": "red"}
    assert parent["createdAt"] == parent["updatedAt"]
    assert child["config"] is None
    assert get_folders(workspace, id=parent["id"]).json == {"data": parent}
    assert get_folders(workspace, name="Child").json == {"data": child}
    assert get_folders(workspace, name="Child", parentFolderId=parent["id"]).json == {"data": child}
    assert get_folders(workspace, name="Child", parentFolderName="Parent").json == {"data": child}
    for elsewhere in (
        {"name": "Child", "parentFolderId": child["id"]},
        {"name": "Child", "parentFolderName": "Nowhere"},
        {"name": "Nothing"},
        {"id": str(uuid4())},
        {"id": parent["id"], "entityType": "DATASET"},
    ):
        assert get_message(get_folders(workspace, **elsewhere), 404) == "Folder not found"


def test_folders_are_listed_twenty_at_a_time(workspace: Workspace) -> None:
    made = [workspace.create_folder(f"Folder {number}")["id"] for number in range(22)]
    workspace.create_folder("Other", entityType="DATASET")

    first = get_folders(workspace).json
    rest = get_folders(workspace, cursor=first["pagination"]["nextCursor"]).json
    inside = get_folders(workspace, parentFolderId=made[0]).json

    assert first["pagination"]["hasMore"] is True
    assert rest["pagination"] == {"hasMore": False}
    assert [folder["id"] for folder in first["data"] + rest["data"]] == made
    assert (len(first["data"]), inside["data"]) == (20, [])


def test_a_folder_holds_folders_and_prompts(workspace: Workspace) -> None:
    folder = workspace.create_folder("Ours")
    inner = workspace.create_folder("Inner", parentId=folder["id"])
    prompts = [workspace.create_prompt(folderId=folder["id"])["id"] for _ in range(2)][::-1]
    workspace.create_prompt()
    gone = workspace.create_prompt(folderId=folder["id"])
    workspace.editor("DELETE", f"/v1/prompts?workspaceId={workspace.id}&id={gone['id']}")

    whole = get_folders(workspace, "/contents", folderId=folder["id"]).json
    first = get_folders(workspace, "/contents", name="Ours", limit=2).json
    cursor = first["pagination"]["nextCursor"]
    rest = get_folders(workspace, "/contents", name="Ours", limit=2, cursor=cursor).json

    assert [item["id"] for item in whole["data"]] == [inner["id"], *prompts]
    assert [item.get("type") for item in whole["data"]] == ["FOLDER", None, None]
    assert whole["pagination"] == {"hasMore": False}
    assert first["data"] + rest["data"] == whole["data"]


def test_a_folder_of_another_type_holds_no_prompts(workspace: Workspace) -> None:
    folder = workspace.create_folder("Data", entityType="DATASET")

    found = get_folders(workspace, "/contents", folderId=folder["id"], entityType="DATASET")

    assert found.json["data"] == []
    body = {"workspaceId": workspace.id, "name": "x", "folderId": folder["id"]}
    get_message(workspace.editor("POST", "/v1/prompts", body), 404)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"name": ""}, 400),
        ({"name": None}, 400),
        ({"name": "x" * 256}, 400),
        ({"name": "\0"}, 400),
        ({"entityType": "FOLDER"}, 400),
        ({"entityType": None}, 400),
        ({"workspaceId": ""}, 400),
        ({"workspaceId": UNKNOWN_ID}, 404),
        ({"parentId": 1}, 400),
        ({"parentId": "nowhere"}, 404),
        ({"config": "x" * 300_000}, 400),
    ],
)
def test_a_bad_folder_is_refused(workspace: Workspace, fields: Any, status: int) -> None:
    body = {"workspaceId": workspace.id, "entityType": "PROMPT", "name": "x", **fields}

    get_message(workspace.editor("POST", "/v1/folders", body), status)

    assert get_folders(workspace).json["data"] == []


def test_a_parent_is_of_the_same_type(workspace: Workspace) -> None:
    data = workspace.create_folder("Data", entityType="DATASET")
    body = {"workspaceId": workspace.id, "entityType": "PROMPT", "name": "x"}

    get_message(workspace.editor("POST", "/v1/folders", body | {"parentId": data["id"]}), 404)


@pytest.mark.parametrize("what", ["", "/contents"])
@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"workspaceId": ""}, 400),
        ({"entityType": ""}, 400),
        ({"entityType": "x"}, 400),
        ({"limit": 101}, 400),
        ({"cursor": "x"}, 400),
        ({"workspaceId": UNKNOWN_ID}, 404),
    ],
)
def test_a_query_that_makes_no_sense_is_refused(
    workspace: Workspace, what: str, query: Any, status: int
) -> None:
    get_message(get_folders(workspace, what, **{"folderId": "x", **query}), status)


def test_contents_are_of_some_folder(workspace: Workspace) -> None:
    get_message(get_folders(workspace, "/contents"), 400)
    get_message(get_folders(workspace, "/contents", folderId="x"), 404)


def test_the_sdk_gets_the_folders_that_it_asks_for(workspace: Workspace) -> None:
    parent = workspace.create_folder("Parent")
    child = workspace.create_folder("Child", parentId=parent["id"])
    data = workspace.create_folder("Data", entityType="DATASET")
    shown = [
        {"id": parent["id"], "name": "Parent", "parentFolderId": None, "tags": {}},
        {"id": child["id"], "name": "Child", "parentFolderId": parent["id"], "tags": {}},
    ]

    assert workspace.viewer("GET", "/api/sdk/v3/folders").json == {"data": shown}
    one = workspace.viewer("GET", f"/api/sdk/v3/folders?folderId={child['id']}")
    assert one.json == {"data": shown[1]}
    for missing in (data["id"], "x"):
        get_message(workspace.viewer("GET", f"/api/sdk/v3/folders?folderId={missing}"), 404)
