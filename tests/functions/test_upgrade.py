"""`make upgrade`: what is rewritten, and that it can be run at any time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.upgrade import upgrade
from shared.settings import get_settings
from shared.store import items
from tests.contract.test_every_release import load_earlier

if TYPE_CHECKING:
    from tests.client import Registry
    from tests.memory import Memory


def test_the_directories_of_an_earlier_release_are_completed_and_nothing_else_changes(
    registry: Registry, memory: Memory
) -> None:
    admin = load_earlier(registry, memory)
    before = memory.list_items()

    counts = dict(upgrade(get_settings()))

    after = memory.list_items()
    assert counts[admin.team_id] > 1
    assert list_others(after) == list_others(before)
    expected = {
        entry
        for item in after["prompts"]
        for entry in items.list_directory_keys(items.load_prompt(item))
    }
    assert {(item["pk"]["S"], item["sk"]["S"]) for item in list_entries(after)} == expected
    assert {*dict(upgrade(get_settings())).values()} == {0}
    assert memory.list_items() == after


def list_entries(tables: dict[str, list[Any]]) -> list[Any]:
    return [item for item in tables["access"] if item["entity"]["S"] == "directory"]


def list_others(tables: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Everything but directories, without the mark of a complete one."""
    access = [
        {name: value for name, value in item.items() if name != "has_complete_directory"}
        for item in tables["access"]
        if item["entity"]["S"] != "directory"
    ]
    return {**tables, "access": access}
