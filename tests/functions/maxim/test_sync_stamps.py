"""A sync that nothing has changed for reads next to nothing, and is never a word too old."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from shared.domain.access import Grant
from shared.store import keys, stamps
from tests.client import Client
from tests.functions.maxim.workspace import build_condition, build_key_header
from tests.functions.test_hot_reads import run_in_process
from tests.memory import Memory
from tools.cost.lists import count_reads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.client import Registry, Response
    from tests.functions.maxim.workspace import Workspace

TARGET = "/api/sdk/v4/prompts"
PART = "@@@langfusePrompt:name={}|label=live@@@"


def sync(client: Client, etag: str = "") -> Response:
    return client("GET", TARGET, headers={"If-None-Match": etag or None})


def read_in_full(client: Client) -> Any:
    """Read the list as if there were no stamps."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stamps, "read_entries", lambda *_, **__: None)
        return sync(client).json["data"]


def create_live(client: Client, name: str, template: str = "Hi {{.name}}") -> str:
    prompt_id: str = client.create_prompt(name)["id"]
    client.create_version(prompt_id, template)
    client.promote(prompt_id, 1, times=2)
    return prompt_id


@contextmanager
def set_slack(slack: timedelta) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stamps, "SLACK", slack)
        yield


# -- what it takes


@pytest.fixture
def no_slack() -> Iterator[None]:
    """As if nothing had changed for some minutes: tests are too fast for that."""
    with set_slack(timedelta(0)):
        yield


@pytest.mark.usefixtures("no_slack")
@pytest.mark.parametrize("count", [1, 30])
def test_an_unchanged_sync_takes_two_units(workspace: Workspace, count: int) -> None:
    ids = [create_live(workspace.px0, f"Prompt {number}") for number in range(count)]
    first = sync(workspace.viewer)
    assert len(first.json["data"]) == len(ids)

    with count_reads() as reads:
        again = sync(workspace.viewer)
    assert (again.status, again.text, again.headers["ETag"]) == (
        200,
        first.text,
        first.headers["ETag"],
    )
    assert (reads.units, reads.requests) == (2, 2)

    with count_reads() as reads:
        assert sync(workspace.viewer, first.headers["ETag"]).status == 304
    assert (reads.units, reads.requests) == (2, 2)


@pytest.mark.usefixtures("no_slack")
def test_a_new_process_needs_no_list_for_a_client_that_has_it(workspace: Workspace) -> None:
    for number in range(30):
        create_live(workspace.px0, f"Prompt {number}")
    first = sync(workspace.viewer)
    workspace.registry.forget()

    with count_reads() as reads:
        response = sync(workspace.viewer, first.headers["ETag"])

    assert (response.status, response.text) == (304, "")
    # The key, and that the team's directory is complete; then the newest entries.
    assert (reads.units, reads.requests) == (4, 4)

    workspace.registry.forget()
    again = sync(workspace.viewer)
    assert (again.text, again.headers["ETag"]) == (first.text, first.headers["ETag"])


# -- what it shows


def list_changes(workspace: Workspace, ids: list[str]) -> Iterator[Callable[[], Response]]:
    """List changes of a team, each of which the next sync must show."""
    admin, first = workspace.registry.admin, f"/v1/prompts/{ids[0]}"

    def call(method: str, path: str, body: Any = None) -> Callable[[], Response]:
        return lambda: admin(method, path, body)

    yield call("POST", f"{first}/versions", {"template": "Second"})
    yield call("POST", f"{first}/versions/2/promote")
    yield call("POST", f"{first}/versions/2/promote")
    yield call("POST", f"{first}/rollback", {"rollback_reason": "too long"})
    yield lambda: workspace.deploy(ids[0], build_condition("env", "beta"), version=2)
    yield call("POST", f"{first}/versions/1/demote")
    yield call("POST", f"/v1/prompts/{ids[1]}/archive")
    yield call("POST", f"/v1/prompts/{ids[1]}/restore")
    yield call("POST", f"/v1/prompts/{ids[2]}/versions", {"template": "Part 2"})
    yield call("POST", f"/v1/prompts/{ids[2]}/versions/2/promote")
    yield call("POST", f"/v1/prompts/{ids[2]}/versions/2/promote")  # included by another
    yield call("POST", f"/v1/prompts/{ids[1]}/delete")
    yield call("POST", f"/v1/teams/{workspace.id}/prompts", {"name": "New"})


@pytest.mark.parametrize("slack", [stamps.SLACK, timedelta(0)])
def test_the_next_sync_shows_what_any_process_has_changed(
    workspace: Workspace, slack: timedelta
) -> None:
    registry, client = workspace.registry, workspace.viewer
    ids = [create_live(workspace.px0, name) for name in ("One", "Two", "Part")]
    create_live(workspace.px0, "Whole", PART.format("Part"))
    with set_slack(slack):
        before = sync(client)
        warm = registry.store
        for change in list_changes(workspace, ids):
            registry.forget()
            assert change().status < 300
            with run_in_process(warm):
                after = sync(client, before.headers["ETag"])
            assert after.status in (200, 304)
            shown = (before if after.status == 304 else after).json["data"]
            assert shown == read_in_full(client)
            before = before if after.status == 304 else after


