"""API keys of several teams, of some prompts, and of some pointers."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any

import pytest

from shared.domain.access import Grant
from tests.client import Client

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.client import Registry, Response


def create_client(registry: Registry, **fields: Any) -> Client:
    """Create a client whose key is for the first team and `all`, but for what is said."""
    grant = Grant(**{"name": "key", "operation": "all", "team_ids": (registry.team_id,)} | fields)
    return Client(registry.team_id, registry.create_key(grant), registry.cloud)


def create_released(registry: Registry, name: str = "Greeting", **fields: str) -> str:
    """Create a prompt with a live, a stable and a draft version; the stable one is `staging`."""
    editor = registry.editor
    prompt_id: str = editor.create_prompt(name, **fields)["id"]
    for number in (1, 2, 3):
        editor.create_version(prompt_id, f"Text {number}")
    editor.promote(prompt_id, 1, times=2)
    editor.promote(prompt_id, 2)
    editor("POST", f"/v1/prompts/{prompt_id}/versions/2/tags", {"tag": "staging"})
    return prompt_id


def use_maxim(client: Client) -> Client:
    return client.use_credential(lambda key: {"x-maxim-api-key": key})


def list_names(response: Response) -> list[str]:
    assert response.status == 200, response.text
    return [prompt["name"] for prompt in response.json["prompts"]]


# -- several teams


def test_a_key_of_both_teams_moves_a_prompt(registry: Registry) -> None:
    target = registry.create_team("Target")
    prompt_id = registry.editor.create_prompt()["id"]
    both = create_client(registry, team_ids=(registry.team_id, target))

    response = both("POST", f"/v1/prompts/{prompt_id}/move", {"team_id": target})

    assert (response.status, response.json["prompt"]["team_id"]) == (200, target)
    assert registry.editor("GET", f"/v1/prompts/{prompt_id}").status == 404
    assert both("GET", f"/v1/prompts/{prompt_id}").status == 200


def test_a_key_of_the_whole_organisation_is_in_teams_that_come_later(registry: Registry) -> None:
    everywhere = create_client(registry, team_ids=())
    later = registry.create_team("Later")
    registry.forget()

    assert everywhere("POST", f"/v1/teams/{later}/prompts", {"name": "A"}).status == 201
    titles = [project["title"] for project in everywhere("GET", "/project").json]
    assert {"Ours", "Theirs", "Later"} <= {*titles}


def test_requests_that_name_no_team_say_how_to_name_one(registry: Registry) -> None:
    other = registry.create_team("Other")
    both = create_client(registry, team_ids=(registry.team_id, other))

    assert "several teams" in both("GET", "/api/prompts").text
    assert both("GET", "/api/prompts").status == 400
    assert both("GET", "/prompt").status == 400
    named = both("GET", "/api/prompts", headers={"X-Project-Id": other})
    assert (named.status, named.json) == (200, [])
    assert both("GET", f"/prompt?projectId={other}").json == []
    assert both("POST", "/api/otel/v1/traces", {}).status == 200
    assert both("GET", "/api-key").json["workspaceId"] in (registry.team_id, other)


def test_a_project_that_is_named_hides_the_others(registry: Registry) -> None:
    other = registry.create_team("Other")
    both = create_client(registry, team_ids=(registry.team_id, other))
    create_released(registry, "Ours", slug="ours")
    basic = b64encode(f"{other}:{both.key}".encode()).decode()

    assert both("GET", "/api/prompts/ours").status == 200
    assert both("GET", "/api/prompts/ours", headers={"X-Project-Id": other}).status == 404
    assert both("GET", "/api/prompts/ours", headers={"Authorization": f"Basic {basic}"}).status == (
        404
    )


def test_maxims_sdk_gets_the_prompts_of_all_teams_by_time(registry: Registry) -> None:
    other = registry.create_team("Other")
    both = create_client(registry, team_ids=(other, registry.team_id))
    ids = [create_released(registry, name) for name in ("A", "B", "C")]
    registry.move_prompt(ids[1], other)

    bundles = use_maxim(both)("GET", "/api/sdk/v4/prompts").json["data"]

    assert [bundle["promptId"] for bundle in bundles] == [ids[1], ids[2], ids[0]]
    for team_id in (other, registry.team_id):
        body = {"workspaceId": team_id, "entityType": "PROMPT", "name": f"In {team_id}"}
        assert use_maxim(both)("POST", "/v1/folders", body).status == 201
    folders = use_maxim(both)("GET", "/api/sdk/v3/folders").json["data"]
    assert {folder["name"] for folder in folders} == {f"In {other}", f"In {registry.team_id}"}


# -- some prompts


def test_there_are_no_other_prompts_for_a_key_of_one(registry: Registry) -> None:
    own, other = create_released(registry, "Own"), create_released(registry, "Other")
    client = create_client(registry, prompt_ids=frozenset({own}))
    version_id = registry.editor("GET", f"/v1/prompts/{other}/versions/1").json["version"]["id"]

    assert list_names(client("GET", f"/v1/teams/{registry.team_id}/prompts")) == ["Own"]
    active = client("GET", f"/v1/prompts?team={registry.team_id}&status=active")
    assert list_names(active) == ["Own"]
    assert list_names(client("GET", f"/v1/prompts?team={registry.team_id}&status=archived")) == []
    assert client("GET", f"/v1/prompts/{own}").status == 200
    assert client("POST", "/v1/prompts/own/render", {}).status == 200
    for path in (other, "other", f"{other}/versions", f"{other}/versions/1", f"{other}/history"):
        assert client("GET", f"/v1/prompts/{path}").status == 404, path
    assert client("POST", "/v1/prompts/other/render", {}).status == 404
    assert client("PUT", f"/v1/prompts/{other}", {"description": "x"}).status == 404
    handles = [row["handle"] for row in client("GET", "/api/prompts").json]
    assert handles == ["own"]
    assert client("GET", "/api/prompts/other").status == 404
    assert [canvas["id"] for canvas in client("GET", "/prompt").json] == [own]
    assert client("GET", f"/prompt-version/{version_id}").status == 404
    assert client("GET", f"/prompt/{other}/promoted-version").status == 404
    maxim = use_maxim(client)
    bundles = maxim("GET", "/api/sdk/v4/prompts").json["data"]
    assert [bundle["promptId"] for bundle in bundles] == [own]
    workspace = f"/v1/prompts?workspaceId={registry.team_id}"
    assert [row["id"] for row in maxim("GET", workspace).json["data"]] == [own]
    for query in ("name=Other", f"id={other}"):
        assert maxim("GET", f"{workspace}&{query}").json["data"] == []
    assert maxim("GET", f"/v1/prompts/versions?id={version_id}").status == 404


def test_a_key_of_one_prompt_reads_a_slug_that_another_team_has_too(registry: Registry) -> None:
    other = registry.create_team("Other")
    hidden = create_released(registry, "Same")
    own = create_released(registry, "Moved", slug="elsewhere")
    registry.move_prompt(own, other)
    both = create_client(registry, team_ids=(registry.team_id, other), prompt_ids=frozenset({own}))
    renamed = create_client(registry, team_ids=(other,))
    assert renamed("PATCH", f"/v1/prompts/{own}", {"slug": "same"}).status == 200

    assert both("GET", "/v1/prompts/same").json["prompt"]["id"] == own != hidden


def test_pages_of_a_key_of_some_prompts_go_on(registry: Registry) -> None:
    ids = [create_released(registry, name) for name in "ABCDE"]
    client = create_client(registry, prompt_ids=frozenset(ids[::2]))
    names, path = [], f"/v1/teams/{registry.team_id}/prompts?limit=1"
    cursor = ""
    while cursor is not None:
        page = client("GET", path + (cursor and f"&cursor={cursor}"))
        names += list_names(page)
        cursor = page.json.get("next_cursor")

    assert names == ["E", "C", "A"]


def test_a_key_of_some_prompts_neither_makes_nor_moves_any(registry: Registry) -> None:
    other = registry.create_team("Other")
    own = create_released(registry, "Own")
    client = create_client(
        registry, team_ids=(registry.team_id, other), prompt_ids=frozenset({own})
    )
    project = {"X-Project-Id": registry.team_id}
    folder = {"workspaceId": registry.team_id, "entityType": "PROMPT", "name": "F"}
    new = {"handle": "new", "prompt": "Hi"}

    refused = [
        client("POST", f"/v1/teams/{registry.team_id}/prompts", {"name": "New"}),
        client("POST", f"/v1/prompts/{own}/move", {"team_id": other}),
        client("POST", "/api/prompts", new, headers=project),
        client("POST", "/api/prompts/tags", {"name": "blue"}, headers=project),
        use_maxim(client)("POST", "/v1/folders", folder),
        use_maxim(client)("POST", "/v1/prompts", {"workspaceId": registry.team_id, "name": "N"}),
    ]

    assert [response.status for response in refused] == [403] * len(refused)
    assert "certain prompts only" in refused[0].text
    assert client("POST", f"/v1/prompts/{own}/versions", {"template": "x"}).status == 201
    assert client("POST", f"/v1/prompts/{own}/archive").status == 200


# -- some pointers


def test_a_key_of_live_reads_and_renders_live_alone(registry: Registry) -> None:
    prompt_id = create_released(registry)
    client = create_client(registry, operation="read_render", pointers=frozenset({"live"}))
    maxim, path = use_maxim(client), f"/v1/prompts/{prompt_id}"

    served = [
        client("POST", "/v1/prompts/greeting/render", {}),
        client("POST", "/v1/prompts/greeting/versions/live/render", {}),
        client("GET", f"{path}/versions/live"),
        client("GET", f"{path}?version=live"),
        client("GET", "/api/prompts/greeting?tag=production"),
        client("GET", "/api/prompts/greeting:production"),
        client("GET", f"/prompt/{prompt_id}/promoted-version"),
        maxim("GET", "/api/sdk/v4/prompts"),
        maxim("GET", f"/api/sdk/v4/prompts?promptId={prompt_id}"),
    ]
    assert [response.status for response in served] == [200] * len(served)
    assert all("Text 1" in response.text for response in served)

    refused = [
        *(
            client("POST", f"/v1/prompts/greeting/versions/{v}/render", {})
            for v in (1, "staging", 2)
        ),
        *(client("GET", f"{path}/versions/{v}") for v in (1, 2, "latest", "staging", "no")),
        client("GET", f"{path}?version=2"),
        client("GET", f"{path}?tag=staging"),
        client("GET", f"{path}/versions"),
        client("GET", f"{path}/versions/diff?from=1&to=2"),
        client("GET", "/api/prompts/greeting"),
        client("GET", "/api/prompts/greeting?tag=staging"),
        client("GET", "/api/prompts"),
        client("GET", f"/prompt-version?promptId={prompt_id}"),
        maxim("GET", f"/api/sdk/v4/prompts?promptId={prompt_id}&promptVersionNumber=1"),
        maxim("GET", f"/v1/prompts/versions?promptId={prompt_id}"),
    ]
    for response in refused:
        assert response.status == 403, response.text
        assert "reads and moves no versions but by: live" in response.text
        assert "Text" not in response.text


def test_maxims_sdk_gets_no_version_that_only_a_condition_selects(registry: Registry) -> None:
    prompt_id = create_released(registry)
    condition = {"variable": "tier", "operator": "=", "value": "gold"}
    deployment = {
        "workspaceId": registry.team_id,
        "promptId": prompt_id,
        "version": 2,
        "deploymentConditions": [condition],
    }
    assert use_maxim(registry.editor)("POST", "/v1/prompts/deploy", deployment).status == 200
    texts = {}
    for pointer in ("live", "staging"):
        client = use_maxim(create_client(registry, pointers=frozenset({pointer})))
        texts[pointer] = client("GET", "/api/sdk/v4/prompts").text

    assert "Text 1" in texts["live"]
    assert "Text 2" not in texts["live"]
    assert "Text 1" not in texts["staging"]


@pytest.mark.parametrize("number", ["7", "007"])
def test_a_tag_that_looks_like_a_number_is_the_pointer(registry: Registry, number: str) -> None:
    prompt_id = create_released(registry)
    path = f"/v1/prompts/{prompt_id}/versions"
    registry.set_tags(prompt_id, [number])
    client = create_client(registry, pointers=frozenset({number}))

    version = client("GET", f"{path}/{number}").json["version"]

    assert version["version"] == 1
    assert client("GET", f"{path}/1").status == 403


def move(client: Client, prompt_id: str, tag: str, number: int) -> Response:
    path = f"/v1/prompts/{prompt_id}/versions/{number}/tags"
    return client("POST", path, {"tag": tag})


def test_a_key_of_staging_moves_staging_and_nothing_else(registry: Registry) -> None:
    prompt_id = create_released(registry)
    registry.editor("POST", f"/v1/prompts/{prompt_id}/versions/1/tags", {"tag": "canary"})
    client = create_client(registry, pointers=frozenset({"staging"}))
    path, before = f"/v1/prompts/{prompt_id}", list_pointers(registry, prompt_id)
    version_id = registry.editor("GET", f"{path}/versions/2").json["version"]["id"]

    refused = [
        move(client, prompt_id, "canary", 2),
        move(client, prompt_id, "canary", 1),  # where it is already
        client("DELETE", f"{path}/tags/canary"),
        client("POST", f"{path}/versions/2/promote"),
        client("POST", f"{path}/versions/3/promote"),
        client("POST", f"{path}/versions/1/demote"),
        client("POST", f"{path}/rollback", {"target_version": 2, "rollback_reason": "x"}),
        client("POST", f"{path}/versions/2/archive"),
        client("POST", f"{path}/versions", {"template": "x"}),
        client("PUT", f"{path}/versions/3", {"template": "x"}),
        client("PUT", path, {"description": "x"}),
        client("POST", f"{path}/archive"),
        client("POST", f"/v1/teams/{registry.team_id}/prompts", {"name": "New"}),
        client("PUT", "/api/prompts/greeting/tags/production", {"versionId": version_id}),
        client("PATCH", f"/prompt-version/{version_id}", {"promoted": True}),
        client("PATCH", f"/prompt-version/{version_id}", {"title": "x"}),
    ]
    for response in refused:
        assert response.status == 403, response.text
        assert "reads and moves no versions but by: staging" in response.text
        assert "Text" not in response.text
    assert list_pointers(registry, prompt_id) == before

    assert move(client, prompt_id, "staging", 3).json["version"]["template"] == "Text 3"
    assert move(client, prompt_id, "staging", 3).status == 200
    assigned = client("PUT", "/api/prompts/greeting/tags/staging", {"versionId": version_id})
    assert assigned.status == 200, assigned.text
    assert list_pointers(registry, prompt_id) == before
    assert client("DELETE", f"{path}/tags/staging").status == 204


def test_a_key_of_live_promotes_demotes_and_rolls_back(registry: Registry) -> None:
    prompt_id = create_released(registry)
    client = create_client(registry, pointers=frozenset({"live"}))
    path = f"/v1/prompts/{prompt_id}"
    ids = {
        number: registry.editor("GET", f"{path}/versions/{number}").json["version"]["id"]
        for number in (1, 2, 3)
    }

    # Of a draft, this makes no version live.
    assert client("POST", f"{path}/versions/3/promote").status == 403
    assert client("POST", f"{path}/versions/2/promote").json["version"]["status"] == "live"
    body = {"target_version": 1, "rollback_reason": "worse"}
    assert client("POST", f"{path}/rollback", body).json["version"]["status"] == "live"
    assert client("POST", f"{path}/versions/1/demote").json["version"]["status"] == "stable"
    body = {"versionId": ids[1]}
    assert client("PUT", "/api/prompts/greeting/tags/production", body).status == 200
    assert client("PATCH", f"/prompt-version/{ids[3]}", {"promoted": True}).status == 200
    assert client("PATCH", f"/prompt-version/{ids[1]}", {}).status == 403
    assert list_pointers(registry, prompt_id) == {"live": 3, "staging": 2}


def test_a_key_that_only_reads_moves_no_pointer(registry: Registry) -> None:
    prompt_id = create_released(registry)
    client = create_client(registry, operation="read_render", pointers=frozenset({"staging"}))

    response = move(client, prompt_id, "staging", 3)

    assert (response.status, response.json["details"]) == (403, [{"permission": "write"}])


def list_pointers(registry: Registry, prompt_id: str) -> Mapping[str, int | None]:
    prompt = registry.store.find_prompt(prompt_id)
    assert prompt is not None
    return {"live": prompt.live_version, **prompt.tags}
