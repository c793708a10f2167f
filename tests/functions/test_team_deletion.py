"""Teams that are deleted, and brought back by operators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from infra.keys import make_key
from infra.operator import OperatorError
from infra.teams import restore_team
from shared.domain.access import Grant
from shared.domain.organisation import ORGANISATION_ID
from shared.settings import get_settings
from shared.store.attributes import load_item
from tests.client import UNKNOWN_ID, Client
from tests.memory import Memory

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.client import Registry, Response

TEAMS = f"/v1/orgs/{ORGANISATION_ID}/teams"


def delete(person: Client, team_id: str, query: str = "") -> Response:
    return person("DELETE", f"/v1/teams/{team_id}{query}")


def list_events(team_id: str) -> list[dict[str, Any]]:
    rows = map(load_item, Memory().list_items()["history"])
    events = (row for row in rows if row["prompt_id"] == f"team#{team_id}")
    return sorted(events, key=lambda row: str(row["event"]))


def test_an_empty_team_is_deleted_by_its_admin(registry: Registry) -> None:
    admin, boss = registry.people["admin"], registry.people["organisation_admin"]

    response = delete(admin, registry.team_id)

    assert (response.status, response.text) == (204, "")
    registry.forget()
    assert admin("GET", "/v1/me/teams").json["teams"] == []
    names = [team["name"] for team in boss("GET", TEAMS).json["teams"]]
    assert names == ["Theirs"]
    assert boss("PUT", f"/v1/teams/{registry.team_id}", {"name": "Back"}).status == 404
    assert delete(admin, registry.team_id).status == 403  # who is in no team learns nothing
    assert delete(boss, registry.team_id).status == 404
    assert registry.editor("GET", f"/v1/teams/{registry.team_id}/prompts").status == 401
    kinds = [event["kind"] for event in list_events(registry.team_id)]
    assert kinds.count("team.deleted") == 1
    assert kinds.count("member.removed") == 6
    assert kinds.count("key.revoked") == 3


def test_a_team_with_prompts_is_deleted_by_its_name_only(registry: Registry) -> None:
    prompt = registry.editor.create_prompt()
    boss = registry.people["organisation_admin"]
    before = Memory().list_items()

    unnamed = delete(boss, registry.team_id)
    misnamed = delete(boss, registry.team_id, "?name=ours")

    assert unnamed.status == 409
    assert unnamed.error == (
        "the team has prompts; to delete it with them, repeat its name: ?name=..."
    )
    assert misnamed.status == 400
    assert Memory().list_items() == before

    assert delete(boss, registry.team_id, "?name=Ours").status == 204
    (head,) = map(load_item, Memory().list_items()["prompts"])
    assert (head["prompt_id"], head["status"]) == (prompt["id"], "active")


@pytest.fixture
def late_prompt(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """A prompt comes just before the mark of a deletion, which then fails: AWS can be mended."""
    organisations = registry.store.organisations
    mark = organisations.mark_team
    mend: list[Callable[[], None]] = []

    def mark_late(*arguments: Any, **more: Any) -> None:
        monkeypatch.setattr(organisations, "mark_team", mark)
        registry.editor.create_prompt()
        mark(*arguments, **more)
        fail = registry.cloud.fail
        mend.append(fail("InternalServerError", operation="TransactWriteItems"))

    monkeypatch.setattr(organisations, "mark_team", mark_late)
    return lambda: mend[0]()


def find_mark(team_id: str) -> set[str]:
    rows = map(load_item, Memory().list_items()["access"])
    (team,) = (row for row in rows if (row["pk"], row["entity"]) == (f"team#{team_id}", "team"))
    return {"deleted_at", "is_being_deleted", "must_be_empty"} & team.keys()


@pytest.mark.parametrize(("query", "status"), [("", 409), ("?name=Ours", 204)])
def test_a_repeat_takes_the_mark_away_from_a_team_that_was_not_empty(
    registry: Registry, late_prompt: Callable[[], None], query: str, status: int
) -> None:
    boss, team_id = registry.people["organisation_admin"], registry.team_id
    assert delete(boss, team_id).status == 503
    assert find_mark(team_id) == {"deleted_at", "is_being_deleted", "must_be_empty"}
    late_prompt()

    assert delete(boss, team_id, query).status == status

    kinds = [event["kind"] for event in list_events(team_id)]
    assert kinds.count("team.restored") == 1
    if status == 409:
        assert find_mark(team_id) == set()
        assert registry.editor("GET", f"/v1/teams/{team_id}/prompts").status == 200
        assert "Ours" in [team["name"] for team in boss("GET", TEAMS).json["teams"]]
        assert delete(boss, team_id, "?name=Ours").status == 204
    assert find_mark(team_id) == {"deleted_at"}


def test_archived_prompts_count_and_deleted_ones_do_not(registry: Registry) -> None:
    prompt = registry.editor.create_prompt()
    registry.admin("POST", f"/v1/prompts/{prompt['id']}/archive")
    boss = registry.people["organisation_admin"]

    assert delete(boss, registry.team_id).status == 409
    path = f"/v1/prompts?workspaceId={registry.team_id}&id={prompt['id']}"
    key = {"x-maxim-api-key": str(registry.admin.key)}
    assert registry.nobody("DELETE", path, headers=key).status == 204
    assert delete(boss, registry.team_id).status == 204


@pytest.mark.parametrize("role", ["viewer", "editor", "stranger"])
def test_only_admins_delete_a_team(registry: Registry, role: str) -> None:
    response = delete(registry.people[role], registry.team_id)

    assert (response.status, response.error) == (403, "forbidden")


def test_no_api_key_deletes_a_team(registry: Registry) -> None:
    assert delete(registry.admin, registry.team_id).status == 401


def test_an_unknown_team(registry: Registry) -> None:
    boss = registry.people["organisation_admin"]

    assert delete(boss, UNKNOWN_ID).status == 404
    assert (delete(boss, "x").status, delete(boss, "x").error) == (400, "invalid id")


def test_a_key_of_two_teams_keeps_the_other(registry: Registry) -> None:
    other = registry.stranger.team_id
    secret = registry.create_key(
        Grant(name="Both", operation="all", team_ids=(registry.team_id, other))
    )
    both = Client(other, secret, registry.cloud)
    assert both("GET", f"/v1/teams/{registry.team_id}/prompts").status == 200

    delete(registry.people["admin"], registry.team_id)

    # At once in the process that has deleted the team.
    assert both("GET", f"/v1/teams/{registry.team_id}/prompts").status == 403
    assert both("GET", f"/v1/teams/{other}/prompts").status == 200


def test_a_key_of_the_whole_organisation_loses_the_team_too(registry: Registry) -> None:
    secret = registry.create_key(Grant(name="All", operation="all"))
    client = Client(registry.team_id, secret, registry.cloud)

    delete(registry.people["admin"], registry.team_id)

    registry.forget()
    assert client("GET", f"/v1/teams/{registry.team_id}/prompts").status == 403
    assert client("GET", f"/v1/teams/{registry.stranger.team_id}/prompts").status == 200


def test_the_name_is_free_again(registry: Registry) -> None:
    boss = registry.people["organisation_admin"]
    delete(boss, registry.team_id)

    assert boss("POST", TEAMS, {"name": "ours"}).status == 201


def test_an_operator_brings_it_back_with_its_prompts(registry: Registry) -> None:
    prompt = registry.editor.create_prompt()
    boss = registry.people["organisation_admin"]
    delete(boss, registry.team_id, "?name=Ours")

    assert restore_team(get_settings(), registry.team_id) == "Ours"

    registry.forget()
    assert "Ours" in [team["name"] for team in boss("GET", TEAMS).json["teams"]]
    body = {"user_id": registry.people["editor"].person_id}
    path = f"/v1/teams/{registry.team_id}/members"
    assert boss("GET", path).json["members"] == []
    assert boss("POST", path, body).status == 204  # the first member is its admin again
    registry.forget()
    found = registry.people["editor"]("GET", f"/v1/prompts/{prompt['id']}")
    assert found.json["prompt"]["name"] == prompt["name"]
    assert list_events(registry.team_id)[-2]["kind"] == "team.restored"
    assert list_events(registry.team_id)[-2]["by"]["id"] == "operator"


def test_an_operator_makes_no_key_of_it(registry: Registry) -> None:
    delete(registry.people["admin"], registry.team_id)

    with pytest.raises(OperatorError, match="was deleted; make restore-team"):
        make_key(get_settings(), Grant(name="late", team_ids=(registry.team_id,)))


def test_an_operator_gives_it_another_name_where_its_own_is_taken(registry: Registry) -> None:
    boss = registry.people["organisation_admin"]
    delete(boss, registry.team_id)
    boss("POST", TEAMS, {"name": "OURS"})

    with pytest.raises(OperatorError, match="another team is called 'Ours'"):
        restore_team(get_settings(), registry.team_id)
    with pytest.raises(OperatorError, match="another team is called 'theirs'"):
        restore_team(get_settings(), registry.team_id, "theirs")
    assert restore_team(get_settings(), registry.team_id, "Ours again") == "Ours again"

    with pytest.raises(OperatorError, match="is not deleted"):
        restore_team(get_settings(), registry.team_id)
    with pytest.raises(OperatorError, match=f"there is no team {UNKNOWN_ID}"):
        restore_team(get_settings(), UNKNOWN_ID)
