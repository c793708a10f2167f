"""px0's own test of moving: a key of two teams moves a prompt from one to the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.domain.access import Grant
from shared.domain.organisation import ORGANISATION_ID
from tests.client import Client

if TYPE_CHECKING:
    from tests.client import Registry


def test_a_key_of_two_teams_moves_a_prompt(registry: Registry) -> None:
    boss, target = registry.people["organisation_admin"], registry.stranger.team_id
    body = {
        "name": "mover",
        "org_id": ORGANISATION_ID,
        "team_ids": [registry.team_id, target],
        "operation": "admin",
    }
    made = boss("POST", "/v1/api-keys", body)
    mover = Client(registry.team_id, made.json["key"], registry.cloud)
    prompt = mover.create_prompt("Movable")

    response = mover("POST", f"/v1/prompts/{prompt['id']}/move", {"team_id": target})

    assert response.status == 200
    assert response.json["prompt"]["team_id"] == target
    for team_id, names in ((registry.team_id, []), (target, ["Movable"])):
        rows = mover("GET", f"/v1/teams/{team_id}/prompts").json["prompts"]
        assert [row["name"] for row in rows] == names
    assert registry.editor("GET", f"/v1/prompts/{prompt['id']}").status == 404
    assert registry.stranger("GET", f"/v1/prompts/{prompt['id']}").status == 200


def test_a_key_of_one_of_them_does_not(registry: Registry) -> None:
    prompt, target = registry.admin.create_prompt(), registry.stranger.team_id
    grant = Grant(name="reader", operation="read_render", team_ids=(registry.team_id, target))
    reader = Client(registry.team_id, registry.create_key(grant), registry.cloud)

    path = f"/v1/prompts/{prompt['id']}/move"
    response = registry.admin("POST", path, {"team_id": target})

    assert (response.status, response.error) == (404, "target team not found")
    assert reader("POST", path, {"team_id": target}).status == 401  # as in px0
    assert registry.admin("GET", f"/v1/prompts/{prompt['id']}").status == 200
