"""Prompts of the scope `ORGANIZATION`: all teams read them, and their own team writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from infra.upgrade import upgrade
from shared.domain.access import Grant
from shared.settings import get_settings
from shared.store import keys
from shared.store.dynamodb import Database
from tests.client import Client
from tests.functions.langwatch.calls import create_prompt, get_prompt, update_prompt
from tools.cost.lists import count_reads

if TYPE_CHECKING:
    from tests.client import Registry

PROMPTS = "/api/prompts"


@pytest.fixture
def shared(registry: Registry) -> dict[str, Any]:
    """A prompt of the first team that is in production."""
    prompt = create_prompt(registry.editor, handle="greet", scope="ORGANIZATION", prompt="Hello")
    path = f"{PROMPTS}/greet/tags/production"
    body = {"versionId": prompt["versionId"]}
    assert registry.editor("PUT", path, body).status == 200
    return get_prompt(registry.editor, "greet")


def list_prompts(client: Client, query: str = "") -> list[dict[str, Any]]:
    response = client("GET", f"{PROMPTS}{query}")
    assert response.status == 200, response.text
    rows: list[dict[str, Any]] = response.json
    return rows


def test_another_team_reads_it_as_its_own_team_does(
    registry: Registry, shared: dict[str, Any]
) -> None:
    theirs = registry.stranger

    for name in ("greet", shared["id"], "greet:1", "greet:production", "greet?tag=production"):
        response = theirs("GET", f"{PROMPTS}/{name}")
        assert response.status == 200, response.text
        assert drop_url(response.json) == drop_url(shared)
    assert [tag["name"] for tag in shared["tags"]] == ["latest", "production"]
    assert shared["scope"] == "ORGANIZATION"
    versions = theirs("GET", f"{PROMPTS}/greet/versions").json
    assert versions == registry.editor("GET", f"{PROMPTS}/greet/versions").json
    assert [drop_url(row) for row in list_prompts(theirs)] == [drop_url(shared)]


def drop_url(prompt: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in prompt.items() if name != "platformUrl"}


def test_only_its_own_team_writes_it(registry: Registry, shared: dict[str, Any]) -> None:
    theirs = registry.stranger
    path, body = f"{PROMPTS}/{shared['id']}", {"commitMessage": "x", "prompt": "y"}

    for name in (shared["id"], "greet"):
        assert theirs("PUT", f"{PROMPTS}/{name}", body).status == 404
        assert theirs("DELETE", f"{PROMPTS}/{name}").status == 404
    tag = {"versionId": shared["versionId"]}
    assert theirs("PUT", f"{path}/tags/production", tag).status == 404
    assert theirs("POST", f"{path}/versions/{shared['versionId']}/restore").status == 404
    assert get_prompt(registry.editor, "greet") == shared


def test_other_dialects_keep_it_in_its_team(registry: Registry, shared: dict[str, Any]) -> None:
    theirs = registry.stranger

    assert theirs("GET", f"/v1/prompts/{shared['id']}").status == 404
    assert theirs("POST", "/v1/prompts/greet/render", {"variables": {}}).status == 404
    assert theirs("GET", f"/v1/teams/{theirs.team_id}/prompts").json["prompts"] == []


def test_a_prompt_of_ones_own_team_comes_first(registry: Registry, shared: dict[str, Any]) -> None:
    theirs = registry.stranger
    own = create_prompt(theirs, handle="greet", prompt="Own")

    assert get_prompt(theirs, "greet")["id"] == own["id"]
    assert get_prompt(theirs, shared["id"])["id"] == shared["id"]
    assert theirs("DELETE", f"{PROMPTS}/greet").status == 200
    registry.forget()
    assert get_prompt(theirs, "greet")["id"] == shared["id"]


def test_a_handle_is_once_in_the_organisation(registry: Registry, shared: dict[str, Any]) -> None:
    theirs = registry.stranger
    body = {"handle": "greet", "scope": "ORGANIZATION", "prompt": "x"}

    response = theirs("POST", PROMPTS, body)

    assert response.status == 409
    assert "Prompt handle already exists for scope ORGANIZATION" in response.text
    own = create_prompt(theirs, handle="greet")
    change = {"commitMessage": "", "scope": "ORGANIZATION"}
    response = theirs("PUT", f"{PROMPTS}/{own['id']}", change)
    assert response.status == 409
    assert "for scope ORGANIZATION" in response.text
    # Where the first team takes it back, it is free.
    update_prompt(registry.editor, shared["id"], scope="PROJECT")
    assert theirs("PUT", f"{PROMPTS}/{own['id']}", change).status == 200
    registry.forget()
    assert get_prompt(registry.editor, "greet")["id"] == shared["id"]


def test_what_is_renamed_taken_back_or_deleted_is_not_seen_any_more(
    registry: Registry, shared: dict[str, Any]
) -> None:
    theirs = registry.stranger
    update_prompt(registry.editor, shared["id"], handle="hail", scope="ORGANIZATION")
    assert theirs("GET", f"{PROMPTS}/greet").status == 404
    assert get_prompt(theirs, "hail")["id"] == shared["id"]

    update_prompt(registry.editor, shared["id"], scope="PROJECT")
    assert theirs("GET", f"{PROMPTS}/hail").status == 404
    assert theirs("GET", f"{PROMPTS}/{shared['id']}").status == 404
    assert list_prompts(theirs) == []

    update_prompt(registry.editor, shared["id"], scope="ORGANIZATION")
    assert len(list_prompts(theirs)) == 1
    registry.editor("DELETE", f"{PROMPTS}/{shared['id']}")
    assert theirs("GET", f"{PROMPTS}/hail").status == 404
    assert list_prompts(theirs) == []


def test_lists_have_all_that_is_visible_once_page_by_page(registry: Registry) -> None:
    theirs, clients = registry.stranger, (registry.editor, registry.stranger)
    for number in range(7):
        scope = "ORGANIZATION" if number % 3 else "PROJECT"
        create_prompt(clients[number % 2], handle=f"p{number}", scope=scope)

    whole = [row["handle"] for row in list_prompts(theirs)]

    assert whole == ["p5", "p4", "p3", "p2", "p1"]
    pages, cursor = [], ""
    for _ in range(5):
        response = theirs("GET", f"{PROMPTS}?limit=1&cursor={cursor}")
        pages += [row["handle"] for row in response.json]
        cursor = response.headers.get("X-Next-Cursor", "")
    assert (pages, cursor) == (whole, "")


def test_a_key_of_some_prompts_sees_no_others(registry: Registry, shared: dict[str, Any]) -> None:
    own = create_prompt(registry.stranger, handle="own")
    grant = Grant(
        name="one", team_ids=(registry.stranger.team_id,), prompt_ids=frozenset({own["id"]})
    )
    client = Client(registry.stranger.team_id, registry.create_key(grant), registry.cloud)

    assert client("GET", f"{PROMPTS}/greet").status == 404
    assert client("GET", f"{PROMPTS}/{shared['id']}").status == 404
    assert get_prompt(client, "own")["id"] == own["id"]
    assert [row["handle"] for row in list_prompts(client)] == ["own"]


def test_a_prompt_of_ones_own_team_costs_what_it_did(registry: Registry) -> None:
    create_prompt(registry.editor, handle="own")
    registry.forget()
    registry.viewer("GET", f"{PROMPTS}/own")

    with count_reads() as first:
        registry.viewer("GET", f"{PROMPTS}/own")

    assert first.requests == 1  # the head, beside what the process remembers


def test_prompts_of_an_earlier_release_are_seen_after_the_upgrade(
    registry: Registry, shared: dict[str, Any]
) -> None:
    database, theirs = Database(get_settings().tables), registry.stranger
    claim = {"key": keys.build_shared_claim("greet")}
    (entry,) = database.query_upwards("access", ("pk", keys.SHARED_DIRECTORY))
    place = {name: entry[name]["S"] for name in ("pk", "sk")}
    database.transact(
        [database.build_delete("lookups", claim), database.build_delete("access", place)]
    )
    assert theirs("GET", f"{PROMPTS}/greet").status == 404

    assert [count for _, count in upgrade(get_settings()) if count] == [1]

    assert get_prompt(theirs, "greet")["id"] == shared["id"]
    assert len(list_prompts(theirs)) == 1
    assert not any(count for _, count in upgrade(get_settings()))
