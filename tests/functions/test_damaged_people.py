"""A damaged person, membership or session is left out and named, and fails nothing but itself."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from shared.domain.access import Grant
from shared.domain.organisation import ORGANISATION_ID
from shared.settings import get_settings
from shared.store.dynamodb import Database
from tests.client import Client

if TYPE_CHECKING:
    from tests.client import Registry, Response
    from tests.memory import Memory

SESSIONS, MY_TEAMS = "/v1/auth/sessions", "/v1/me/teams"
HEADER = "X-Unreadable-Items"


def damage(registry: Registry, memory: Memory, entity: str, **values: str) -> str:
    """Damage the first item of a kind with some values, and give its sort key."""
    wanted: dict[str, Any] = {name: {"S": value} for name, value in values.items()}
    item = next(
        item
        for item in memory.list_items()["access"]
        if item["entity"]["S"] == entity and wanted.items() <= item.items()
    )
    Database(get_settings().tables).put("access", {**item, "created_at": {"S": "damaged"}})
    registry.forget()
    return str(item["sk"]["S"])


def damage_team(registry: Registry, memory: Memory, team_id: str) -> None:
    """Damage the item of a team."""
    item = next(
        item
        for item in memory.list_items()["access"]
        if item["pk"]["S"] == f"team#{team_id}" and item["entity"]["S"] == "team"
    )
    Database(get_settings().tables).put("access", {**item, "created_at": {"S": "damaged"}})
    registry.forget()


def add_session(registry: Registry, person: Client) -> Client:
    found = registry.store.people.find_person(person.person_id)
    assert found is not None
    return replace(person, key=registry.create_session(found))


def list_ids(response: Response, name: str) -> list[str]:
    assert response.status == 200, response.text
    return [row.get("id") or row["user_id"] for row in response.json[name]]


@pytest.mark.parametrize(
    ("entity", "path", "name"),
    [
        ("listed_person", f"/v1/orgs/{ORGANISATION_ID}/people", "people"),
        ("member", "/v1/teams/{team}/members", "members"),
    ],
)
def test_a_list_goes_on_without_a_damaged_person(
    registry: Registry, memory: Memory, entity: str, path: str, name: str
) -> None:
    boss, viewer = registry.people["organisation_admin"], registry.people["viewer"]
    path = path.format(team=registry.team_id)
    before = list_ids(boss("GET", path), name)
    field = "id" if entity == "listed_person" else "person_id"
    sort = damage(registry, memory, entity, **{field: viewer.person_id})

    response = boss("GET", path)

    assert list_ids(response, name) == [one for one in before if one != viewer.person_id]
    assert sort in response.headers[HEADER]


@pytest.mark.parametrize(
    ("path", "name"),
    [(f"/v1/orgs/{ORGANISATION_ID}/teams", "teams"), (MY_TEAMS, "teams"), ("/project", "")],
)
def test_a_list_goes_on_without_a_damaged_team(
    registry: Registry, memory: Memory, path: str, name: str
) -> None:
    boss, other = registry.people["organisation_admin"], registry.create_team("Other")
    body = {"user_id": boss.person_id, "role": "editor"}
    for team_id in (registry.team_id, other):
        assert boss("POST", f"/v1/teams/{team_id}/members", body).status == 204
    caller = boss
    if path == "/project":
        grant = Grant(name="both", team_ids=(registry.team_id, other))
        caller = Client(registry.team_id, registry.create_key(grant), registry.cloud)
    damage_team(registry, memory, other)

    response = caller("GET", path)

    assert response.status == 200, response.text
    rows = response.json[name] if name else response.json
    ids = {row["id"] for row in rows}
    assert registry.team_id in ids
    assert other not in ids
    assert f"team#{other}" in response.headers[HEADER]


def test_teams_are_created_and_renamed_beside_a_damaged_one(
    registry: Registry, memory: Memory
) -> None:
    boss = registry.people["organisation_admin"]
    damage_team(registry, memory, registry.create_team("Other"))

    created = boss("POST", f"/v1/orgs/{ORGANISATION_ID}/teams", {"name": "New"})
    renamed = boss("PUT", f"/v1/teams/{registry.team_id}", {"name": "Newer"})

    assert (created.status, renamed.status) == (201, 200)


def test_a_damaged_membership_costs_its_person_nothing_but_the_team(
    registry: Registry, memory: Memory
) -> None:
    other = registry.create_team("Other")
    editor, boss = registry.people["editor"], registry.people["organisation_admin"]
    body = {"user_id": editor.person_id, "role": "editor"}
    assert boss("POST", f"/v1/teams/{other}/members", body).status == 204
    sort = damage(
        registry, memory, "membership", person_id=editor.person_id, team_id=registry.team_id
    )

    response = editor("GET", MY_TEAMS)

    assert list_ids(response, "teams") == [other]
    assert sort in response.headers[HEADER]
    assert editor("POST", f"/v1/teams/{other}/prompts", {"name": "New"}).status == 201
    assert editor("GET", f"/v1/teams/{registry.team_id}/prompts").status == 403


def test_sessions_beside_a_damaged_one_are_listed_and_revoked(
    registry: Registry, memory: Memory
) -> None:
    viewer = registry.people["viewer"]
    others = [add_session(registry, viewer) for _ in range(2)]
    ids = list_ids(viewer("GET", SESSIONS), "sessions")
    sort = damage(registry, memory, "listed_session", id=ids[1])

    response = viewer("GET", SESSIONS)

    assert list_ids(response, "sessions") == [ids[0], ids[2]]
    assert sort in response.headers[HEADER]
    assert viewer("DELETE", f"{SESSIONS}/{ids[0]}").status == 204
    assert [each("GET", SESSIONS).status for each in (*others, viewer)].count(401) == 1


def test_whoever_ends_all_sessions_is_told_of_one_that_may_go_on(
    registry: Registry, memory: Memory
) -> None:
    """And the others have ended."""
    viewer = registry.people["viewer"]
    others = [add_session(registry, viewer) for _ in range(2)]
    ids = list_ids(viewer("GET", SESSIONS), "sessions")
    damage(registry, memory, "listed_session", id=ids[1])
    boss = registry.people["organisation_admin"]

    response = boss("DELETE", f"/v1/orgs/{ORGANISATION_ID}/members/{viewer.person_id}")

    assert (response.status, response.json["code"]) == (422, "unreadable")
    assert len(registry.store.people.list_sessions(viewer.person_id, {})) == 0
    assert {each("GET", SESSIONS).status for each in (*others, viewer)} == {401}
