"""Each change of a prompt is in the audit log of its team, with its author and request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.local.aws import build_table_name
from shared import paging
from shared.domain.model import Author
from shared.domain.organisation import ORGANISATION_ID
from shared.settings import get_settings
from shared.store import audit, audit_items, aws, keys
from shared.store.dynamodb import Database
from shared.store.tables import TABLES
from tests.client import UNKNOWN_ID

if TYPE_CHECKING:
    import pytest

    from shared.domain.access_events import AccessEvent
    from tests.client import Client, Registry
    from tests.memory import Memory

HISTORY = build_table_name(next(table for table in TABLES if table.name == "history"))


def read_audit(team_id: str, prompt_id: str) -> list[AccessEvent]:
    """What the audit log of a team tells of a prompt, oldest first."""
    response = aws.get_dynamodb().query(
        TableName=HISTORY,
        KeyConditionExpression="prompt_id = :partition",
        ExpressionAttributeValues={":partition": {"S": keys.build_access_history(team_id)}},
    )
    events = map(audit_items.load_access_event, response["Items"])
    return [event for event in events if event.subject.id == prompt_id]


def test_a_change_is_in_the_log_with_the_key_or_person_and_the_request(registry: Registry) -> None:
    person = registry.people["editor"]
    prompt = registry.editor.create_prompt("Welcome", slug="welcome")
    response = person("PUT", f"/v1/prompts/{prompt['id']}", {"description": "Changed"})
    assert response.status == 200, response.text

    created, described = read_audit(registry.team_id, prompt["id"])

    assert [created.kind, described.kind] == ["prompt.created", "prompt.updated"]
    assert [created.by.kind, described.by.kind] == ["api_key", "person"]
    assert described.by.id == person.person_id
    assert described.request_id == response.headers["X-Request-Id"]
    assert created.subject == Author(id=prompt["id"], name="welcome")
    assert created.detail == {"name": "Welcome", "slug": "welcome"}
    history = registry.editor("GET", f"/v1/prompts/{prompt['id']}/history").json["events"]
    assert [event["id"] for event in history] == [described.id, created.id]


def test_a_move_is_in_the_logs_of_both_teams(registry: Registry) -> None:
    prompt = registry.editor.create_prompt()
    registry.move_prompt(prompt["id"], registry.stranger.team_id)
    registry.stranger("PUT", f"/v1/prompts/{prompt['id']}", {"description": "Ours now"})

    there = [event.kind for event in read_audit(registry.stranger.team_id, prompt["id"])]
    here = [event.kind for event in read_audit(registry.team_id, prompt["id"])]

    assert here == ["prompt.created", "prompt.moved"]
    assert there == ["prompt.moved", "prompt.updated"]


def test_a_request_that_changes_nothing_is_in_no_log(registry: Registry) -> None:
    prompt = registry.editor.create_prompt()
    path = f"/v1/prompts/{prompt['id']}"
    assert registry.viewer("PUT", path, {"description": "no"}).status == 403
    assert registry.editor("PATCH", path, {"name": ""}).status == 400

    assert len(read_audit(registry.team_id, prompt["id"])) == 1


# -- reading


def read_log(client: Client, path: str) -> list[dict[str, Any]]:
    """Read an audit log."""
    response = client("GET", path)
    assert response.status == 200, response.text
    entries: list[dict[str, Any]] = response.json["logs"]
    return entries


def list_kinds(client: Client, path: str) -> list[str]:
    """List the kinds of the entries of an audit log."""
    return [entry["kind"] for entry in read_log(client, path)]


def get_path(registry: Registry) -> str:
    """Get the path of the team's audit log."""
    return f"/v1/teams/{registry.team_id}/audit"


def test_the_log_of_a_team_has_prompts_keys_and_members_newest_first(registry: Registry) -> None:
    admin, path = registry.people["admin"], get_path(registry)
    prompt = registry.editor.create_prompt("Welcome", slug="welcome")
    body = {"name": "CI", "org_id": ORGANISATION_ID, "team_ids": [registry.team_id]}
    key = admin("POST", "/v1/api-keys", body)
    outsider = registry.create_person()
    members = f"/v1/teams/{registry.team_id}/members"
    added = admin("POST", members, {"user_id": outsider.person_id})

    member_entry, key_entry, prompt_entry = read_log(admin, f"{path}?limit=3")

    assert (member_entry["kind"], member_entry["detail"]) == ("member.added", {"role": "editor"})
    assert member_entry["subject"]["id"] == outsider.person_id
    assert member_entry["request_id"] == added.headers["X-Request-Id"]
    assert member_entry["by"] == {
        "id": admin.person_id,
        "name": registry.get_email(admin),
        "kind": "person",
    }
    assert key_entry["subject"] == {"id": key.json["id"], "name": "CI"}
    assert prompt_entry["subject"] == {"id": prompt["id"], "name": "welcome"}
    assert prompt_entry["by"]["kind"] == "api_key"
    assert {entry["team_id"] for entry in (member_entry, key_entry)} == {registry.team_id}


