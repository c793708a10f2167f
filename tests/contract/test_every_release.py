"""Releases share the tables: what another one stored is neither lost nor fatal, over all routes.

`earlier_tables.jsonl` is what the release of commit bcc3e48 stored after a good call of each of its
writing routes: the team and its keys in the first line, then the items and the objects.
"""

from __future__ import annotations

import copy
import json
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from infra.local.aws import BUCKET
from shared.routes import ROUTES
from shared.store import aws
from shared.store.items import KEYS, SCHEMA
from tests.client import Client
from tests.routes.sample import get_sample
from tests.routes.scene import READING, STABLE, WRITING, get_credential
from tests.routes.tela import VERSION

if TYPE_CHECKING:
    from tests.client import Registry, Response
    from tests.memory import Item, Memory
    from tests.routes.scene import Scene

pytestmark = pytest.mark.slow

EARLIER = Path(__file__).with_name("earlier_tables.jsonl")
# What a made-up later release adds: types that this one does not store are among them.
NEW: Item = {
    "next_text": {"S": "later"},
    "next_set": {"SS": ["a", "b"]},
    "next_map": {"M": {"nothing": {"NULL": True}, "number": {"N": "0.5"}}},
}
FIELD = {"later": [1, {"deep": None}]}
DOCUMENTS = ("content", "settings", "entries")  # attributes that are JSON


def build_key(table: str, item: Item) -> tuple[Any, ...]:
    return tuple(json.dumps(item[name]) for name in KEYS[table])


def add_field(item: Item) -> Item:
    """Add what a later release would: attributes, and fields of the JSON in them."""
    later = {**item, **NEW, "schema": {"N": str(SCHEMA + 1)}}
    if item["entity"]["S"] in ("version", "prompt", "ledger"):
        for name in DOCUMENTS:
            if name in item:
                value = json.loads(item[name]["S"])
                for document in value if isinstance(value, list) else [value]:
                    document["next_field"] = FIELD
                later[name] = {"S": json.dumps(value)}
    return later


def list_losses(table: str, before: Item, after: Item) -> list[str]:
    losses = [name for name, value in NEW.items() if after.get(name) != value]
    for name in DOCUMENTS:
        if "next_field" in before.get(name, {}).get("S", ""):
            old, new = (json.loads(item[name]["S"]) for item in (before, after))
            if isinstance(old, dict):
                losses += [name] * (new.get("next_field") != FIELD)
            else:
                ids = {entry["id"]: entry for entry in new}
                losses += [
                    entry["id"]
                    for entry in old
                    if entry["id"] in ids and ids[entry["id"]].get("next_field") != FIELD
                ]
    return [f"{table} {build_key(table, before)}: {loss}" for loss in losses]


def renew_requests(memory: Memory) -> None:
    """Have release requests name the contents that the versions have now."""
    items = memory.list_items()
    hashes = {
        (item["prompt_id"]["S"], item["version"]["N"]): sha256(item["content"]["S"].encode())
        for item in items["versions"]
    }
    for item in items["access"]:
        if item["entity"]["S"] == "release":
            request = copy.deepcopy(item)
            for target in request["targets"]["L"]:
                place = request["prompt_id"]["S"], target["M"]["version"]["N"]
                target["M"]["content_hash"] = {"S": hashes[place].hexdigest()}
            memory.put("access", request)


def test_what_a_later_release_stored_survives_every_writing_route(
    scene: Scene, memory: Memory
) -> None:
    scene.registry.cloud.is_strict = False
    scene.registry.admin("POST", "/api/prompts/tags", {"name": "defined"})
    for route in WRITING:
        for variant in (None, *get_sample(route).variants):
            with scene.visit(route, variant) as call:
                for table, items in memory.list_items().items():
                    for item in items:
                        memory.put(table, add_field(item))
                renew_requests(memory)
                scene.registry.forget()
                before = memory.list_items()

                response = call.send(scene.get_caller(route, scene.registry.admin))

                if variant is None:
                    assert response.status == route.status, response.text
                assert response.status < 500, response.text
                losses = []
                for table, items in memory.list_items().items():
                    later = {build_key(table, item): item for item in items}
                    for item in before[table]:
                        after = later.get(build_key(table, item))
                        if after is not None and after != item:
                            losses += list_losses(table, item, after)
                            names = after.keys() | item.keys()
                            changed = {name for name in names if after.get(name) != item.get(name)}
                            # What is counted or noted in place leaves who wrote the rest.
                            if changed - {"inclusions", "events", "live_version"}:
                                assert after["schema"] == {"N": str(SCHEMA)}
                assert losses == []


def test_what_a_later_release_stored_is_read_by_every_reading_route(
    scene: Scene, memory: Memory
) -> None:
    scene.registry.cloud.is_strict = False
    for route in READING:
        with scene.visit(route) as call:
            for table, items in memory.list_items().items():
                for item in items:
                    memory.put(table, add_field(item))
            scene.registry.forget()

            response = call.send(scene.get_caller(route, scene.registry.admin))

            assert response.status == route.status, response.text
            assert "X-Unreadable-Items" not in response.headers


