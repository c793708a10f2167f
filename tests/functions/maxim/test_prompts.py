"""Prompts of a workspace: made, listed, changed and deleted in Maxim's dialect."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode
from uuid import uuid4

import pytest

from infra.local.aws import build_table_name
from shared.domain import prompts, versions
from shared.domain.changes import Origin
from shared.domain.content import Content
from shared.domain.model import Author
from shared.store import attributes, items, keys
from shared.store.aws import get_dynamodb
from shared.store.tables import TABLES
from tests.client import UNKNOWN_ID
from tests.functions.maxim.workspace import build_condition, get_message

if TYPE_CHECKING:
    from tests.client import Response
    from tests.functions.maxim.workspace import Workspace

TABLE_NAMES = {table.name: build_table_name(table) for table in TABLES}


def list_prompts(workspace: Workspace, **query: object) -> Response:
    query = {"workspaceId": workspace.id, **query}
    return workspace.viewer("GET", f"/v1/prompts?{urlencode(query)}")


def list_names(response: Response) -> list[str]:
    assert response.status == 200, response.text
    return [prompt["name"] for prompt in response.json["data"]]


def test_a_new_prompt_is_wrapped_twice_and_once(workspace: Workspace) -> None:
    body = {"workspaceId": workspace.id, "name": "Café au lait", "description": "hot"}

    made = workspace.editor("POST", "/v1/prompts", body)

    assert made.status == 201
    once = made.json["data"]
    twice = once.pop("data")
    assert once == twice
    assert twice["id"]
    assert {name: twice[name] for name in ("name", "description", "folderId", "deletedAt")} == {
        "name": "Café au lait",
        "description": "hot",
        "folderId": None,
        "deletedAt": None,
    }
    assert twice["workspaceId"] == twice["accountId"] == workspace.id
    assert twice["createdById"]
    assert twice["createdAt"] == twice["updatedAt"]


def test_px0_sees_the_prompt_under_a_slug_of_its_name(workspace: Workspace) -> None:
    workspace.create_prompt("Order Confirmation")

    assert workspace.px0("GET", "/v1/prompts/order_confirmation").status == 200


def test_two_names_of_one_slug_are_two_prompts(workspace: Workspace) -> None:
    first, second = workspace.create_prompt("A b"), workspace.create_prompt("a-b")

    assert first["meta"]["slug"] == "a_b"
    assert second["meta"]["slug"].startswith("a_b_")


def test_a_name_is_taken_once_in_a_workspace_whatever_the_dialect(workspace: Workspace) -> None:
    taken = workspace.px0.create_prompt("Welcome")["name"]
    body = {"workspaceId": workspace.id, "name": taken}

    assert "name" in get_message(workspace.editor("POST", "/v1/prompts", body), 409)


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"name": None}, "name"),
        ({"name": 5}, "name"),
        ({"name": ""}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"name": "a\0"}, "name"),
        ({"description": None}, "description"),
        ({"description": "x" * 50_001}, "description"),
        ({"folderId": 1}, "folderId"),
        ({"workspaceId": 5}, "workspaceId"),
    ],
)
def test_a_bad_field_of_a_new_prompt_is_named(
    workspace: Workspace, fields: dict[str, Any], path: str
) -> None:
    body = {"workspaceId": workspace.id, "name": "x", **fields}

    assert get_message(workspace.editor("POST", "/v1/prompts", body), 400).startswith(path)


@pytest.mark.parametrize("team_id", [UNKNOWN_ID, "x", "x" * 3000, "\u00fc"])
def test_another_workspace_is_not_found(workspace: Workspace, team_id: str) -> None:
    prompt = workspace.create_prompt()
    one = {"workspaceId": team_id, "id": prompt["id"]}
    calls: list[tuple[str, str, Any]] = [
        ("GET", f"/v1/prompts?{urlencode({'workspaceId': team_id})}", None),
        ("POST", "/v1/prompts", {"workspaceId": team_id, "name": "x"}),
        ("PUT", "/v1/prompts", one),
        ("DELETE", f"/v1/prompts?{urlencode(one)}", None),
    ]
    for method, path, body in calls:
        refused = workspace.editor(method, path, body)
        assert get_message(refused, 404) == "Workspace not found"
    get_message(workspace.stranger("GET", f"/v1/prompts?workspaceId={workspace.id}"), 404)


def test_prompts_are_listed_newest_first_ten_at_a_time(workspace: Workspace) -> None:
    made = [workspace.create_prompt()["name"] for _ in range(12)][::-1]

    first = list_prompts(workspace)
    rest = list_prompts(workspace, cursor=first.json["pagination"]["cursor"])
    whole = list_prompts(workspace, limit=100)

    assert first.json["pagination"]["hasMore"] is True
    assert rest.json["pagination"] == {"hasMore": False}
    assert (list_names(first), list_names(rest), list_names(whole)) == (made[:10], made[10:], made)


def test_a_null_limit_is_the_default_one(workspace: Workspace) -> None:
    for _ in range(11):
        workspace.create_prompt()

    assert len(list_names(list_prompts(workspace, limit="null"))) == 10


@pytest.mark.parametrize(
    "query",
    [
        {"workspaceId": ""},
        {"limit": 0},
        {"limit": 101},
        {"limit": "x"},
        {"cursor": "x"},
        {"includeVersions": "yes"},
        {"deploymentQuery[0][field]": "x"},
    ],
)
def test_a_query_that_makes_no_sense_is_refused(workspace: Workspace, query: Any) -> None:
    assert (
        get_message(list_prompts(workspace, **query), 400).startswith(
            next(iter(query)).partition("[")[0]
        )
        or "cursor" in query
    )


def test_a_list_can_be_narrowed(workspace: Workspace) -> None:
    folder = workspace.create_folder("Ours")
    one = workspace.create_prompt("One", folderId=folder["id"])
    workspace.create_prompt("Two")

    assert list_names(list_prompts(workspace, id=one["id"])) == ["One"]
    assert list_names(list_prompts(workspace, id=one["id"], name="Two")) == []
    assert list_names(list_prompts(workspace, name="Two")) == ["Two"]
    assert list_names(list_prompts(workspace, folderId=folder["id"])) == ["One"]
    assert list_names(list_prompts(workspace, id=UNKNOWN_ID)) == []
    assert list_names(list_prompts(workspace, id="x" * 3000)) == []
    assert list_names(list_prompts(workspace, folderId="x")) == []


def test_a_prompt_of_another_team_is_not_listed_by_its_id(workspace: Workspace) -> None:
    prompt = workspace.create_prompt()
    theirs = workspace.stranger.team_id

    found = workspace.stranger("GET", f"/v1/prompts?workspaceId={theirs}&id={prompt['id']}")

    assert found.json["data"] == []


def test_versions_come_along_when_they_are_asked_for(workspace: Workspace) -> None:
    prompt = workspace.create_prompt()
    for _ in range(2):
        workspace.create_version(prompt["id"])

    (plain,) = list_prompts(workspace, includeVersions="false").json["data"]
    (full,) = list_prompts(workspace, includeVersions="true").json["data"]

    assert "versions" not in plain
    listed = workspace.viewer("GET", f"/v1/prompts/versions?promptId={prompt['id']}").json["data"]
    assert full["versions"] == listed


def test_a_prompt_tells_how_its_versions_are_deployed(workspace: Workspace) -> None:
    prompt = workspace.create_prompt()
    version = workspace.create_version(prompt["id"])
    deployed = workspace.deploy(prompt["id"], build_condition("Environment", "prod"), version=1)

    (listed,) = list_prompts(workspace, id=prompt["id"]).json["data"]

    history = listed["deploymentHistory"]
    assert history["promptId"] == prompt["id"]
    assert history["strategy"]["config"] == {
        version["id"]: [
            {
                "id": deployed.json["data"]["id"],
                "timestamp": deployed.json["data"]["createdAt"],
                "rules": {
                    "version": 1,
                    "query": {
                        "not": False,
                        "combinator": "AND",
                        "rules": [
                            {
                                "field": "Environment",
                                "operator": "=",
                                "value": "prod",
                                "valueSource": "value",
                            }
                        ],
                    },
                },
            }
        ]
    }
    assert history["createdAt"] == history["updatedAt"] == deployed.json["data"]["createdAt"]


def change(workspace: Workspace, prompt_id: str, **fields: Any) -> Response:
    body = {"workspaceId": workspace.id, "id": prompt_id, **fields}
    return workspace.editor("PUT", "/v1/prompts", body)


def test_what_a_change_leaves_out_stays(workspace: Workspace) -> None:
    folder = workspace.create_folder("Ours")
    prompt = workspace.create_prompt("Before", description="said")

    renamed = change(workspace, prompt["id"], name="After").json["data"]
    moved = change(workspace, prompt["id"], folderId=folder["id"], description="new").json["data"]
    back = change(workspace, prompt["id"], folderId=None).json["data"]
    same = change(workspace, prompt["id"]).json["data"]

    assert (renamed["name"], renamed["description"], renamed["folderId"]) == ("After", "said", None)
    assert (moved["name"], moved["description"]) == ("After", "new")
    assert moved["folderId"] == folder["id"]
    assert back["folderId"] is None
    assert same == back
    assert back["meta"]["slug"] == prompt["meta"]["slug"]
    assert back["createdById"] == prompt["createdById"]
    assert "deploymentHistory" in back


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"name": ""}, 400),
        ({"name": None}, 400),
        ({"name": "x" * 256}, 400),
        ({"description": 1}, 400),
        ({"folderId": UNKNOWN_ID}, 404),
        ({"id": UNKNOWN_ID}, 404),
        ({"id": "x" * 3000}, 404),
        ({"id": 1}, 400),
        ({"name": "Taken"}, 409),
    ],
)
def test_a_bad_change_is_refused(workspace: Workspace, fields: Any, status: int) -> None:
    workspace.create_prompt("Taken")
    prompt = workspace.create_prompt("Mine")

    get_message(change(workspace, prompt["id"], **fields), status)

    assert list_names(list_prompts(workspace)) == ["Mine", "Taken"]


def test_a_deleted_prompt_is_gone_in_every_dialect_and_its_name_is_free(
    workspace: Workspace,
) -> None:
    prompt = workspace.create_prompt("Gone")
    version = workspace.create_version(prompt["id"])
    path = f"/v1/prompts?workspaceId={workspace.id}&id={prompt['id']}"
    key = {"Idempotency-Key": "once"}

    done, repeated = (workspace.editor("DELETE", path, headers=key) for _ in range(2))

    assert (done.status, done.text) == (repeated.status, repeated.text) == (204, "")
    get_message(workspace.editor("DELETE", path), 404)
    get_message(workspace.viewer("GET", f"/v1/prompts/versions?id={version['id']}"), 404)
    get_message(workspace.viewer("GET", f"/v1/prompts/versions?promptId={prompt['id']}"), 404)
    assert workspace.px0("GET", f"/v1/prompts/{prompt['id']}").status == 404
    assert list_names(list_prompts(workspace)) == []
    workspace.create_prompt("Gone")


@pytest.mark.parametrize("query", ["", "?workspaceId={team}", "?id=x", "?workspaceId=&id="])
def test_a_deletion_names_workspace_and_prompt(workspace: Workspace, query: str) -> None:
    path = f"/v1/prompts{query.format(team=workspace.id)}"

    assert "is required" in get_message(workspace.editor("DELETE", path), 400)


def test_hundreds_of_prompts_are_listed_and_synced(workspace: Workspace) -> None:
    store_prompts(workspace.id, 250)

    seen: list[str] = []
    cursor = ""
    while cursor is not None:
        page = list_prompts(workspace, limit=100, **({"cursor": cursor} if cursor else {}))
        seen += list_names(page)
        cursor = page.json["pagination"].get("cursor")
    synced = workspace.sync()

    assert seen == [f"Prompt {number:03}" for number in reversed(range(250))]
    assert len(synced) == 250
    assert {bundle.fallback for bundle in synced.values()} == {1}


def store_prompts(team_id: str, count: int) -> None:
    """Prompts with a live version each, put into the tables without a transaction for each."""
    by = Author(id=str(uuid4()), name="in a hurry")
    content = Content(template="Hello, {{ name }}!", engine="jinja")
    puts: dict[str, list[Any]] = {"prompts": [], "versions": [], "access": []}
    for number in range(count):
        name = f"Prompt {number:03}"
        made = prompts.create(team_id=team_id, name=name, slug=name, origin=Origin(by=by)).then(
            lambda prompt: versions.create(prompt, content, Origin(by=by), base=None, status="live")
        )
        entry = keys.DirectoryEntry(keys.dump_time(made.after.created_at), made.after.id)
        line = {"pk": keys.build_team(team_id)["pk"], "sk": entry.sort_key, "entity": "directory"}
        puts["prompts"].append(items.dump_prompt(made.after))
        puts["versions"].append(
            items.dump_version(made.subject, content_hash="", content=content.document, revision=1)
        )
        puts["access"].append(attributes.dump_item(line))
    for table, rows in puts.items():
        for start in range(0, count, 25):
            some: Any = [{"PutRequest": {"Item": row}} for row in rows[start : start + 25]]
            get_dynamodb().batch_write_item(RequestItems={TABLE_NAMES[table]: some})


PROD, ACME = ("Environment", "prod"), ("Tenant", "acme")


def build_query(*values: tuple[str, str], operator: str = "=") -> str:
    return quote(
        json.dumps([{"field": name, "operator": operator, "value": each} for name, each in values])
    )


@pytest.mark.parametrize(
    ("query", "number"),
    [
        (build_query(PROD), 1),
        (build_query(ACME, PROD), 2),
        (build_query(PROD, ("Tenant", "other")), None),
        (build_query(ACME), None),
        (build_query(("Environment", "Prod")), None),
        (build_query(("Age", "3")), 3),
        (build_query(("Age", "7")), None),
        (build_query(("Age", "5"), operator=">"), 3),
        (build_query(("Age", "4"), operator=">"), None),
    ],
)
def test_a_deployment_query_gets_the_version_that_is_deployed_for_it(
    workspace: Workspace, query: str, number: int | None
) -> None:
    prompt_id, other = (workspace.create_prompt()["id"] for _ in range(2))
    for each in (prompt_id, other):
        for _ in range(3):
            workspace.create_version(each)
    workspace.deploy(prompt_id, build_condition(*PROD), version=1)
    workspace.deploy(prompt_id, build_condition(*PROD), build_condition(*ACME), version=2)
    workspace.deploy(prompt_id, build_condition("Age", "5", ">"), version=3)

    found = workspace.viewer(
        "GET", f"/v1/prompts?workspaceId={workspace.id}&deploymentQuery={query}"
    )

    assert found.status == 200, found.text
    expected = {} if number is None else {prompt_id: [number]}
    assert {
        row["id"]: [version["version"] for version in row["versions"]] for row in found.json["data"]
    } == expected


@pytest.mark.parametrize(
    "query",
    ["", "x", "[]", "{}", "[5]", '[{"field":"a"}]', '[{"field":"a","operator":"~","value":"b"}]'],
)
def test_a_deployment_query_that_is_no_list_of_conditions_is_refused(
    workspace: Workspace, query: str
) -> None:
    path = f"/v1/prompts?workspaceId={workspace.id}&deploymentQuery={quote(query)}"

    assert get_message(workspace.viewer("GET", path), 400).startswith("deploymentQuery")
