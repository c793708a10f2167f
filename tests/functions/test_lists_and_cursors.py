"""What the native lists hold, page by page; their cursors are in `tests/contract`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from shared.problems import NameTaken

if TYPE_CHECKING:
    from tests.client import Client, Registry


def list_pages(client: Client, path: str, name: str) -> list[list[Any]]:
    """List the pages of a list, by the path of the first and the name of its rows."""
    pages, cursor = [], ""
    while cursor is not None:
        response = client("GET", f"{path}&cursor={cursor}")
        assert response.status == 200, response.text
        pages.append(response.json[name])
        cursor = response.json.get("next_cursor")
    return pages


def test_filters_hold_on_every_page(registry: Registry) -> None:
    prompt = registry.editor.create_prompt()
    path = f"/v1/prompts/{prompt['id']}/versions"
    for number in range(1, 8):
        registry.editor.create_version(prompt["id"])
        registry.editor("POST", f"{path}/{number}/tags", {"tag": f"t{number}"})
        if number % 2:
            registry.editor.promote(prompt["id"], number)

    stable = list_pages(registry.viewer, f"{path}?status=stable&limit=2", "versions")
    tagged = list_pages(registry.viewer, f"{path}?tags=t2,t3,t7&limit=1", "versions")

    assert [[v["version"] for v in page] for page in stable] == [[7, 5], [3, 1]]
    assert [[v["version"] for v in page] for page in tagged] == [[7], [3], [2]]


def test_what_is_made_while_paging_shifts_no_page(registry: Registry) -> None:
    prompt = registry.editor.create_prompt()
    for _ in range(4):
        registry.editor.create_version(prompt["id"])
    path = f"/v1/prompts/{prompt['id']}/versions"
    cursor = registry.viewer("GET", f"{path}?limit=2").json["next_cursor"]

    registry.editor.create_version(prompt["id"])
    registry.editor("DELETE", f"{path}/3")

    rest = registry.viewer("GET", f"{path}?cursor={cursor}").json["versions"]
    assert [version["version"] for version in rest] == [2, 1]


def test_a_team_of_more_prompts_than_one_read_takes_is_listed_whole(registry: Registry) -> None:
    made = [registry.editor.create_prompt()["id"] for _ in range(103)]
    path = f"/v1/teams/{registry.team_id}/prompts"

    whole = list_pages(registry.viewer, f"{path}?limit=1000", "prompts")
    pages = list_pages(registry.viewer, f"{path}?limit=60", "prompts")

    assert [[prompt["id"] for prompt in page] for page in whole] == [made[::-1]]
    assert [prompt for page in pages for prompt in page] == whole[0]


def test_a_prompt_that_moved_away_is_listed_there_and_not_here(registry: Registry) -> None:
    stays, goes = registry.editor.create_prompt(), registry.editor.create_prompt()
    theirs = registry.stranger.team_id

    registry.move_prompt(goes["id"], theirs)

    here = registry.viewer("GET", f"/v1/teams/{registry.team_id}/prompts").json["prompts"]
    there = registry.stranger("GET", f"/v1/teams/{theirs}/prompts").json["prompts"]
    assert [prompt["id"] for prompt in here] == [stays["id"]]
    assert [prompt["id"] for prompt in there] == [goes["id"]]
    assert registry.viewer("GET", f"/v1/prompts/{goes['id']}").status == 404
    assert registry.viewer("GET", f"/v1/prompts/{goes['slug']}").status == 404
    assert (
        registry.stranger("GET", f"/v1/prompts/{goes['slug']}").json["prompt"]["id"] == goes["id"]
    )


def test_a_moved_prompt_frees_its_names_and_takes_its_versions_along(registry: Registry) -> None:
    prompt = registry.editor.create_prompt("Wanderer")
    registry.editor.create_version(prompt["id"], "x")

    registry.move_prompt(prompt["id"], registry.stranger.team_id)

    assert registry.editor.create_prompt("Wanderer")["slug"] == "wanderer"
    taken = registry.stranger(
        "POST", f"/v1/teams/{registry.stranger.team_id}/prompts", {"name": "Wanderer"}
    )
    assert taken.status == 409
    versions = registry.stranger("GET", f"/v1/prompts/{prompt['id']}/versions").json["versions"]
    assert [version["template"] for version in versions] == ["x"]


def test_a_prompt_cannot_move_onto_a_name_that_is_taken(registry: Registry) -> None:
    prompt = registry.editor.create_prompt("Both")
    registry.stranger.create_prompt("Both")

    with pytest.raises(NameTaken):
        registry.move_prompt(prompt["id"], registry.stranger.team_id)

    assert registry.viewer("GET", "/v1/prompts/both").json["prompt"] == prompt
