"""Protected pointers in all dialects, requests to move them, and who decides on these."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from shared import templates
from shared.domain.access import Grant
from shared.store import protections
from shared.store.contents import Contents
from tests.client import Client, build_basic
from tests.contract.test_every_release import load_earlier
from tests.functions.test_hot_reads import note_calls
from tests.properties.interception import Clock
from tests.routes.scene import DRAFT, LIVE, STABLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.client import Registry, Response
    from tests.memory import Memory
    from tests.routes.scene import Scene

SPLIT = [{"version": STABLE, "weight": 9_000}, {"version": LIVE, "weight": 1_000}]


@pytest.fixture
def scene(scene: Scene) -> Scene:
    """A scene in which nothing waits."""
    release = {"id": scene.names["release"]}
    assert decide(scene, scene.registry.people["author"], release, "withdraw").status == 200
    return scene


def protect(registry: Registry, *pointers: str, **rules: bool) -> Response:
    """Protect pointers of the team, as an admin of it."""
    path = f"/v1/teams/{registry.team_id}/protected"
    response = registry.people["admin"]("PUT", path, {"pointers": [*pointers], **rules})
    assert response.status == 200, response.text
    return response


def create_pointer_client(registry: Registry, *pointers: str) -> Client:
    """Create a client with a key that lists pointers."""
    grant = Grant(
        name="CI", operation="all", team_ids=(registry.team_id,), pointers=frozenset(pointers)
    )
    return Client(registry.team_id, registry.create_key(grant), registry.cloud)


def list_native_moves(scene: Scene) -> Iterator[tuple[str, str, Any]]:
    """List calls that take `live` or `prod` from where it is."""
    path = scene.path
    yield "POST", f"{path}/versions/{STABLE}/promote", None
    yield "POST", f"{path}/versions/{LIVE}/demote", None
    yield "POST", f"{path}/versions/{LIVE}/archive", None
    yield "DELETE", f"{path}/versions/{LIVE}", None
    yield "POST", f"{path}/rollback", {"target_version": STABLE, "rollback_reason": "x"}
    yield "POST", f"{path}/versions/{STABLE}/tags", {"tag": "prod"}
    yield "DELETE", f"{path}/tags/prod", None
    yield "PUT", f"{path}/splits/live", {"split": SPLIT}
    yield "PUT", f"{path}/splits/prod", {"split": SPLIT}
    yield "PATCH", path, {"slug": "elsewhere"}


def list_moves_of_others(scene: Scene) -> Iterator[tuple[str, str, Any]]:
    """List calls of other dialects that do the same."""
    editor = scene.registry.editor
    editor("POST", "/api/prompts/tags", {"name": "prod"})
    handle, stable = scene.names["slug"], scene.names["stable"]
    yield "PUT", f"/api/prompts/{handle}/tags/production", {"versionId": stable}
    yield "PUT", f"/api/prompts/{handle}/tags/prod", {"versionId": stable}
    yield "PUT", "/api/prompts/tags/production", {"name": "other"}
    yield "DELETE", "/api/prompts/tags/prod", None
    yield "DELETE", f"/api/prompts/{handle}", None
    yield "PATCH", f"/prompt-version/{stable}", {"promoted": True}
    yield "DELETE", f"/prompt-version/{scene.names['live']}", None


def deploy(scene: Scene, client: Client) -> Response:
    body = {
        "workspaceId": scene.registry.team_id,
        "promptId": scene.id,
        "version": STABLE,
        "deploymentConditions": [{"variable": "env", "operator": "=", "value": "prod"}],
    }
    maxim = client.use_credential(lambda key: {"x-maxim-api-key": key})
    return maxim("POST", "/v1/prompts/deploy", body)


def delete_in_maxim(scene: Scene, client: Client) -> Response:
    maxim = client.use_credential(lambda key: {"x-maxim-api-key": key})
    query = f"workspaceId={scene.registry.team_id}&id={scene.id}"
    return maxim("DELETE", f"/v1/prompts?{query}")


# -- what a team protects


def test_without_rules_nothing_is_protected(scene: Scene) -> None:
    path = f"/v1/teams/{scene.registry.team_id}/protected"

    assert scene.registry.people["viewer"]("GET", path).json == {
        "pointers": [],
        "required_review": False,
        "require_payloads": False,
        "editors_roll_back": True,
    }


def test_the_same_rules_again_change_nothing_and_others_are_in_the_audit(scene: Scene) -> None:
    registry = scene.registry
    audit = f"/v1/teams/{registry.team_id}/audit?kind=team.protected"
    rules = protect(registry, "live", "prod", required_review=True).json

    before = scene.list_stored()
    assert protect(registry, "prod", "live", required_review=True).json == rules
    assert scene.list_stored() == before
    protect(registry, "live")

    second, first = registry.people["admin"]("GET", audit).json["logs"]
    assert first["subject"] == {"id": registry.team_id, "name": "Ours"}
    assert first["detail"]["before"]["pointers"] == []
    assert first["detail"]["after"] == rules
    assert second["detail"]["before"] == rules
    assert second["detail"]["after"]["pointers"] == ["live"]


def test_a_pipeline_with_an_admins_key_owns_the_rules(scene: Scene) -> None:
    registry, path = scene.registry, f"/v1/teams/{scene.registry.team_id}/protected"

    assert registry.admin("PUT", path, {"pointers": ["live"]}).status == 200
    for client in (registry.editor, registry.people["editor"], registry.stranger):
        assert client("PUT", path, {"pointers": []}).status == 403
    assert registry.people["organisation_admin"]("GET", path).json["pointers"] == ["live"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"pointers": "live"},
        {"pointers": ["a b"]},
        {"pointers": ["latest"]},
        {"pointers": ["live", "12"]},
        {"pointers": [f"t{number}" for number in range(51)]},
        {"pointers": [], "require_review": True},
    ],
)
def test_rules_are_checked(scene: Scene, body: object) -> None:
    path = f"/v1/teams/{scene.registry.team_id}/protected"

    assert scene.registry.admin("PUT", path, body).status == 400


# -- who moves a protected pointer


def test_an_editor_moves_no_protected_pointer_in_any_dialect(scene: Scene) -> None:
    registry = scene.registry
    calls = [*list_native_moves(scene), *list_moves_of_others(scene)]
    protect(registry, "live", "prod", editors_roll_back=False)

    before = scene.list_stored()
    for method, path, body in calls:
        response = registry.editor(method, path, body)
        assert response.status == 403, (method, path, response.text)
        assert "protected" in response.text
    for call in (deploy, delete_in_maxim):
        response = call(scene, registry.editor)
        assert response.status == 403, response.text
        assert "live is protected" in response.json["error"]["message"]
    assert scene.list_stored() == before


def test_an_editor_goes_on_to_write_what_no_protected_pointer_is_at(scene: Scene) -> None:
    registry, path = scene.registry, scene.path
    protect(registry, "live", "prod")

    for method, target, body in (
        ("PUT", f"{path}/versions/{DRAFT}", {"template": "x"}),
        ("POST", f"{path}/versions/{DRAFT}/promote", None),
        ("POST", f"{path}/versions/{DRAFT}/tags", {"tag": "staging"}),
        ("PATCH", path, {"description": "x", "keywords": ["x"]}),
        ("POST", f"{path}/versions/{STABLE}/archive", None),
        ("POST", f"{path}/payloads", {"variables": {}}),
    ):
        response = registry.editor(method, target, body)
        assert response.status < 300, (target, response.text)


def test_an_admin_and_a_key_that_lists_the_pointer_move_it(scene: Scene) -> None:
    registry, path = scene.registry, scene.path
    protect(registry, "live", "prod", editors_roll_back=False)
    live, prod = (create_pointer_client(registry, name) for name in ("live", "prod"))
    tag = {"tag": "prod"}

    assert live("POST", f"{path}/versions/{STABLE}/promote").status == 200
    assert live("POST", f"{path}/versions/{STABLE}/tags", tag).status == 403
    assert prod("POST", f"{path}/versions/{STABLE}/tags", tag).status == 200
    assert prod("POST", f"{path}/versions/{STABLE}/demote").status == 403
    for client in (
        registry.admin,
        registry.people["admin"],
        registry.people["organisation_admin"],
    ):
        assert client("PUT", f"{path}/splits/live", {"split": SPLIT}).status == 200
        assert client("DELETE", f"{path}/splits/live").status == 204


def test_no_definition_of_a_tag_takes_the_name_of_a_protected_pointer(scene: Scene) -> None:
    registry, tags = scene.registry, "/api/prompts/tags"
    editor, admin = registry.editor, registry.admin
    for name in ("gold", "foo", "mine"):
        assert admin("POST", tags, {"name": name}).status == 201
    assert admin("PUT", f"{tags}/gold", {"name": "silver"}).status == 200
    assert admin("DELETE", f"{tags}/production").status == 204
    protect(registry, "live", "prod", "gold")

    calls = {
        "an undefined name": ("PUT", f"{tags}/foo", {"name": "prod"}),
        "production": ("PUT", f"{tags}/mine", {"name": "production"}),
        "a name that was renamed away": ("POST", tags, {"name": "gold"}),
        "the tag that was renamed": ("PUT", f"{tags}/silver", {"name": "bronze"}),
    }
    statuses = {what: editor(*call).status for what, call in calls.items()}

    assert statuses == dict.fromkeys(calls, 403)
    # The pointer itself gets its own name: nobody gets anything else by it.
    assert editor("POST", tags, {"name": "prod"}).status == 201
    assert editor("POST", tags, {"name": "production"}).status == 201
    assert admin(*calls["a name that was renamed away"]).status == 201


def test_a_key_of_some_pointers_sees_no_other_split(scene: Scene) -> None:
    staging = create_pointer_client(scene.registry, "staging")

    statuses = [
        staging("GET", f"{scene.path}/splits/{pointer}").status
        for pointer in ("live", "prod", "unknown", "staging")
    ]

    assert statuses == [403, 403, 403, 404]


def test_a_key_of_an_earlier_release_moves_it_before_the_upgrade(
    registry: Registry, memory: Memory
) -> None:
    admin = load_earlier(registry, memory)
    path = f"/v1/teams/{admin.team_id}/protected"
    assert admin("PUT", path, {"pointers": ["live"]}).status == 200
    prompt = admin.create_prompt()
    admin.create_version(prompt["id"], "x")

    for _ in range(2):  # to stable, and to live
        response = admin("POST", f"/v1/prompts/{prompt['id']}/versions/1/promote")
        assert response.status == 200, response.text


def test_a_draft_at_a_protected_tag_is_not_edited_past_it(scene: Scene) -> None:
    registry, path = scene.registry, f"{scene.path}/versions/{DRAFT}"
    assert registry.editor("POST", f"{path}/tags", {"tag": "prod"}).status == 200
    protect(registry, "prod")

    assert registry.editor("PUT", path, {"template": "x"}).status == 403
    title = f"/prompt-version/{scene.names['draft']}", {"title": "why"}
    assert registry.editor("PATCH", *title).status == 200
    assert registry.editor("DELETE", path).status == 403
    assert registry.admin("PUT", path, {"template": "x"}).status == 200


def test_no_prompt_hides_another_of_its_slug_whose_pointers_are_protected(scene: Scene) -> None:
    registry = scene.registry
    body = {"handle": "shared", "scope": "ORGANIZATION", "prompt": "x"}
    assert registry.editor("POST", "/api/prompts", body).status == 200
    other = registry.editor.create_prompt()

    def create() -> Response:
        body = {"handle": "shared", "scope": "PROJECT", "prompt": "y"}
        return registry.editor("POST", "/api/prompts", body)

    def rename(client: Client) -> Response:
        return client("PATCH", f"/v1/prompts/{other['id']}", {"slug": "shared"})

    live = create_pointer_client(registry, "live")
    protect(registry, "live", "prod")
    before = scene.list_stored()
    for response in (
        create(),
        rename(registry.editor),
        rename(live),
    ):
        assert response.status == 403, response.text
    assert scene.list_stored() == before
    assert rename(registry.admin).status == 200
    assert registry.admin("PATCH", f"/v1/prompts/{other['id']}", {"slug": "own"}).status == 200
    protect(registry)
    assert create().status == 200


@pytest.mark.parametrize("what", ["name", "slug"])
@pytest.mark.parametrize("pointer", ["live", "prod"])
def test_no_prompt_leaves_or_takes_a_name_past_its_protected_pointers(
    registry: Registry, what: str, pointer: str
) -> None:
    editor = registry.editor
    paths = {}
    for name in ("good", "evil"):
        prompt = editor.create_prompt(name)
        editor.create_version(prompt["id"], name)
        editor.promote(prompt["id"], 1, times=2)
        paths[name] = f"/v1/prompts/{prompt['id']}"
        response = editor("POST", f"{paths[name]}/versions/1/tags", {"tag": "prod"})
        assert response.status == 200, response.text
    protect(registry, pointer, required_review=True)

    assert editor("PATCH", paths["good"], {what: "elsewhere"}).status == 403
    assert registry.admin("PATCH", paths["good"], {what: "elsewhere"}).status == 200
    assert editor("PATCH", paths["evil"], {what: "good"}).status == 403
    assert editor("PATCH", paths["evil"], {"description": "evil"}).status == 200
    body = {"name": "good", "prompt": "evil", "labels": ["production", "prod"]}
    langfuse = editor.use_credential(build_basic)
    assert langfuse("POST", "/api/public/v2/prompts", body).status == 403


def test_a_prompt_does_not_leave_or_reach_a_team_past_its_rules(scene: Scene) -> None:
    registry = scene.registry
    grant = Grant(
        name="both", operation="all", team_ids=(registry.team_id, registry.stranger.team_id)
    )
    both = Client(registry.team_id, registry.create_key(grant), registry.cloud)
    path = f"{scene.path}/move"
    protect(registry, "live")

    assert both("POST", path, {"team_id": registry.stranger.team_id}).status == 403
    protect(registry)
    assert both("POST", path, {"team_id": registry.stranger.team_id}).status == 200
    protect(registry, "live")
    assert both("POST", path, {"team_id": registry.team_id}).status == 403


def test_what_was_live_in_another_team_or_under_another_name_is_not_rolled_back_to(
    registry: Registry,
) -> None:
    theirs = registry.stranger
    ours = registry.editor
    changes = {
        "slug": {"slug": "elsewhere"},
        "name": {"name": "Was live here, too"},
        "same": {"description": "Was live here"},
    }
    prompts = {how: ours.create_prompt(f"Was live: {how}") for how in changes}
    prompts["moved"] = theirs.create_prompt("Was live in another team")
    for how, prompt in prompts.items():
        client = theirs if how == "moved" else ours
        client.create_version(prompt["id"], how)
        client.promote(prompt["id"], 1, times=2)
        path = f"/v1/prompts/{prompt['id']}"
        assert client("POST", f"{path}/versions/1/demote").status == 200
        if how == "moved":
            registry.move_prompt(prompt["id"], registry.team_id)
        else:
            assert client("PATCH", path, changes[how]).status == 200
    protect(registry, "live")

    body = {"target_version": 1, "rollback_reason": "x"}
    statuses = {
        how: ours("POST", f"/v1/prompts/{prompt['id']}/rollback", body).status
        for how, prompt in prompts.items()
    }

    assert statuses == {"slug": 403, "name": 403, "same": 200, "moved": 403}


def test_editors_end_a_split_of_live_at_once(scene: Scene) -> None:
    registry, path = scene.registry, f"{scene.path}/splits/live"
    split = [{"version": LIVE, "weight": 9_500}, {"version": STABLE, "weight": 500}]
    assert registry.admin("PUT", path, {"split": split}).status == 200
    protect(registry, "live", required_review=True)

    assert registry.editor("DELETE", path).status == 204
    protect(registry, "live", editors_roll_back=False)
    assert registry.admin("PUT", path, {"split": split}).status == 200
    assert registry.editor("DELETE", path).status == 403


def test_editors_roll_back_to_what_was_live_before_and_to_nothing_else(scene: Scene) -> None:
    registry, path = scene.registry, f"{scene.path}/rollback"
    registry.editor.promote(scene.id, STABLE)
    registry.editor.promote(scene.id, DRAFT)
    protect(registry, "live")

    def roll_back(number: int) -> int:
        body = {"target_version": number, "rollback_reason": "x"}
        return registry.editor("POST", path, body).status

    assert roll_back(DRAFT) == 403
    assert roll_back(LIVE) == 200
    assert roll_back(STABLE) == 200
    assert registry.editor("POST", f"{scene.path}/versions/{LIVE}/promote").status == 403
    protect(registry, "live", editors_roll_back=False)
    assert roll_back(LIVE) == 403


# -- requests


def request(scene: Scene, client: Client | None = None, **body: Any) -> dict[str, Any]:
    """Request the release of a version, as an editor."""
    fields = {"pointer": "live", "version": STABLE, **body}
    client = client or scene.registry.people["editor"]
    response = client("POST", f"{scene.path}/releases", fields)
    assert response.status == 201, response.text
    release: dict[str, Any] = response.json["release"]
    return release


def decide(scene: Scene, client: Client, release: dict[str, Any], verb: str) -> Response:
    path = f"{scene.path}/releases/{release['id']}/{verb}"
    return client("POST", path, {"comment": "because"})


def list_ids(scene: Scene, status: str = "") -> list[str]:
    query = f"?status={status}" if status else ""
    response = scene.registry.viewer("GET", f"{scene.path}/releases{query}")
    ids = [release["id"] for release in response.json["releases"]]
    return [id for id in ids if id != scene.names["release"]]


@pytest.mark.parametrize("is_person", [False, True])
def test_a_move_by_somebody_else_becomes_a_request_natively(
    scene: Scene, *, is_person: bool
) -> None:
    registry = scene.registry
    editor = registry.people["editor"] if is_person else registry.editor
    protect(registry, "live", "prod", required_review=True)
    before = editor("GET", scene.path + "/tags").json
    calls = [
        ("POST", f"{scene.path}/versions/{STABLE}/promote", None),
        ("POST", f"{scene.path}/versions/{STABLE}/tags", {"tag": "prod"}),
        ("PUT", f"{scene.path}/splits/live", {"split": SPLIT}),
        ("PUT", f"{scene.path}/splits/prod", {"split": SPLIT}),
        ("POST", f"{scene.path}/rollback", {"target_version": STABLE, "rollback_reason": "x"}),
    ]

    ids = []
    for method, path, body in calls:
        response = editor(method, path, body)
        assert response.status == 202, response.text
        release = response.json["release"]
        assert release["status"] == "waiting"
        ids.append(release["id"])
        # The same wish waits once.
        assert editor(method, path, body).json["release"]["id"] == release["id"]
    assert list_ids(scene) == list_ids(scene, "waiting") == ids[::-1]
    assert editor("GET", scene.path + "/tags").json == before
    assert editor.list_statuses(scene.id)[LIVE] == "live"


def test_the_end_of_a_split_is_requested_like_the_same_move_by_its_first_version(
    scene: Scene,
) -> None:
    registry, path = scene.registry, f"{scene.path}/splits/live"
    assert registry.admin("PUT", path, {"split": SPLIT}).status == 200
    protect(registry, "live", required_review=True, editors_roll_back=False)

    response = registry.editor("DELETE", path)

    assert response.status == 202, response.text
    release = response.json["release"]
    assert release["split"] == [{"version": STABLE, "weight": 10_000}]
    assert decide(scene, registry.admin, release, "approve").status == 200
    assert registry.viewer("GET", path).json["split"] == release["split"]


def test_a_rollback_that_was_requested_is_a_rollback_with_its_reason(scene: Scene) -> None:
    registry, reason = scene.registry, "y" * 1_001  # longer than the message of a request
    protect(registry, "live", required_review=True, editors_roll_back=False)
    body = {"target_version": STABLE, "rollback_reason": reason}

    release = registry.editor("POST", f"{scene.path}/rollback", body).json["release"]

    assert (release["is_rollback"], release["message"]) == (True, reason)
    assert decide(scene, registry.admin, release, "approve").status == 200
    event, approval = registry.viewer("GET", f"{scene.path}/history?limit=2").json["events"]
    assert (event["event"], event["detail"]["reason"]) == ("version.rolled_back", reason)
    assert approval["detail"]["is_rollback"]


def test_a_deployment_that_is_requested_says_under_which_conditions(scene: Scene) -> None:
    registry = scene.registry
    protect(registry, "live", required_review=True)
    assert deploy(scene, registry.editor).status == 403
    (id,) = list_ids(scene, "waiting")
    conditions = [{"variable": "env", "operator": "=", "value": "prod"}]

    release = registry.viewer("GET", f"{scene.path}/releases/{id}").json["release"]
    assert release["conditions"] == conditions
    listed = create_pointer_client(registry, "live")
    assert decide(scene, listed, release, "approve").status == 200
    moved, *others = registry.viewer("GET", f"{scene.path}/history?limit=3").json["events"]
    assert moved["detail"] == {
        "version": STABLE,
        "version_id": scene.names["stable"],
        "conditions": conditions,
    }
    assert [event["detail"]["conditions"] for event in others] == [conditions] * 2


def test_a_request_of_another_person_or_in_other_words_is_another_one(scene: Scene) -> None:
    people = scene.registry.people

    first = request(scene, people["editor"], message="Shorter")
    others = [
        request(scene, people["author"], message="Shorter"),
        request(scene, people["editor"], message="Longer"),
    ]

    assert request(scene, people["editor"], message="Shorter") == first
    assert [other["message"] for other in others] == ["Shorter", "Longer"]
    assert len({first["id"], *(other["id"] for other in others)}) == 3


def test_a_key_of_pointers_moves_their_deployments_and_reads_their_requests(scene: Scene) -> None:
    registry, path = scene.registry, scene.path
    protect(registry, "live", "prod")
    live, prod = (create_pointer_client(registry, name) for name in ("live", "prod"))
    release = request(scene)

    assert deploy(scene, prod).status == 403
    assert deploy(scene, live).status == 200
    for client, ids, pointers in ((live, [release["id"]], ["live"]), (prod, [], ["prod"])):
        for query in ("", "?status=waiting"):
            rows = client("GET", f"{path}/releases{query}").json["releases"]
            assert [row["id"] for row in rows if row["id"] != scene.names["release"]] == ids
        state = client("GET", f"{path}/release").json
        assert [row["pointer"] for row in state["pointers"]] == pointers
    assert live("GET", f"{path}/releases/{release['id']}").json["release"] == release
    assert prod("GET", f"{path}/releases/{release['id']}").status == 403
    for body in ({"pointer": "live", "version": STABLE}, {"pointer": "live", "version": LIVE}):
        response = prod("POST", f"{path}/releases", body)
        assert response.status == 403, response.text


def test_a_tag_that_is_a_number_is_not_requested_where_it_is_a_versions(scene: Scene) -> None:
    path, editor = f"{scene.path}/releases", scene.registry.editor

    for pointer in ("3", "003"):
        response = editor("POST", path, {"pointer": pointer, "version": STABLE})
        assert response.status == 400, response.text
        assert "must not be the number of a version" in response.error
    assert editor("POST", path, {"pointer": "4", "version": STABLE}).status == 201


def test_a_vendors_client_gets_the_id_of_the_request_in_its_403(scene: Scene) -> None:
    registry = scene.registry
    handle, stable = scene.names["slug"], scene.names["stable"]
    protect(registry, "live", required_review=True)

    responses = [
        registry.editor("PUT", f"/api/prompts/{handle}/tags/production", {"versionId": stable}),
        registry.editor("PATCH", f"/prompt-version/{stable}", {"promoted": True}),
    ]
    deployment = deploy(scene, registry.editor)

    assert [response.status for response in (*responses, deployment)] == [403] * 3
    deployed, moved = list_ids(scene, "waiting")
    for response in responses:
        assert moved in response.json["message"]
    assert deployed in deployment.json["error"]["message"]
    assert registry.editor.list_statuses(scene.id)[LIVE] == "live"
    # Approved, it is a deployment like any other.
    assert decide(scene, registry.people["admin"], {"id": deployed}, "approve").status == 200
    maxim = registry.editor.use_credential(lambda key: {"x-maxim-api-key": key})
    rows = maxim("GET", f"/v1/prompts/deploy?promptId={scene.id}").json["data"]
    assert [row["version"] for row in rows] == [STABLE]


def test_a_repeated_call_gets_the_request_that_it_made_whatever_became_of_it(
    scene: Scene,
) -> None:
    registry, path = scene.registry, f"{scene.path}/versions/{STABLE}/promote"
    protect(registry, "live", required_review=True)
    key = {"Idempotency-Key": "once"}
    first = registry.editor("POST", path, headers=key)
    assert decide(scene, registry.admin, first.json["release"], "approve").status == 200

    again = registry.editor("POST", path, headers=key)

    assert (again.status, again.text) == (202, first.text)


def test_what_only_takes_away_is_not_requested(scene: Scene) -> None:
    registry, path = scene.registry, scene.path
    protect(registry, "live", "prod", required_review=True)

    before = scene.list_stored()
    for method, target in (
        ("POST", f"{path}/versions/{LIVE}/demote"),
        ("POST", f"{path}/versions/{LIVE}/archive"),
        ("DELETE", f"{path}/tags/prod"),
    ):
        assert registry.editor(method, target).status == 403
    assert scene.list_stored() == before


def test_an_approval_moves_the_pointer_and_the_history_has_both(scene: Scene) -> None:
    registry = scene.registry
    protect(registry, "live", required_review=True)
    release = request(scene, message="Shorter")

    response = decide(scene, registry.people["admin"], release, "approve")

    assert response.status == 200, response.text
    approved = response.json["release"]
    assert (approved["status"], approved["comment"]) == ("approved", "because")
    assert registry.editor.list_statuses(scene.id)[STABLE] == "live"
    assert list_ids(scene, "waiting") == []
    assert list_ids(scene, "approved") == [release["id"]]
    events = registry.viewer("GET", f"{scene.path}/history?limit=3").json["events"]
    assert [event["event"] for event in events] == [
        "version.promoted",
        "release.approved",
        "release.requested",
    ]
    assert events[1]["detail"]["release_id"] == release["id"]
    assert events[1]["detail"]["message"] == "Shorter"
    assert decide(scene, registry.people["admin"], release, "approve").status == 409


@pytest.mark.parametrize(
    ("fields", "pointer", "split"),
    [
        ({"version": DRAFT}, "live", [{"version": DRAFT, "weight": 10_000}]),
        ({"version": None, "split": SPLIT}, "live", SPLIT),
        ({"pointer": "prod"}, "prod", [{"version": STABLE, "weight": 10_000}]),
        ({"pointer": "new"}, "new", [{"version": STABLE, "weight": 10_000}]),
        ({"pointer": "prod", "version": None, "split": SPLIT}, "prod", SPLIT),
    ],
)
def test_an_approval_carries_out_what_was_requested(
    scene: Scene, fields: dict[str, Any], pointer: str, split: object
) -> None:
    registry = scene.registry
    protect(registry, "live", "prod", "new", required_review=True)
    release = request(scene, **fields)
    assert release["split"] == split

    assert decide(scene, registry.admin, release, "approve").status == 200

    response = registry.viewer("GET", f"{scene.path}/splits/{pointer}")
    assert response.json == {"pointer": pointer, "split": split}


def test_another_person_than_the_author_decides_who_may_move_the_pointer(scene: Scene) -> None:
    registry = scene.registry
    protect(registry, "live", required_review=True)
    people = registry.people
    mine = request(scene, people["admin"])

    for verb in ("approve", "reject"):
        assert decide(scene, people["admin"], mine, verb).status == 403
        assert decide(scene, people["editor"], mine, verb).status == 403
        assert decide(scene, create_pointer_client(registry, "prod"), mine, verb).status == 403
    assert decide(scene, people["organisation_admin"], mine, "withdraw").status == 403
    listed = create_pointer_client(registry, "live")
    assert decide(scene, listed, mine, "reject").json["release"]["status"] == "rejected"
    again = request(scene, people["admin"])
    assert again["id"] != mine["id"]
    withdrawn = decide(scene, people["admin"], again, "withdraw")
    assert withdrawn.json["release"]["status"] == "withdrawn"


def test_a_key_counts_as_the_person_who_made_it(scene: Scene) -> None:
    registry, admin = scene.registry, scene.registry.people["admin"]
    protect(registry, "live", required_review=True)
    body = {
        "name": "mine",
        "org_id": scene.names["org"],
        "team_ids": [registry.team_id],
        "operation": "admin",
    }
    key = admin("POST", "/v1/api-keys", body)
    assert key.status == 201, key.text
    secret = key.json.get("key") or key.json["api_key"]["key"]
    client = Client(registry.team_id, secret, registry.cloud)

    release = request(scene, client)

    assert decide(scene, admin, release, "approve").status == 403
    assert decide(scene, client, request(scene, admin, version=DRAFT), "approve").status == 403
    assert decide(scene, registry.people["organisation_admin"], release, "approve").status == 200


def test_what_was_approved_is_what_goes_live(scene: Scene) -> None:
    registry, path = scene.registry, f"{scene.path}/versions/{DRAFT}"
    protect(registry, "live", required_review=True)
    edited = request(scene, version=DRAFT)
    assert registry.editor("PUT", path, {"template": "Other words"}).status == 200
    response = decide(scene, registry.admin, edited, "approve")
    assert response.status == 409
    assert "has changed" in response.error

    archived = request(scene)
    assert registry.editor("POST", f"{scene.path}/versions/{STABLE}/archive").status == 200
    assert decide(scene, registry.admin, archived, "approve").status == 409
    deleted = request(scene, version=DRAFT)
    assert registry.editor("DELETE", path).status == 204
    assert decide(scene, registry.admin, deleted, "approve").status == 404
    assert registry.editor.list_statuses(scene.id)[LIVE] == "live"
    assert len(list_ids(scene, "waiting")) == 3


def test_requests_that_wait_are_few(scene: Scene) -> None:
    registry = scene.registry
    for number in range(10):
        request(scene, pointer=f"tag{number}")

    body = {"pointer": "tag10", "version": STABLE}
    response = registry.editor("POST", f"{scene.path}/releases", body)

    assert (response.status, response.json["code"]) == (422, "limit_reached")
    first, *_ = list_ids(scene)
    people = registry.people
    assert decide(scene, people["editor"], {"id": first}, "withdraw").status == 200
    assert registry.editor("POST", f"{scene.path}/releases", body).status == 201
    pages = []
    path = f"{scene.path}/releases?limit=4"
    cursor = ""
    while True:
        page = registry.viewer("GET", path + cursor).json
        pages += [release["id"] for release in page["releases"]]
        if "next_cursor" not in page:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert pages == [*list_ids(scene), scene.names["release"]]
    assert len(pages) == 12


@pytest.mark.parametrize(
    "fields",
    [
        {"pointer": ""},
        {"pointer": "latest"},
        {"pointer": f"{LIVE}"},
        {"version": None},
        {"version": STABLE, "split": SPLIT},
        {"version": None, "split": [{"version": STABLE, "weight": 1}]},
        {"message": "x" * 1_001},
        {"comment": "x"},
    ],
)
def test_a_request_is_checked(scene: Scene, fields: dict[str, Any]) -> None:
    body = {"pointer": "live", "version": STABLE, **fields}

    assert scene.registry.editor("POST", f"{scene.path}/releases", body).status == 400


def test_what_is_there_already_is_not_requested(scene: Scene) -> None:
    body = {"pointer": "live", "version": LIVE}

    assert scene.registry.editor("POST", f"{scene.path}/releases", body).status == 409


def test_a_request_stays_with_the_team_that_the_prompt_leaves(scene: Scene) -> None:
    registry = scene.registry
    release = request(scene)
    registry.move_prompt(scene.id, registry.stranger.team_id)
    assert registry.stranger("GET", f"{scene.path}/releases").json["releases"] == []
    registry.move_prompt(scene.id, registry.team_id)

    assert list_ids(scene, "withdrawn") == [release["id"]]
    assert decide(scene, registry.admin, release, "approve").status == 409


# -- payloads


def test_all_payloads_render_before_a_version_comes_to_a_protected_pointer(scene: Scene) -> None:
    registry, path = scene.registry, scene.path
    name = {"name": "Empty", "variables": {}}
    payload = registry.editor("POST", f"{path}/payloads", name).json["payload"]
    protect(registry, "live", "prod", require_payloads=True)

    before = scene.list_stored()
    for method, target, body in (
        ("POST", f"{path}/versions/{STABLE}/promote", None),
        ("POST", f"{path}/versions/{STABLE}/tags", {"tag": "prod"}),
        ("PUT", f"{path}/splits/live", {"split": SPLIT}),
        ("PATCH", f"/prompt-version/{scene.names['stable']}", {"promoted": True}),
    ):
        response = registry.admin(method, target, body)
        assert response.status == 422, response.text
        (detail,) = response.json["details"]
        assert (detail["payload_id"], detail["name"]) == (payload["id"], "Empty")
        assert detail["version"] == STABLE
        assert "name" in detail["message"]
    assert deploy(scene, registry.admin).status in (400, 422)
    assert scene.list_stored() == before
    assert registry.admin("DELETE", f"{path}/payloads/{payload['id']}").status == 204
    assert registry.admin("POST", f"{path}/versions/{STABLE}/promote").status == 200


def test_all_payloads_render_before_more_callers_get_a_version(scene: Scene) -> None:
    registry, path = scene.registry, scene.path

    def split(weight: int) -> Response:
        shares = [
            {"version": LIVE, "weight": 10_000 - weight},
            {"version": STABLE, "weight": weight},
        ]
        return registry.admin("PUT", f"{path}/splits/live", {"split": shares})

    assert split(500).status == 200
    registry.editor("POST", f"{path}/payloads", {"variables": {}})
    protect(registry, "live", require_payloads=True)

    response = split(501)
    assert (response.status, response.json["code"]) == (422, "payloads_failed")
    assert [detail["version"] for detail in response.json["details"]] == [STABLE]
    assert [detail["version"] for detail in split(499).json["details"]] == [LIVE]
    # Nobody gets another text, only by another name.
    assert registry.admin("PATCH", path, {"slug": "elsewhere"}).status == 200


def test_a_prompt_with_too_many_payloads_to_render_is_told_so(scene: Scene) -> None:
    registry, path = scene.registry, scene.path
    for _ in range(100):
        registry.editor("POST", f"{path}/payloads", {"variables": {"name": "x"}})
    protect(registry, "live", require_payloads=True)

    response = registry.admin("POST", f"{path}/versions/{STABLE}/promote")

    assert (response.status, response.json["code"]) == (422, "limit_reached")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Provide a clock that stands still but for those who sleep."""
    clock = Clock()
    monkeypatch.setattr(time, "monotonic", clock.monotonic)
    monkeypatch.setattr(time, "sleep", clock.sleep)
    return clock