def test_the_log_is_for_admins_of_the_team_and_of_the_organisation(registry: Registry) -> None:
    path, logs = get_path(registry), f"/v1/orgs/{ORGANISATION_ID}/audit-logs"
    people, elsewhere = registry.people, registry.create_person(is_organisation_admin=True)
    statuses = {
        name: (client("GET", path).status, client("GET", logs).status)
        for name, client in {
            **people,
            "elsewhere": elsewhere,
            "admin key": registry.admin,
            "editor's key": registry.editor,
        }.items()
    }

    assert statuses == {
        "viewer": (403, 403),
        "password": (403, 403),
        "second_factor": (403, 403),
        "editor": (403, 403),
        "admin": (200, 403),
        "organisation_admin": (200, 200),
        "stranger": (403, 403),
        "elsewhere": (200, 200),
        "admin key": (200, 403),
        "editor's key": (403, 403),
    }
    assert elsewhere("GET", f"/v1/teams/{UNKNOWN_ID}/audit").status == 404
    assert elsewhere("GET", f"/v1/orgs/{UNKNOWN_ID}/audit-logs").status == 404


def test_filters_by_time_actor_and_kind(registry: Registry) -> None:
    admin, editor, path = registry.people["admin"], registry.people["editor"], get_path(registry)
    prompt = registry.editor.create_prompt()
    for description in ("one", "two", "three"):
        editor("PUT", f"/v1/prompts/{prompt['id']}", {"description": description})
    three, two, one = read_log(admin, f"{path}?kind=prompt.updated")

    def list_ids(query: str) -> list[str]:
        return [entry["id"] for entry in read_log(admin, f"{path}?{query}")]

    assert list_ids(f"from={two['at']}") == [three["id"], two["id"]]
    assert list_ids(f"from={one['at']}&to={three['at']}") == [two["id"], one["id"]]
    assert list_ids(f"from={three['at']}&to={one['at']}") == []
    for actor in (editor.person_id, registry.get_email(editor)):
        assert list_ids(f"actor={actor}") == [three["id"], two["id"], one["id"]]
    assert list_ids("actor=all%20key&kind=prompt.created") == list_ids("kind=prompt.created")
    assert list_kinds(admin, f"{path}?kind=prompt") == ["prompt.updated"] * 3 + ["prompt.created"]
    assert list_ids("kind=prom") == []
    for query in ("from=yesterday", "to=2026-01-31", "from=2026-01-31T00:00:00"):
        response = admin("GET", f"{path}?{query}")
        assert response.status == 400
        assert "RFC 3339" in response.error


def test_the_log_of_the_organisation_has_those_of_its_teams_each_event_once(
    registry: Registry,
) -> None:
    boss, logs = registry.people["organisation_admin"], f"/v1/orgs/{ORGANISATION_ID}/audit-logs"
    start = read_log(boss, f"{logs}?limit=1")[0]["at"]
    prompt = registry.editor.create_prompt()
    registry.move_prompt(prompt["id"], registry.stranger.team_id)
    boss("PUT", f"/v1/orgs/{ORGANISATION_ID}", {"name": "Ours"})
    team_ids = [registry.team_id, registry.stranger.team_id]
    body = {"name": "Both", "org_id": ORGANISATION_ID, "team_ids": team_ids}
    key_id = boss("POST", "/v1/api-keys", body).json["id"]
    boss("PUT", f"/v1/api-keys/{key_id}", {"team_ids": [*reversed(team_ids)]})
    boss("POST", f"/v1/api-keys/{key_id}/regenerate")
    boss("DELETE", f"/v1/api-keys/{key_id}")

    entries = [
        entry
        for kind in ("prompt", "organisation", "key")
        for entry in read_log(boss, f"{logs}?from={start}&kind={kind}")
    ]
    kinds = [(entry["kind"], entry["team_id"]) for entry in entries]

    assert [kind for kind, _ in kinds] == [
        "prompt.moved",
        "prompt.created",
        "organisation.renamed",
        "key.revoked",
        "key.regenerated",
        "key.changed",
        "key.created",
    ]
    assert kinds[2] == ("organisation.renamed", None)
    everything = read_log(boss, f"{logs}?limit=1000")
    assert [entry["at"] for entry in everything] == sorted(
        (entry["at"] for entry in everything), reverse=True
    )