def test_a_prompt_that_moves_to_another_team_goes_at_once(registry: Registry) -> None:
    workspace_of = {
        team.team_id: team.use_credential(build_key_header)
        for team in (registry.editor, registry.stranger)
    }
    old = create_live(registry.editor, "Old")
    create_live(registry.editor, "New")

    with set_slack(timedelta(0)):  # so that it is not among the newest
        before = {id: sync(client).headers["ETag"] for id, client in workspace_of.items()}
        registry.move_prompt(old, registry.stranger.team_id)
        after = {id: sync(client, before[id]) for id, client in workspace_of.items()}

    assert {id: len(response.json["data"]) for id, response in after.items()} == {
        registry.team_id: 1,
        registry.stranger.team_id: 1,
    }
    # Nothing else of the team shows that it was there.
    assert len(registry.editor("GET", f"/v1/teams/{registry.team_id}/prompts").json["prompts"]) == 1


def test_a_change_during_a_sync_is_shown_by_the_next(workspace: Workspace) -> None:
    registry = workspace.registry
    prompt_id = create_live(workspace.px0, "One")
    path = f"/v1/prompts/{prompt_id}/versions"
    registry.editor.create_version(prompt_id, "Second")
    registry.editor.promote(prompt_id, 2)

    registry.cloud.run_before("BatchGetItem", lambda: registry.editor("POST", f"{path}/2/promote"))
    first = sync(workspace.viewer)
    second = sync(workspace.viewer, first.headers["ETag"])

    assert second.status == 200
    assert second.json["data"] == read_in_full(workspace.viewer)


def test_where_much_changes_the_list_is_read(workspace: Workspace) -> None:
    prompt_id = create_live(workspace.px0, "One")
    for number in range(3):
        create_live(workspace.px0, f"Prompt {number}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stamps, "MAX_ENTRIES", 3)
        etags = [sync(workspace.viewer).headers["ETag"] for _ in range(2)]
        assert workspace.px0("PATCH", f"/v1/prompts/{prompt_id}", {"name": "Two"}).status == 200
        with count_reads() as reads:
            response = sync(workspace.viewer, etags[0])

    assert etags[0] == etags[1]
    assert reads.units >= 8
    assert response.json["data"] == read_in_full(workspace.viewer)


# -- who gets what


def test_another_team_or_key_has_another_list(registry: Registry) -> None:
    def open_client(**fields: Any) -> Client:
        grant = {"name": "key", "operation": "read_render", "team_ids": (registry.team_id,)}
        key = registry.create_key(Grant(**grant | fields))
        return Client(registry.team_id, key, registry.cloud).use_credential(build_key_header)

    ids = [create_live(registry.editor, name) for name in ("One", "Two")]
    theirs = create_live(registry.stranger, "One")
    both = (registry.team_id, registry.stranger.team_id)
    clients = {
        "all": (open_client(), ids),
        "one": (open_client(prompt_ids=frozenset(ids[:1])), ids[:1]),
        "pointer": (open_client(pointers=frozenset(["live"])), ids),
        "both": (open_client(team_ids=both), [*ids, theirs]),
        "theirs": (open_client(team_ids=both[1:]), [theirs]),
    }
    etags = {}
    for _ in range(2):
        for name, (client, expected) in clients.items():
            response = sync(client)
            listed = {bundle["promptId"] for bundle in response.json["data"]}
            assert listed == {*expected}, name
            etags[name] = response.headers["ETag"]

    assert len({*etags.values()}) == len(etags)
    for name, (client, _) in clients.items():
        statuses = {other: sync(client, etag).status for other, etag in etags.items()}
        assert statuses == {other: 304 if other == name else 200 for other in etags}


def test_damage_is_not_remembered(workspace: Workspace) -> None:
    prompt_id = create_live(workspace.px0, "Damaged")
    create_live(workspace.px0, "Good")
    memory = Memory()
    (item,) = (
        item for item in memory.list_items()["versions"] if item["prompt_id"]["S"] == prompt_id
    )
    memory.put("versions", item | {"created_at": {"S": "never"}})
    damaged = sync(workspace.viewer)
    assert prompt_id in damaged.headers["X-Unreadable-Items"]

    memory.put("versions", item)
    repaired = sync(workspace.viewer, damaged.headers["ETag"])

    assert repaired.status == 200
    assert "X-Unreadable-Items" not in repaired.headers
    assert repaired.json["data"] == read_in_full(workspace.viewer)


def test_until_a_directory_is_complete_the_list_is_read(workspace: Workspace) -> None:
    create_live(workspace.px0, "One")
    memory = Memory()
    for item in memory.list_items()["access"]:
        if keys.COMPLETE_BY_TIME in item:
            rest = {name: value for name, value in item.items() if name != keys.COMPLETE_BY_TIME}
            memory.put("access", rest)
    workspace.registry.forget()

    for _ in range(2):
        with count_reads() as reads:
            assert len(sync(workspace.viewer).json["data"]) == 1
    assert reads.units > 4
