"""API keys that people make, change, replace and revoke over the API."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from shared.domain import api_keys
from shared.domain.access import Grant
from shared.domain.organisation import ORGANISATION_ID
from shared.store.attributes import load_item
from tests.client import UNKNOWN_ID, Client
from tests.memory import Memory

if TYPE_CHECKING:
    from tests.client import Registry, Response

KEYS = "/v1/api-keys"
LIST = f"{KEYS}?org_id={ORGANISATION_ID}"
FIRST_FIELDS = ["created_at", "id", "key", "name", "operation", "org_id", "team_id"]
LISTED_FIELDS = [
    "id", "name", "org_id", "team_id", "operation", "created_at", "last_used_at",
]  # fmt: skip


def make(person: Client, **fields: Any) -> Response:
    body = {"name": "Orders", "org_id": ORGANISATION_ID, "team_ids": [person.team_id]} | fields
    return person("POST", KEYS, {name: value for name, value in body.items() if value != ""})


def use(registry: Registry, response: Response) -> Client:
    """Make the client of a key that was just shown."""
    assert response.status in (200, 201), response.text
    return Client(registry.team_id, response.json["key"], registry.cloud)


def reads(client: Client) -> int:
    return client("GET", f"/v1/teams/{client.team_id}/prompts").status


def list_events(registry: Registry, team_id: str | None = None) -> list[dict[str, Any]]:
    partition = f"team#{team_id}" if team_id else "organisation"
    rows = map(load_item, Memory().list_items()["history"])
    return sorted(
        (row for row in rows if row["prompt_id"] == partition), key=lambda row: row["event"]
    )


# -- px0's wire


def test_a_key_is_shown_once_in_px0s_order(registry: Registry) -> None:
    admin = registry.people["admin"]

    made = make(admin)

    assert made.status == 201
    assert [*made.json][:7] == FIRST_FIELDS
    assert made.json["operation"] == "read_render"
    assert reads(use(registry, made)) == 200
    (row,) = (row for row in admin("GET", LIST).json["api_keys"] if row["id"] == made.json["id"])
    assert [*row][:7] == LISTED_FIELDS
    assert row["created_by"]["id"] == admin.person_id
    assert made.json["key"].startswith(row["prefix"])
    assert made.json["key"] not in admin("GET", LIST).text
    assert made.json["key"] not in str(Memory().list_items())


@pytest.mark.parametrize(
    ("fields", "status", "error"),
    [
        ({"name": ""}, 400, "name is required"),
        ({"name": "  "}, 400, "name is required"),
        ({"org_id": ""}, 400, "org_id is required"),
        ({"org_id": "x"}, 400, "invalid request body"),
        ({"org_id": UNKNOWN_ID}, 403, "forbidden"),
        ({"team_ids": ["x"]}, 400, "invalid request body"),
        ({"team_ids": "x"}, 400, "invalid request body"),
        ({"team_ids": [UNKNOWN_ID]}, 404, "team not found"),
        ({"operation": "x"}, 400, "invalid operation, must be read_render, all, or admin"),
        ({"prompts": ["nothing"]}, 404, "prompt not found"),
        ({"prompts": []}, 400, "prompts must name at least one; leave it out for all"),
        ({"prompts": ["x"] * 101}, 404, "prompt not found"),
        ({"prompts": [f"x{n}" for n in range(101)]}, 400, "prompts must have at most 100 entries"),
        ({"pointers": []}, 400, "pointers must name at least one; leave it out for all"),
        ({"pointers": ["latest"]}, 400, "pointers must be tags, or live"),
        ({"pointers": ["a b"]}, 400, "pointers must be tags, or live"),
        ({"quota": 0}, 400, "quota must be 1 to 1,000,000 requests per minute"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, 400, "expires_at must be in the future"),
        ({"operation": "admin", "pointers": ["live"]}, 400, None),
        ({"expires_at": "tomorrow"}, 400, None),
    ],
)
def test_what_no_key_can_be_is_refused(
    registry: Registry, fields: dict[str, Any], status: int, error: str | None
) -> None:
    before = Memory().list_items()

    response = make(registry.people["organisation_admin"], **fields)

    assert response.status == status, response.text
    assert error in (None, response.error)
    assert Memory().list_items() == before


def test_the_organisation_of_a_list_is_this_one(registry: Registry) -> None:
    admin = registry.people["admin"]

    responses = [admin("GET", f"{KEYS}{query}") for query in ("", "?org_id=x")]
    responses.append(admin("GET", f"{KEYS}?org_id={UNKNOWN_ID}"))

    assert [(response.status, response.error) for response in responses] == [
        (400, "org_id is required"),
        (400, "invalid id"),
        (403, "forbidden"),
    ]


def test_ids_are_checked_as_in_px0(registry: Registry) -> None:
    admin = registry.people["admin"]
    for method, path in (("PUT", ""), ("DELETE", ""), ("POST", "/regenerate")):
        malformed = admin(method, f"{KEYS}/x{path}", {})
        unknown = admin(method, f"{KEYS}/{UNKNOWN_ID}{path}", {})

        assert (malformed.status, malformed.error) == (400, "invalid id")
        assert (unknown.status, unknown.error) == (404, "api key not found")


# -- who manages which


def test_admins_of_a_team_manage_the_keys_whose_teams_are_all_theirs(registry: Registry) -> None:
    admin, boss = registry.people["admin"], registry.people["organisation_admin"]
    other = registry.create_team("Other")
    shared = make(boss, name="Shared", team_ids=[registry.team_id, other]).json["id"]
    everywhere = make(boss, name="Everywhere", team_ids=[]).json["id"]
    theirs = make(boss, name="Theirs", team_ids=[other]).json["id"]
    own = make(admin, name="Own").json["id"]

    names = {row["name"] for row in admin("GET", LIST).json["api_keys"]}
    assert "Own" in names
    assert not {"Shared", "Everywhere", "Theirs"} & names
    everything = {row["name"] for row in boss("GET", LIST).json["api_keys"]}
    assert {"Own", "Shared", "Everywhere", "Theirs"} <= everything
    statuses = {shared: 403, everywhere: 403, theirs: 404}
    for key_id, status in statuses.items():
        assert admin("DELETE", f"{KEYS}/{key_id}").status == status
        assert admin("PUT", f"{KEYS}/{key_id}", {"name": "x"}).status == status
        assert admin("POST", f"{KEYS}/{key_id}/regenerate").status == status
    assert make(admin, team_ids=[]).status == 403
    assert make(admin, team_ids=[other]).status == 403
    assert make(admin, team_ids=[UNKNOWN_ID]).status == 403
    assert admin("PUT", f"{KEYS}/{own}", {"team_ids": []}).status == 403
    assert admin("PUT", f"{KEYS}/{own}", {"team_ids": [registry.team_id, other]}).status == 403
    assert boss("DELETE", f"{KEYS}/{everywhere}").status == 204


@pytest.mark.parametrize("role", ["viewer", "editor"])
def test_others_manage_none(registry: Registry, role: str) -> None:
    person = registry.people[role]

    assert make(person).status == 403
    assert person("GET", LIST).status == 403


def test_no_key_manages_keys(registry: Registry) -> None:
    assert make(registry.admin).error == "unauthorized"
    assert registry.admin("GET", LIST).status == 401


# -- what a key may do


def test_a_key_has_what_it_was_made_with(registry: Registry) -> None:
    prompt, other = registry.editor.create_prompt("Own"), registry.editor.create_prompt("Other")
    end = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")

    made = make(
        registry.people["admin"],
        operation="all",
        prompts=["own", prompt["id"]],
        pointers=["live", "staging"],
        quota=90,
        expires_at=end,
    )

    assert made.json["prompt_ids"] == [prompt["id"]]
    assert (made.json["pointers"], made.json["quota"]) == (["live", "staging"], 90)
    assert made.json["expires_at"] == end
    client = use(registry, made)
    assert client("GET", f"/v1/prompts/{prompt['id']}").status == 200
    assert client("GET", f"/v1/prompts/{other['id']}").status == 404
    assert client("GET", f"/v1/prompts/{prompt['id']}/versions").status == 403


def test_a_change_leaves_alone_what_it_leaves_out(registry: Registry) -> None:
    admin = registry.people["admin"]
    made = make(admin, operation="all", pointers=["live"], quota=9)
    key_id, client = made.json["id"], use(registry, made)
    assert reads(client) == 200

    renamed = admin("PUT", f"{KEYS}/{key_id}", {"name": "Renamed"})
    narrowed = admin("PUT", f"{KEYS}/{key_id}", {"operation": "read_render"})

    assert renamed.status == narrowed.status == 200
    row = narrowed.json["api_key"]
    assert (row["name"], row["operation"], row["team_ids"], row["pointers"], row["quota"]) == (
        "Renamed",
        "read_render",
        [registry.team_id],
        ["live"],
        9,
    )
    assert reads(client) == 200
    assert admin("PUT", f"{KEYS}/{key_id}", {"operation": "x"}).error.startswith("invalid operat")
    assert admin("PUT", f"{KEYS}/{key_id}", {"name": " "}).error == "name is required"


def test_a_revoked_key_stops_at_once_and_others_go_on(registry: Registry) -> None:
    admin = registry.people["admin"]
    made, other = make(admin), make(admin)
    clients = use(registry, made), use(registry, other)
    assert [reads(client) for client in clients] == [200, 200]

    assert admin("DELETE", f"{KEYS}/{made.json['id']}").status == 204

    assert [reads(client) for client in clients] == [401, 200]
    assert admin("DELETE", f"{KEYS}/{made.json['id']}").status == 404


def test_a_new_secret_ends_the_old_one_at_once_or_later(registry: Registry) -> None:
    admin = registry.people["admin"]
    made = make(admin)
    path, first = f"{KEYS}/{made.json['id']}/regenerate", use(registry, made)
    assert reads(first) == 200

    overlapping = admin("POST", path, {"overlap_seconds": 3600})
    second = use(registry, overlapping)
    assert [*overlapping.json][:7] == FIRST_FIELDS
    assert overlapping.json["id"] == made.json["id"]
    assert [reads(first), reads(second)] == [200, 200]

    third = use(registry, admin("POST", path))
    assert [reads(first), reads(second), reads(third)] == [401, 401, 200]
    assert admin("POST", path, {"overlap_seconds": -1}).status == 400
    assert admin("POST", path, {"overlap_seconds": 10**9}).status == 400
    assert admin("POST", path, raw="{").status == 400


def test_an_overlap_ends(registry: Registry) -> None:
    admin = registry.people["admin"]
    made = make(admin)
    key = registry.store.api_keys.find_key(made.json["id"])
    assert key is not None
    admin("POST", f"{KEYS}/{key.id}/regenerate", {"overlap_seconds": 60})
    principal = registry.store.api_keys.find_principal(made.json["key"])

    assert principal is not None
    assert principal.is_valid(datetime.now(UTC))
    assert not principal.is_valid(datetime.now(UTC) + timedelta(seconds=61))


def test_a_response_with_a_secret_is_never_recorded(registry: Registry) -> None:
    admin = registry.people["admin"]
    key_id = make(admin).json["id"]
    body = {"name": "x", "org_id": ORGANISATION_ID, "team_ids": [registry.team_id]}
    for path, sent in ((KEYS, body), (f"{KEYS}/{key_id}/regenerate", {})):
        response = admin("POST", path, sent, headers={"Idempotency-Key": "k"})

        assert response.status == 400
        assert "never stored" in response.error


# -- lists


def test_the_list_goes_on_newest_first(registry: Registry) -> None:
    boss = registry.people["organisation_admin"]
    for number in range(5):
        make(boss, name=f"Key {number}")
    names, cursor = [], ""
    while cursor is not None:
        page = boss("GET", f"{LIST}&limit=2" + (cursor and f"&cursor={cursor}")).json
        names += [row["name"] for row in page["api_keys"]]
        cursor = page.get("next_cursor")

    assert names[:5] == [f"Key {number}" for number in (4, 3, 2, 1, 0)]
    assert names == [row["name"] for row in boss("GET", LIST).json["api_keys"]]


def test_the_organisation_has_a_maximum_of_keys(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = registry.people["admin"]
    number = sum(1 for _ in registry.store.api_keys.list_items())
    monkeypatch.setattr(api_keys, "MAX_KEYS", number + 1)
    key_id = make(admin).json["id"]

    response = make(admin)

    assert response.status == 422
    assert "which is the maximum" in response.error
    assert admin("POST", f"{KEYS}/{key_id}/regenerate").status == 200
    admin("DELETE", f"{KEYS}/{key_id}")
    assert make(admin).status == 201


def test_a_team_has_a_maximum_of_keys(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    boss, other = registry.people["organisation_admin"], registry.create_team("Other")
    mine = make(boss, team_ids=[registry.team_id]).json["id"]
    monkeypatch.setattr(api_keys, "MAX_TEAM_KEYS", 1)
    first = make(boss, team_ids=[other])

    second = make(boss, team_ids=[other])
    moved = boss("PUT", f"{KEYS}/{mine}", {"team_ids": [registry.team_id, other]})

    assert (first.status, second.status, moved.status) == (201, 422, 422)
    assert f"the team {other} has 1 API keys" in second.error
    assert boss("PUT", f"{KEYS}/{mine}", {"team_ids": [registry.team_id]}).status == 200


def test_slugs_are_not_looked_up_in_too_many_teams(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_keys, "MAX_LOOKUPS", 1)

    response = make(registry.people["organisation_admin"], team_ids=[], prompts=["a"])

    assert (response.status, "too many to look up" in response.error) == (400, True)


def test_ids_are_no_slugs_to_look_up(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [registry.editor.create_prompt(name)["id"] for name in ("A", "B")]
    monkeypatch.setattr(api_keys, "MAX_LOOKUPS", 2)
    admin = registry.people["organisation_admin"]

    # In two teams; a slug is looked up in each of them.
    assert make(admin, team_ids=[], prompts=[*ids, "a"]).status == 201
    assert make(admin, team_ids=[], prompts=["a", "b"]).status == 400
    assert make(admin, team_ids=[], prompts=[UNKNOWN_ID]).status == 404


# -- history


def test_each_team_of_a_key_has_its_history(registry: Registry) -> None:
    boss, other = registry.people["organisation_admin"], registry.create_team("Other")
    key_id = make(boss, team_ids=[registry.team_id]).json["id"]
    boss("PUT", f"{KEYS}/{key_id}", {"team_ids": [other]})
    boss("POST", f"{KEYS}/{key_id}/regenerate")
    boss("DELETE", f"{KEYS}/{key_id}")
    everywhere = make(boss, team_ids=[])

    def list_kinds(team_id: str | None, subject: str) -> list[str]:
        rows = list_events(registry, team_id)
        return [row["kind"] for row in rows if row["subject"]["id"] == subject]

    assert list_kinds(registry.team_id, key_id) == ["key.created", "key.changed"]
    assert list_kinds(other, key_id) == ["key.changed", "key.regenerated", "key.revoked"]
    assert list_kinds(None, everywhere.json["id"]) == ["key.created"]
    (event,) = (row for row in list_events(registry, other) if row["kind"] == "key.revoked")
    assert event["by"]["id"] == boss.person_id
    assert event["request_id"]
    assert everywhere.json["key"] not in str(Memory().list_items())


def test_two_changes_at_once_are_both_made(registry: Registry) -> None:
    admin = registry.people["admin"]
    key_id = make(admin).json["id"]
    rival = replace(admin)

    def change() -> None:
        assert rival("PUT", f"{KEYS}/{key_id}", {"operation": "all"}).status == 200

    registry.cloud.run_before("TransactWriteItems", change)
    response = admin("PUT", f"{KEYS}/{key_id}", {"name": "Renamed"})

    key = registry.store.api_keys.find_key(key_id)
    assert response.status == 200
    assert key is not None
    expected = Grant(name="Renamed", operation="all", team_ids=(registry.team_id,))
    assert key.grant == expected


def test_a_key_that_is_revoked_meanwhile_is_not_there_any_more(registry: Registry) -> None:
    admin = registry.people["admin"]
    made = make(admin)
    path = f"{KEYS}/{made.json['id']}"
    registry.cloud.run_before("TransactWriteItems", lambda: admin("DELETE", path))

    response = admin("POST", f"{path}/regenerate", {"overlap_seconds": 60})

    assert (response.status, response.error) == (404, "api key not found")
    assert reads(use(registry, made)) == 401