def test_what_a_key_may_do_is_in_its_events(registry: Registry) -> None:
    admin, prompt = registry.people["admin"], registry.editor.create_prompt()
    body = {
        "name": "CI",
        "org_id": ORGANISATION_ID,
        "team_ids": [registry.team_id],
        "prompts": [prompt["slug"]],
        "pointers": ["live", "canary"],
        "quota": 60,
        "expires_at": "2100-01-31T00:00:00Z",
    }
    key_id = admin("POST", "/v1/api-keys", body).json["id"]
    assert admin("PUT", f"/v1/api-keys/{key_id}", {"quota": 90}).status == 200
    path = f"/v1/api-keys/{key_id}/regenerate"
    assert admin("POST", path, {"overlap_seconds": 60}).status == 200

    entries = read_log(admin, f"{get_path(registry)}?kind=key")
    regenerated, changed, created = (each for each in entries if each["subject"]["id"] == key_id)

    described = {
        "operation": "read_render",
        "team_ids": [registry.team_id],
        "prompts": [prompt["id"]],
        "pointers": ["canary", "live"],
        "quota": 60,
        "expires_at": "2100-01-31T00:00:00+00:00",
    }
    assert created["detail"] == described
    assert changed["detail"] == {**described, "quota": 90, "before": {"name": "CI", **described}}
    assert regenerated["detail"] == {**described, "quota": 90, "overlap_seconds": 60}


def test_who_comes_by_invitation_is_in_the_log_of_the_team(registry: Registry) -> None:
    boss = registry.people["organisation_admin"]
    body = {"email": "ivy@example.com", "team_id": registry.team_id, "role": "editor"}
    person = boss("POST", f"/v1/orgs/{ORGANISATION_ID}/people", body).json["user"]

    (entry, *_) = read_log(registry.people["admin"], f"{get_path(registry)}?kind=member")

    assert (entry["kind"], entry["subject"]["id"]) == ("member.added", person["id"])
    assert entry["detail"] == {"role": "editor"}


def test_the_log_of_the_organisation_says_who_deleted_a_team(registry: Registry) -> None:
    boss, logs = registry.people["organisation_admin"], f"/v1/orgs/{ORGANISATION_ID}/audit-logs"
    team = boss("POST", f"/v1/orgs/{ORGANISATION_ID}/teams", {"name": "Short-lived"}).json["team"]

    assert boss("DELETE", f"/v1/teams/{team['id']}").status == 204

    (entry,) = read_log(boss, f"{logs}?kind=team.deleted")
    assert (entry["team_id"], entry["subject"]["id"]) == (None, team["id"])
    (same,) = read_log(boss, f"/v1/teams/{team['id']}/audit?kind=team.deleted")
    assert same["id"] == entry["id"]


def test_an_offset_as_px0_has_it_and_a_cursor_lead_through_the_same_list(
    registry: Registry,
) -> None:
    boss, logs = registry.people["organisation_admin"], f"/v1/orgs/{ORGANISATION_ID}/audit-logs"
    for number in range(60):
        registry.editor.create_prompt(f"Prompt {number}")
    whole = read_log(boss, f"{logs}?limit=1000")

    assert read_log(boss, logs) == whole[:50]
    assert read_log(boss, f"{logs}?offset=50") == whole[50:100]
    page = boss("GET", f"{logs}?limit=20&offset=10").json
    assert page["logs"] == whole[10:30]
    assert read_log(boss, f"{logs}?limit=20&offset=10&cursor={page['next_cursor']}") == whole[30:50]
    for offset in ("-1", "x", "1001", "9" * 5000):
        assert boss("GET", f"{logs}?offset={offset}").status == 400


def test_a_search_that_finds_little_ends_with_a_cursor(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "MAX_SKIPPED", 3)
    admin, path = registry.people["admin"], f"{get_path(registry)}?kind=prompt.created"
    prompt = registry.editor.create_prompt()
    for number in range(8):
        registry.editor("PUT", f"/v1/prompts/{prompt['id']}", {"description": str(number)})

    pages, cursor = [], ""
    while cursor is not None:
        body = admin("GET", f"{path}&limit=10&cursor={cursor}").json
        pages.append([entry["subject"]["id"] for entry in body["logs"]])
        cursor = body.get("next_cursor")

    assert pages[:3] == [[], [], [prompt["id"]]]
    assert [each for page in pages for each in page] == [prompt["id"]]


def test_a_damaged_entry_makes_only_itself_fail(registry: Registry, memory: Memory) -> None:
    admin, path = registry.people["admin"], get_path(registry)
    first, second, third = (registry.editor.create_prompt()["id"] for _ in range(3))
    (damaged,) = (
        item
        for item in memory.list_items()["history"]
        if item["entity"]["S"] == "access_event" and item["subject"]["M"]["id"]["S"] == second
    )
    Database(get_settings().tables).put("history", {**damaged, "detail": {"S": "{"}})

    response = admin("GET", f"{path}?limit=2")

    assert [entry["subject"]["id"] for entry in response.json["logs"]] == [third, first]
    assert damaged["event"]["S"] in response.headers["X-Unreadable-Items"]


def test_the_log_of_more_teams_than_one_request_reads_says_what_to_do(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "MAX_LOGS", 1)
    boss = registry.people["organisation_admin"]

    response = boss("GET", f"/v1/orgs/{ORGANISATION_ID}/audit-logs")

    assert response.status == 422
    assert "GET /v1/teams/{id}/audit" in response.error
