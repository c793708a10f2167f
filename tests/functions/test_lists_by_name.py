"""Prompts in the order of their names, counted and found by their names, without reading others."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain import prompts
from shared.domain.changes import Origin
from shared.domain.model import Author
from shared.domain.restrictions import Restrictions
from shared.settings import get_settings
from shared.store import items, keys
from shared.store.directory import complete_directory
from shared.store.dynamodb import Database
from shared.store.keys import KEYWORDS, NAMES
from shared.store.store import Store
from tests.memory import Memory
from tools.cost.lists import build_team, count_reads

if TYPE_CHECKING:
    from shared.domain.model import Prompt
    from shared.store.team import TeamStore
    from tests.client import Registry

BY = Origin(by=Author(id="1", name="somebody"))
FREE = ("b", "B", "a", "a/b", "a b", "ä", "日本", "z" * 255, "😀" * 255, "a#b", "~")


def create(registry: Registry, name: str, *keywords: str) -> str:
    made = registry.editor.create_prompt(name, slug=f"s-{uuid4()}")
    prompt_id: str = made["id"]
    registry.editor.create_version(prompt_id)
    if keywords:
        patch = registry.editor("PATCH", f"/v1/prompts/{prompt_id}", {"keywords": [*keywords]})
        assert patch.json["prompt"]["keywords"] == [*keywords]
    return prompt_id


def open_team(registry: Registry) -> TeamStore:
    return registry.store.open_team(registry.team_id)


def list_names(team: TeamStore, keyword: str | None = None) -> list[str]:
    return [prompt.name for prompt in team.find_prompts(team.list_ids_by_name(keyword))]


def list_both(registry: Registry) -> list[list[str]]:
    """List the names of all prompts, and of those with the keyword `k`."""
    return [list_names(open_team(registry), keyword) for keyword in (None, "k")]


def test_names_are_in_order_whatever_they_are(registry: Registry) -> None:
    for name in FREE:
        create(registry, name)

    assert list_names(open_team(registry)) == sorted(FREE)


def test_a_keyword_finds_its_prompts_in_the_order_of_their_names(registry: Registry) -> None:
    create(registry, "c", "x", "x#y")
    create(registry, "a", "x")
    create(registry, "b", "x#y")
    team = open_team(registry)

    assert list_names(team, "x") == ["a", "c"]
    assert list_names(team, "x#y") == ["b", "c"]
    assert list_names(team, "y") == []


def test_lists_by_name_follow_every_change(registry: Registry) -> None:
    one, two = create(registry, "one", "k"), create(registry, "two", "k")
    team = open_team(registry)

    registry.editor("PATCH", f"/v1/prompts/{one}", {"name": "uno"})
    assert (list_names(team), list_names(team, "k")) == (["two", "uno"], ["two", "uno"])
    registry.editor("PATCH", f"/v1/prompts/{one}", {"keywords": ["l"]})
    assert (list_names(team, "k"), list_names(team, "l")) == (["two"], ["uno"])
    registry.editor("DELETE", f"/api/prompts/{two}")
    assert (list_names(team), list_names(team, "k")) == (["uno"], [])


def test_a_prompt_without_versions_is_in_no_list_by_name(registry: Registry) -> None:
    registry.editor.create_prompt("empty")
    assert list_both(registry) == [[], []]


def test_counting_reads_no_prompt(registry: Registry) -> None:
    Database(get_settings().tables).put_many(build_team(registry.team_id, 300))
    team = open_team(registry)

    with count_reads() as reads:
        ids = team.list_ids_by_name()
    # An entry takes less than 0.2 KB, and a unit reads 4 KB.
    assert (len(ids), reads.units <= 2 + 300 // 20) == (300, True)


def test_a_key_of_some_prompts_lists_these(registry: Registry) -> None:
    create(registry, "a", "k")
    ids = frozenset({create(registry, "c", "k"), create(registry, "b")})
    team = registry.store.open_team(registry.team_id, {}, Restrictions(prompt_ids=ids))

    assert (list_names(team), list_names(team, "k")) == (["b", "c"], ["c"])


def test_the_list_is_the_same_before_and_after_an_upgrade(registry: Registry) -> None:
    for name in ("b", "a", "B"):
        create(registry, name, "k")
    database = Database(get_settings().tables)
    whole = Memory().list_items()["access"]
    for item in whole:
        if item["sk"]["S"].startswith((NAMES, KEYWORDS)):
            database.delete("access", {"pk": item["pk"]["S"], "sk": item["sk"]["S"]})
    team = database.get("access", keys.build_team(registry.team_id))
    assert team is not None
    del team[keys.COMPLETE_BY_NAME]
    database.put("access", team)
    registry.forget()

    assert list_both(registry) == [["B", "a", "b"]] * 2
    assert complete_directory(database, registry.team_id) == 3
    registry.forget()
    assert list_both(registry) == [["B", "a", "b"]] * 2
    assert Memory().list_items()["access"] == whole


# -- by name


def find(registry: Registry, name: str, *, has_slug: bool = False) -> Prompt | None:
    return registry.store.read_prompt_by_name_or_slug(
        [registry.team_id], name, lambda prompt: has_slug
    ).prompt


def test_a_prompt_is_found_by_its_name_exactly(registry: Registry) -> None:
    ids = {name: create(registry, name) for name in FREE}

    for name, prompt_id in ids.items():
        prompt = find(registry, name)
        assert (prompt and prompt.id) == prompt_id
    for name in ("Z", " a", "a ", "x" * 256, "", "s"):
        assert find(registry, name) is None


def test_a_name_is_found_as_long_as_it_is_the_prompts(registry: Registry) -> None:
    prompt_id = create(registry, "old")
    assert find(registry, "old")
    registry.editor("PATCH", f"/v1/prompts/{prompt_id}", {"name": "new"})
    assert (find(registry, "old"), find(registry, "new") is None) == (None, False)
    registry.editor("DELETE", f"/api/prompts/{prompt_id}")
    assert find(registry, "new") is None


def test_who_has_had_a_text_for_longer_is_found_by_it_in_every_process(registry: Registry) -> None:
    first = registry.editor.create_prompt("First", slug="both")["id"]
    assert find(registry, "both", has_slug=True)
    second = create(registry, "both")
    warm = registry.store

    def list_holders() -> list[str | None]:
        """By a process that remembers what was found before, and by one that remembers nothing."""
        ids = []
        for store in (warm, Store(get_settings())):
            prompt = store.read_prompt_by_name_or_slug(
                [registry.stranger.team_id, registry.team_id], "both", lambda prompt: True
            ).prompt
            ids.append(prompt.id if prompt else None)
        return ids

    def change(prompt_id: str, **fields: str) -> None:
        assert registry.editor("PATCH", f"/v1/prompts/{prompt_id}", fields).status == 200

    assert list_holders() == [first] * 2
    change(first, name="Another name")
    assert list_holders() == [first] * 2
    registry.forget()
    change(first, slug="elsewhere")
    change(first, slug="both")
    assert list_holders() == [second] * 2
    registry.forget()
    change(second, name="elsewhere")
    change(second, name="both")
    assert list_holders() == [first] * 2
    # A prompt without a slug for the dialect is passed over.
    assert (prompt := find(registry, "both"))
    assert prompt.id == second


def test_another_teams_name_is_not_found(registry: Registry) -> None:
    registry.stranger.create_version(registry.stranger.create_prompt("theirs")["id"])

    assert find(registry, "theirs") is None


@settings(max_examples=50)
@given(st.lists(st.text(min_size=1, max_size=255).filter(lambda name: "\0" not in name)))
def test_entries_sort_as_names_do_and_tell_their_prompt(names: list[str]) -> None:
    """As far as names fit into a key."""
    short = [name for name in names if len(name.encode(errors="surrogatepass")) < keys.NAME_BYTES]
    made = [
        prompts.create(team_id="t", name=name, slug="s", origin=BY).after
        for name in (*short, *(name for name in names if name not in short))
        if name.isprintable()
    ]
    entries = [keys.build_named_entry(NAMES, prompt.name, prompt.id) for prompt in made]

    assert [keys.parse_prompt_of_entry(entry) for entry in entries] == [each.id for each in made]
    assert all(len(entry.encode()) <= 1024 for entry in entries)


@pytest.mark.parametrize("entry", ["name#", "name", "prompt#x"])
def test_a_damaged_entry_is_left_out(registry: Registry, entry: str) -> None:
    create(registry, "a")
    pk = keys.build_team(registry.team_id)["pk"]
    item = items.dump_directory_entry(pk, f"{NAMES}{entry}")
    Database(get_settings().tables).put("access", item)
    annotations: dict[str, str | int] = {}
    team = registry.store.open_team(registry.team_id, annotations)

    assert list_names(team) == ["a"]
    assert "unreadable" in annotations
