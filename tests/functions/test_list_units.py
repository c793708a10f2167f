"""What lists read does not depend on what a team holds beside what they show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from infra.project import ROOT
from shared.settings import get_settings
from shared.store import keys
from shared.store.directory import complete_directory
from shared.store.dynamodb import Database
from tests.memory import Memory
from tools.cost.lists import CASES, build_team, count_reads, format_table, measure

if TYPE_CHECKING:
    from tests.client import Registry


@pytest.mark.parametrize("size", [60, 150])
def test_units_of_lists_are_bounded_whatever_a_team_holds(registry: Registry, size: int) -> None:
    reads = measure(registry.store, size, deletions=size, history=size)

    assert {
        case.title: reads[case.title].units
        for case in CASES
        if reads[case.title].units > case.bound
    } == {}
    # As for 20,000 prompts, and as the document says.
    assert format_table(reads) in (ROOT / "docs" / "costs.md").read_text()


def test_the_walk_through_a_list_reads_each_prompt_once(registry: Registry) -> None:
    count, limit = 60, 10
    database = Database(get_settings().tables)
    database.put_many(build_team(registry.team_id, count))
    for path in ("/api/prompts", f"/v1/teams/{registry.team_id}/prompts", "/prompt"):
        with count_reads() as reads:
            rows, pages = 0, 0
            cursor: str | None = ""
            while cursor is not None:
                response = registry.viewer("GET", f"{path}?limit={limit}&cursor={cursor}")
                body = response.json
                rows += len(body if isinstance(body, list) else body["prompts"])
                cursor = response.headers.get("X-Next-Cursor")
                if not isinstance(body, list):
                    cursor = body.get("next_cursor")
                pages += 1
        assert (rows, pages) == (count, count // limit)
        # A head and a version of each row, and one more row, a query and a ledger for each page.
        assert reads.units <= 2 * count + 6 * pages


def test_a_directory_of_an_earlier_release_is_listed_alike_before_and_after_its_completion(
    registry: Registry,
) -> None:
    database = Database(get_settings().tables)
    team = f"team#{registry.team_id}"
    made = [registry.editor.create_prompt()["id"] for _ in range(6)]
    for prompt_id in made:
        registry.editor.create_version(prompt_id)
    registry.editor("POST", f"/v1/prompts/{made[1]}/archive")
    registry.editor("DELETE", f"/api/prompts/{made[2]}")
    whole = [item for item in Memory().list_items()["access"] if item["entity"]["S"] == "directory"]
    paths = (
        f"/v1/teams/{registry.team_id}/prompts",
        f"/v1/teams/{registry.team_id}/prompts?status=archived",
        f"/v1/teams/{registry.team_id}/prompts?status=active",
        "/api/prompts",
        "/api/prompts?limit=2",
    )

    def read() -> list[str]:
        registry.forget()
        return [registry.viewer("GET", path).text for path in paths]

    complete = read()
    for item in whole:
        if not item["sk"]["S"].startswith(keys.PROMPT):
            database.delete("access", {"pk": team, "sk": item["sk"]["S"]})
    head = registry.store.find_prompt(made[2])
    assert head is not None
    entry = keys.build_position(head)
    database.put("access", {"pk": {"S": team}, "sk": {"S": entry}, "entity": {"S": "directory"}})
    team_item = database.get("access", keys.build_team(registry.team_id))
    assert team_item is not None
    for mark in keys.COMPLETE:
        del team_item[mark]
    database.put("access", team_item)

    assert read() == complete
    assert complete_directory(database, registry.team_id) == 6
    assert read() == complete
    assert complete_directory(database, registry.team_id) == 0
    after = [item for item in Memory().list_items()["access"] if item["entity"]["S"] == "directory"]
    assert after == whole


def test_what_an_earlier_release_writes_after_a_rollback_is_completed_by_the_next_upgrade(
    registry: Registry,
) -> None:
    database = Database(get_settings().tables)
    team = f"team#{registry.team_id}"
    made = registry.editor.create_prompt()["id"]
    complete_directory(database, registry.team_id)
    whole = Memory().list_items()["access"]
    for item in whole:
        # What the earlier release does not write.
        if item["entity"]["S"] == "directory" and not item["sk"]["S"].startswith(keys.PROMPT):
            database.delete("access", {"pk": team, "sk": item["sk"]["S"]})
    registry.forget()

    assert complete_directory(database, registry.team_id) == 1

    assert Memory().list_items()["access"] == whole
    registry.forget()
    response = registry.viewer("GET", f"/v1/teams/{registry.team_id}/prompts?status=active")
    assert [prompt["id"] for prompt in response.json["prompts"]] == [made]
