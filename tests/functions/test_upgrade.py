"""`make upgrade`: what is rewritten, and that it can be run at any time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from infra.upgrade import upgrade
from shared.problems import Unreadable
from shared.settings import get_settings
from shared.store import items, keys
from shared.store.dynamodb import Database
from tests.contract.test_every_release import load_earlier

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.client import Registry
    from tests.memory import Memory


def test_the_directories_of_an_earlier_release_are_completed_and_nothing_else_changes(
    registry: Registry, memory: Memory
) -> None:
    admin = load_earlier(registry, memory)
    before = memory.list_items()

    counts = dict(upgrade(get_settings()))

    after = memory.list_items()
    count = counts[admin.team_id]
    assert isinstance(count, int)
    assert count > 1
    assert list_others(after) == list_others(before)
    expected = {
        entry
        for item in after["prompts"]
        for entry in items.list_directory_keys(items.load_prompt(item))
    }
    assert {(item["pk"]["S"], item["sk"]["S"]) for item in list_entries(after)} == expected
    listed = {key.id: key.grant for key in map(items.load_api_key, list_api_keys(after))}
    owners = {
        item["id"]["S"]: item["team_id"]["S"]
        for item in before["access"]
        if item["entity"]["S"] == "key"
    }
    assert owners.keys() == listed.keys()
    assert all((team_id,) == listed[key_id].team_ids for key_id, team_id in owners.items())
    assert registry.store.teams.list_ids() == sorted(counts)
    assert {*dict(upgrade(get_settings())).values()} == {0}
    assert memory.list_items() == after


@pytest.mark.parametrize("table", ["prompts", "access"])
def test_damage_in_one_prompt_or_entry_leaves_the_others_upgraded_and_the_team_incomplete(
    registry: Registry, memory: Memory, table: str
) -> None:
    admin = load_earlier(registry, memory)
    items_by_table = memory.list_items()
    head, *others = [i for i in items_by_table["prompts"] if i["team_id"]["S"] == admin.team_id]
    damaged = (
        {**head, "tags": {"S": "no map"}}
        if table == "prompts"
        else {**find_entry(items_by_table, admin.team_id), "sk": {"S": "prompt#no id"}}
    )
    memory.put(table, damaged)

    problem = dict(upgrade(get_settings()))[admin.team_id]

    assert isinstance(problem, Unreadable)
    assert problem.item == items.name_item(table, damaged)
    after = memory.list_items()
    entries = {(item["pk"]["S"], item["sk"]["S"]) for item in list_entries(after)}
    for item in others:
        assert items.list_directory_keys(items.load_prompt(item)) <= entries
    team = Database(get_settings().tables).get("access", keys.build_team(admin.team_id))
    assert team
    assert not {*keys.COMPLETE} & team.keys()


def test_a_team_that_is_changed_beside_the_upgrade_keeps_the_change(
    registry: Registry, memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = load_earlier(registry, memory)
    key = keys.build_team(admin.team_id)
    transact = Database.transact

    def rename_and_transact(database: Database, writes: Sequence[Any]) -> None:
        database.update(
            "access",
            key,
            "SET #name = :name",
            ExpressionAttributeNames={"#name": "name"},
            ExpressionAttributeValues={":name": {"S": "renamed meanwhile"}},
        )
        transact(database, writes)

    monkeypatch.setattr(Database, "transact", rename_and_transact)

    dict(upgrade(get_settings()))

    team = Database(get_settings().tables).get("access", key)
    assert team
    assert team["name"] == {"S": "renamed meanwhile"}
    assert [team[mark] for mark in keys.COMPLETE] == [{"BOOL": True}] * 2


def find_entry(tables: dict[str, list[Any]], team_id: str) -> Any:
    partition = {"S": keys.build_team(team_id)["pk"]}
    return next(item for item in list_entries(tables) if item["pk"] == partition)


def list_entries(tables: dict[str, list[Any]]) -> list[Any]:
    return [item for item in tables["access"] if item["entity"]["S"] == "directory"]


def list_api_keys(tables: dict[str, list[Any]]) -> list[Any]:
    return [item for item in tables["access"] if item["entity"]["S"] == "api_key"]


def list_others(tables: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Everything but directories, without the marks of a complete one, and lists of all."""
    access = [
        {name: value for name, value in item.items() if name not in keys.COMPLETE}
        for item in tables["access"]
        if item["entity"]["S"] not in ("directory", "organisation", "api_key")
    ]
    return {**tables, "access": access}