def add_payloads(scene: Scene, count: int, variables: object) -> None:
    """Add payloads, all of which must render."""
    for _ in range(count):
        path = f"{scene.path}/payloads"
        response = scene.registry.editor("POST", path, {"variables": variables})
        assert response.status == 201
    protect(scene.registry, "live", require_payloads=True)


@pytest.mark.parametrize(("count", "others"), [(1, ""), (3, "; 2 more fail"), (25, "; 24 more")])
def test_payloads_that_do_not_render_are_named_and_counted(
    scene: Scene, count: int, others: str
) -> None:
    registry = scene.registry
    registry.editor("DELETE", f"{scene.path}/payloads/{scene.payload['id']}")
    add_payloads(scene, count, {})

    response = registry.admin("POST", f"{scene.path}/versions/{STABLE}/promote")

    assert response.json["code"] == "payloads_failed"
    first, *_ = details = response.json["details"]
    assert len(details) == min(count, 20)
    text = f"payload {first['payload_id']} does not render with version {STABLE}{others}"
    assert response.error.startswith(text)
    handle, body = scene.names["slug"], {"versionId": scene.names["stable"]}
    response = registry.admin("PUT", f"/api/prompts/{handle}/tags/production", body)
    assert text in response.text


def test_payloads_are_loaded_one_after_another_and_not_without_end(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    add_payloads(scene, 2, {"name": "Ada"})
    get, render = Contents.get, templates.render

    def note_get(contents: Contents, item: Any) -> str:
        steps.extend(["load"] if "payload_id" in item else [])
        return get(contents, item)

    def note_render(*args: Any) -> Any:
        steps.append("render")
        return render(*args)

    monkeypatch.setattr(Contents, "get", note_get)
    monkeypatch.setattr(templates, "render", note_render)
    path, admin = f"{scene.path}/versions/{STABLE}/promote", scene.registry.admin
    bytes_of_all = len('{"name":"Ada"}') * 3
    monkeypatch.setattr(protections, "MAX_PAYLOAD_BYTES", bytes_of_all - 1)

    response = admin("POST", path)
    assert (response.status, response.json["code"]) == (422, "limit_reached")
    assert steps == ["load", "render", "load", "render", "load"]
    monkeypatch.setattr(protections, "MAX_PAYLOAD_BYTES", bytes_of_all)
    assert admin("POST", path).status == 200


def test_payloads_that_take_too_long_are_told_so(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    add_payloads(scene, 9, {"name": "Ada"})
    monkeypatch.setattr(templates, "render", lambda *_: clock.sleep(9))

    response = scene.registry.admin("POST", f"{scene.path}/versions/{STABLE}/promote")

    assert (response.status, response.json["code"]) == (422, "limit_reached")


def test_payloads_for_which_other_things_leave_no_time_may_be_tried_again(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    get = Contents.get

    def get_slowly(contents: Contents, item: Any) -> str:
        clock.sleep(9)
        return get(contents, item)

    add_payloads(scene, 9, {"name": "Ada"})
    monkeypatch.setattr(Contents, "get", get_slowly)

    response = scene.registry.admin("POST", f"{scene.path}/versions/{STABLE}/promote")

    assert (response.status, response.json["code"]) == (503, "contended")
    assert response.headers["Retry-After"] == "1"


# -- one view of it


def test_the_state_of_a_release_is_seen_in_one_place(scene: Scene) -> None:
    registry, path = scene.registry, scene.path
    protect(registry, "live", "later")
    release = request(scene)
    history = registry.viewer("GET", f"{path}/history").json["events"]
    at = {event["event"]: event for event in reversed(history)}

    response = registry.viewer("GET", f"{path}/release")

    assert response.status == 200, response.text
    assert response.json["newest_stable"] == STABLE
    live, later, prod = response.json["pointers"]
    promotion = next(
        event
        for event in history
        if event["event"] == "version.promoted" and event["detail"]["status"] == "live"
    )
    assert live == {
        "pointer": "live",
        "split": [{"version": LIVE, "weight": 10_000}],
        "since": promotion["at"],
        "by": promotion["by"],
        "etag": registry.viewer("GET", f"{path}/splits/live").headers["ETag"],
        "is_protected": True,
        "is_newest_stable": False,
        "waiting": [release],
    }
    assert later["split"] == []
    assert (later["since"], later["is_protected"]) == (None, True)
    assert (prod["since"], prod["is_protected"]) == (at["tag.moved"]["at"], False)
    registry.admin("POST", f"{path}/versions/{STABLE}/promote")
    live, *_ = registry.viewer("GET", f"{path}/release").json["pointers"]
    assert live["is_newest_stable"]


def test_the_state_has_the_condition_of_the_first_move_too(registry: Registry) -> None:
    editor = registry.editor
    prompt = editor.create_prompt()
    path = f"/v1/prompts/{prompt['id']}"
    editor.create_stable_version(prompt["id"])
    (live,) = editor("GET", f"{path}/release").json["pointers"]
    condition = {"If-Match": live["etag"]}
    body = {"split": [{"version": 1, "weight": 10_000}]}

    assert live["split"] == []
    response = editor("PUT", f"{path}/splits/live", body, headers=condition)
    assert response.status == 200, response.text
    assert editor("PUT", f"{path}/splits/live", body, headers=condition).status == 412


def test_the_newest_stable_version_is_looked_for_among_the_newest(scene: Scene) -> None:
    editor, path = scene.registry.editor, f"{scene.path}/release"

    def archive_another() -> None:
        number = editor.create_version(scene.id)["version"]
        editor.promote(scene.id, number)
        assert editor("POST", f"{scene.path}/versions/{number}/archive").status == 200

    for _ in range(60):
        editor.create_version(scene.id)
    with note_calls() as calls:
        assert editor("GET", path).json["newest_stable"] == STABLE
    assert calls.count("BatchGetItem") == 1, "drafts are looked through"
    number = editor.create_version(scene.id)["version"]
    editor.promote(scene.id, number)
    for _ in range(49):
        archive_another()
    assert editor("GET", path).json["newest_stable"] == number

    archive_another()

    assert editor("GET", path).json["newest_stable"] is None


def test_the_state_of_a_release_is_that_of_its_first_read(scene: Scene) -> None:
    registry, path = scene.registry, f"{scene.path}/release"
    release = request(scene)
    before = registry.viewer("GET", path).json

    def interfere() -> None:
        assert decide(scene, registry.admin, release, "approve").status == 200
        assert registry.admin("POST", f"{scene.path}/versions/{LIVE}/promote").status == 200

    registry.forget()
    registry.viewer("GET", scene.path)  # who calls is remembered

    registry.cloud.run_before("BatchGetItem", interfere)
    during = registry.viewer("GET", path).json

    before["pointers"][0]["waiting"] = []
    assert during == before