@pytest.mark.parametrize(
    "damage",
    [
        {"content": {"S": "{"}},
        {"content": {"S": '{"template": 7}'}},
        {"content": None, "content_hash": {"S": "0" * 64}},  # the bucket has no such body
        {"created_at": {"S": "yesterday"}},
        {"author": {"S": "Ada"}},
        {"stage": None},
    ],
    ids=str,
)
def test_a_version_that_cannot_be_read_fails_by_itself_and_is_named(
    scene: Scene, memory: Memory, damage: Item, caplog: pytest.LogCaptureFixture
) -> None:
    scene.registry.cloud.is_strict = False
    name = f"versions/{scene.id}/{STABLE}"
    lists = {"list_versions", "list_canvas_versions", "get_prompt_versions", "list_config_versions"}
    for route in READING:
        with scene.visit(route) as call:
            (item,) = (
                item
                for item in memory.list_items()["versions"]
                if (item["prompt_id"]["S"], item["version"]["N"]) == (scene.id, str(STABLE))
            )
            values = {**item, **damage}
            memory.put(
                "versions", {key: value for key, value in values.items() if value is not None}
            )
            scene.registry.forget()

            response = call.send(scene.get_caller(route, scene.registry.admin))

            unreadable = 400 if route.dialect == "langfuse" else 422  # which Langfuse has not
            if response.status != route.status:
                assert (response.status, route.name in lists) == (unreadable, False), response.text
                assert name in response.text
            if route.name in lists or response.status == unreadable:
                assert response.headers["X-Unreadable-Items"] == name
                assert getattr(caplog.records[-1], "unreadable") == name  # noqa: B009  # an extra


def test_a_head_that_cannot_be_read_is_left_out_of_lists_and_hidden_from_strangers(
    scene: Scene, memory: Memory
) -> None:
    registry = scene.registry
    registry.cloud.is_strict = False
    other = registry.editor.create_prompt("Whole")
    (head,) = (i for i in memory.list_items()["prompts"] if i["prompt_id"]["S"] == scene.id)
    memory.put("prompts", {**head, "created_at": {"S": "?"}})
    registry.forget()

    listed = registry.viewer("GET", f"/v1/teams/{registry.team_id}/prompts")
    assert [prompt["id"] for prompt in listed.json["prompts"]] == [other["id"]]
    assert listed.headers["X-Unreadable-Items"] == f"prompts/{scene.id}"
    assert registry.viewer("GET", scene.path).status == 422
    assert registry.stranger("GET", scene.path).status == 404
    assert registry.stranger("GET", f"{scene.path}/versions/1").status == 404


def test_entries_and_events_that_cannot_be_read_fail_by_themselves(
    scene: Scene, memory: Memory
) -> None:
    registry = scene.registry
    registry.cloud.is_strict = False
    assert registry.admin("POST", "/api/prompts/tags", {"name": "defined"}).status == 201
    (ledger,) = (i for i in memory.list_items()["access"] if i["sk"]["S"] == "ledger#tags")
    entries = [*json.loads(ledger["entries"]["S"]), {"id": scene.id, "weights": [1, 2]}]
    memory.put("access", {**ledger, "entries": {"S": json.dumps(entries)}})
    event = memory.list_items()["history"][0]
    memory.put("history", {**event, "detail": {"S": "{"}})

    tags = registry.admin("GET", "/api/prompts/tags")
    assert tags.status == 200
    assert tags.headers["X-Unreadable-Items"].endswith(f"ledger#tags/{scene.id}")
    assert registry.admin("POST", "/api/prompts/tags", {"name": "another"}).status == 201
    (ledger,) = (i for i in memory.list_items()["access"] if i["sk"]["S"] == "ledger#tags")
    assert entries[-1] in json.loads(ledger["entries"]["S"])
    history = registry.viewer("GET", f"/v1/prompts/{event['prompt_id']['S']}/history")
    assert history.status == 200
    assert history.headers["X-Unreadable-Items"].startswith("history/")


# -- what an earlier release stored


def load_earlier(registry: Registry, memory: Memory) -> Client:
    """Store the earlier release's tables instead of what is there."""
    memory.clear()
    registry.cloud.is_strict = False
    (_, keys), *rows = (json.loads(line) for line in EARLIER.read_text().splitlines())
    for row in rows:
        if row[0] == "content":
            aws.get_s3().put_object(Bucket=BUCKET, Key=row[1], Body=row[2].encode())
        else:
            memory.put(*row)
    registry.forget()
    return Client(keys["team"], keys["admin"], registry.cloud)


def test_an_earlier_releases_tables_are_read_and_written_in_all_dialects(
    registry: Registry, memory: Memory
) -> None:
    admin = load_earlier(registry, memory)
    maxim = admin.use_credential(get_credential(next(r for r in ROUTES if r.dialect == "maxim")))
    heads = [
        item
        for item in memory.list_items()["prompts"]
        if item["team_id"]["S"] == admin.team_id and item["status"]["S"] == "active"
    ]
    assert len(heads) > 5

    def check(response: Response) -> None:
        assert response.status < 300, response.text
        assert "X-Unreadable-Items" not in response.headers

    team = admin.team_id
    for path in (f"/v1/teams/{team}/prompts", "/api/prompts", "/api/prompts/tags", "/prompt"):
        check(admin("GET", path))
    for path in (f"/v1/prompts?workspaceId={team}&includeVersions=true", "/api/sdk/v4/prompts"):
        check(maxim("GET", path))
    for head in heads:
        prompt_id = head["prompt_id"]["S"]
        for path in ("", "/versions", "/history", "/payloads", "/tags"):
            check(admin("GET", f"/v1/prompts/{prompt_id}{path}"))
        check(admin("GET", f"/api/prompts/{prompt_id}/versions"))
        check(admin("GET", f"/prompt-version?promptId={prompt_id}"))
        check(maxim("GET", f"/v1/prompts/versions?promptId={prompt_id}"))
        check(admin("POST", f"/v1/prompts/{prompt_id}/versions", {"template": "Hi"}))
        check(admin("PUT", f"/v1/prompts/{prompt_id}", {"description": "now"}))
        check(admin("POST", "/prompt-version", {**VERSION, "promptId": prompt_id}))
        check(admin("PUT", f"/api/prompts/{prompt_id}", {"prompt": "x", "commitMessage": "m"}))
