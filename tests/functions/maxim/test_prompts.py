"""Prompts of a workspace: made, listed, changed and deleted in Maxim's dialect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from infra.local.aws import table_name
from shared.domain import prompts, versions
from shared.domain.changes import Act, Author
from shared.domain.content import Content
from shared.store import attributes, items, keys
from shared.store.aws import dynamodb
from shared.store.tables import TABLES
from tests.client import NOWHERE
from tests.functions.maxim.workspace import condition, message_of

if TYPE_CHECKING:
    from tests.client import Response
    from tests.functions.maxim.workspace import Workspace

TABLE_NAMES = {table.name: table_name(table) for table in TABLES}


def listing(workspace: Workspace, **query: object) -> Response:
    query = {"workspaceId": workspace.id, **query}
    return workspace.viewer("GET", f"/v1/prompts?{urlencode(query)}")


def names(response: Response) -> list[str]:
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
    workspace.new_prompt("Order Confirmation")

    assert workspace.px0("GET", "/v1/prompts/order_confirmation").status == 200


def test_two_names_of_one_slug_are_two_prompts(workspace: Workspace) -> None:
    first, second = workspace.new_prompt("A b"), workspace.new_prompt("a-b")

    assert first["meta"]["slug"] == "a_b"
    assert second["meta"]["slug"].startswith("a_b_")


def test_a_name_is_taken_once_in_a_workspace_whatever_the_dialect(workspace: Workspace) -> None:
    taken = workspace.px0.new_prompt("Welcome")["name"]
    body = {"workspaceId": workspace.id, "name": taken}

    assert "name" in message_of(workspace.editor("POST", "/v1/prompts", body), 409)


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

    assert message_of(workspace.editor("POST", "/v1/prompts", body), 400).startswith(path)


def test_a_repeat_with_its_key_makes_one_prompt(workspace: Workspace) -> None:
    body = {"workspaceId": workspace.id, "name": "Once"}
    key = {"Idempotency-Key": "once"}

    first, again = (workspace.editor("POST", "/v1/prompts", body, headers=key) for _ in range(2))

    assert again.json == first.json
    assert names(listing(workspace)) == ["Once"]


@pytest.mark.parametrize("team_id", [NOWHERE, "x", "x" * 3000, "\u00fc"])
def test_another_workspace_is_not_found(workspace: Workspace, team_id: str) -> None:
    prompt = workspace.new_prompt()
    one = {"workspaceId": team_id, "id": prompt["id"]}
    calls: list[tuple[str, str, Any]] = [
        ("GET", f"/v1/prompts?{urlencode({'workspaceId': team_id})}", None),
        ("POST", "/v1/prompts", {"workspaceId": team_id, "name": "x"}),
        ("PUT", "/v1/prompts", one),
        ("DELETE", f"/v1/prompts?{urlencode(one)}", None),
    ]
    for method, path, body in calls:
        refused = workspace.editor(method, path, body)
        assert message_of(refused, 404) == "Workspace not found"
    message_of(workspace.stranger("GET", f"/v1/prompts?workspaceId={workspace.id}"), 404)


def test_prompts_are_listed_newest_first_ten_at_a_time(workspace: Workspace) -> None:
    made = [workspace.new_prompt()["name"] for _ in range(12)][::-1]

    first = listing(workspace)
    rest = listing(workspace, cursor=first.json["pagination"]["cursor"])
    whole = listing(workspace, limit=100)

    assert first.json["pagination"]["hasMore"] is True
    assert rest.json["pagination"] == {"hasMore": False}
    assert (names(first), names(rest), names(whole)) == (made[:10], made[10:], made)


def test_a_null_limit_is_the_default_one(workspace: Workspace) -> None:
    for _ in range(11):
        workspace.new_prompt()

    assert len(names(listing(workspace, limit="null"))) == 10


@pytest.mark.parametrize(
    "query",
    [
        {"workspaceId": ""},
        {"limit": 0},
        {"limit": 101},
        {"limit": "x"},
        {"cursor": "x"},
        {"includeVersions": "yes"},
        {"deploymentQuery": "[]"},
        {"deploymentQuery[0][field]": "x"},
    ],
)
def test_a_query_that_makes_no_sense_is_refused(workspace: Workspace, query: Any) -> None:
    assert (
        message_of(listing(workspace, **query), 400).startswith(next(iter(query)).partition("[")[0])
        or "cursor" in query
    )


def test_a_list_can_be_narrowed(workspace: Workspace) -> None:
    folder = workspace.new_folder("Ours")
    one = workspace.new_prompt("One", folderId=folder["id"])
    workspace.new_prompt("Two")

    assert names(listing(workspace, id=one["id"])) == ["One"]
    assert names(listing(workspace, id=one["id"], name="Two")) == []
    assert names(listing(workspace, name="Two")) == ["Two"]
    assert names(listing(workspace, folderId=folder["id"])) == ["One"]
    assert names(listing(workspace, id=NOWHERE)) == []
    assert names(listing(workspace, id="x" * 3000)) == []
    assert names(listing(workspace, folderId="x")) == []


def test_a_prompt_of_another_team_is_not_listed_by_its_id(workspace: Workspace) -> None:
    prompt = workspace.new_prompt()
    theirs = workspace.stranger.team_id

    found = workspace.stranger("GET", f"/v1/prompts?workspaceId={theirs}&id={prompt['id']}")

    assert found.json["data"] == []


def test_versions_come_along_when_they_are_asked_for(workspace: Workspace) -> None:
    prompt = workspace.new_prompt()
    for _ in range(2):
        workspace.new_version(prompt["id"])

    (plain,) = listing(workspace, includeVersions="false").json["data"]
    (full,) = listing(workspace, includeVersions="true").json["data"]

    assert "versions" not in plain
    listed = workspace.viewer("GET", f"/v1/prompts/versions?promptId={prompt['id']}").json["data"]
    assert full["versions"] == listed


def test_a_prompt_tells_how_its_versions_are_deployed(workspace: Workspace) -> None:
    prompt = workspace.new_prompt()
    version = workspace.new_version(prompt["id"])
    deployed = workspace.deploy(prompt["id"], condition("Environment", "prod"), version=1)

    (listed,) = listing(workspace, id=prompt["id"]).json["data"]

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
    folder = workspace.new_folder("Ours")
    prompt = workspace.new_prompt("Before", description="said")

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
        ({"folderId": NOWHERE}, 404),
        ({"id": NOWHERE}, 404),
        ({"id": "x" * 3000}, 404),
        ({"id": 1}, 400),
        ({"name": "Taken"}, 409),
    ],
)
def test_a_bad_change_is_refused(workspace: Workspace, fields: Any, status: int) -> None:
    workspace.new_prompt("Taken")
    prompt = workspace.new_prompt("Mine")

    message_of(change(workspace, prompt["id"], **fields), status)

    assert names(listing(workspace)) == ["Mine", "Taken"]


def test_a_repeated_change_happens_once(workspace: Workspace) -> None:
    prompt = workspace.new_prompt()
    body = {"workspaceId": workspace.id, "id": prompt["id"], "description": "new"}
    key = {"Idempotency-Key": "once"}

    first, again = (workspace.editor("PUT", "/v1/prompts", body, headers=key) for _ in range(2))

    assert first.json == again.json
    events = workspace.px0("GET", f"/v1/prompts/{prompt['id']}/history").json["events"]
    assert [event["event"] for event in events] == ["prompt.updated", "prompt.created"]


def test_a_deleted_prompt_is_gone_in_every_dialect_and_its_name_is_free(
    workspace: Workspace,
) -> None:
    prompt = workspace.new_prompt("Gone")
    version = workspace.new_version(prompt["id"])
    path = f"/v1/prompts?workspaceId={workspace.id}&id={prompt['id']}"
    key = {"Idempotency-Key": "once"}

    done, repeated = (workspace.editor("DELETE", path, headers=key) for _ in range(2))

    assert (done.status, done.text) == (repeated.status, repeated.text) == (204, "")
    message_of(workspace.editor("DELETE", path), 404)
    message_of(workspace.viewer("GET", f"/v1/prompts/versions?id={version['id']}"), 404)
    message_of(workspace.viewer("GET", f"/v1/prompts/versions?promptId={prompt['id']}"), 404)
    assert workspace.px0("GET", f"/v1/prompts/{prompt['id']}").status == 404
    assert names(listing(workspace)) == []
    workspace.new_prompt("Gone")


@pytest.mark.parametrize("query", ["", "?workspaceId={team}", "?id=x", "?workspaceId=&id="])
def test_a_deletion_names_workspace_and_prompt(workspace: Workspace, query: str) -> None:
    path = f"/v1/prompts{query.format(team=workspace.id)}"

    assert "is required" in message_of(workspace.editor("DELETE", path), 400)


def test_a_viewer_may_change_nothing(workspace: Workspace) -> None:
    prompt = workspace.new_prompt()
    one = {"workspaceId": workspace.id, "id": prompt["id"]}

    for method, path, body in (
        ("POST", "/v1/prompts", {"workspaceId": workspace.id, "name": "x"}),
        ("PUT", "/v1/prompts", one),
        ("DELETE", f"/v1/prompts?{urlencode(one)}", None),
        ("PUT", "/v1/prompts/config", {"id": prompt["id"], "deploymentFields": []}),
    ):
        message_of(workspace.viewer(method, path, body), 403)


def test_hundreds_of_prompts_are_listed_and_synced(workspace: Workspace) -> None:
    store_prompts(workspace.id, 250)

    seen: list[str] = []
    cursor = ""
    while cursor is not None:
        page = listing(workspace, limit=100, **({"cursor": cursor} if cursor else {}))
        seen += names(page)
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
        made = prompts.create(team_id=team_id, name=name, slug=name, act=Act(by=by)).then(
            lambda prompt: versions.create(prompt, content, Act(by=by), status="live")
        )
        entry = keys.Entry(keys.timestamp(made.after.created_at), made.after.id)
        line = {"pk": keys.team(team_id)["pk"], "sk": entry.sort, "entity": "directory"}
        puts["prompts"].append(items.prompt_item(made.after))
        puts["versions"].append(items.version_item(made.about, content.document))
        puts["access"].append(attributes.item(line))
    for table, rows in puts.items():
        for start in range(0, count, 25):
            some: Any = [{"PutRequest": {"Item": row}} for row in rows[start : start + 25]]
            dynamodb().batch_write_item(RequestItems={TABLE_NAMES[table]: some})
