"""Rivals of moves of pointers: a rival at every point of a request, by a warm and a cold process.

The rival always writes first, so each test says what becomes of the request that comes second. Once
each pair runs for real, in two threads, and what is stored is consistent whoever was first.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from shared.domain.access import Grant
from shared.domain.access_events import OPERATOR
from shared.domain.changes import Origin
from tests.client import Client
from tests.properties.consistency import assert_consistent, assert_follows
from tests.routes.scene import DRAFT, LIVE, STABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.client import Response
    from tests.properties.scene import Scene

    Request = Callable[[], Response]

SPLIT = {"split": [{"version": LIVE, "weight": 9_500}, {"version": STABLE, "weight": 500}]}
BOTH_WAYS = pytest.mark.parametrize("is_warm", [False, True], ids=["cold", "warm"])


def protect(scene: Scene, *pointers: str, **rules: bool) -> Response:
    path = f"/v1/teams/{scene.registry.team_id}/protected"
    return scene.registry.people["admin"]("PUT", path, {"pointers": [*pointers], **rules})


def promote(scene: Scene, client: Client, number: int = STABLE) -> Response:
    return client("POST", f"{scene.path}/versions/{number}/promote")


def ask(scene: Scene, number: int = DRAFT, pointer: str = "live") -> str:
    """Request a release as an editor, and give the id of the request."""
    body = {"pointer": pointer, "version": number}
    response = scene.registry.people["editor"]("POST", f"{scene.path}/releases", body)
    return str(response.json["release"]["id"])


def decide(scene: Scene, client: Client, release_id: str, verb: str = "approve") -> Response:
    return client("POST", f"{scene.path}/releases/{release_id}/{verb}", {})


def warm_up(scene: Scene, *clients: Client) -> None:
    """Have the process remember the callers and what the team protects."""
    scene.registry.store.protections.find(scene.registry.team_id)
    for client in clients:
        assert client("GET", scene.path).status == 200


def race_everywhere(
    scene: Scene, mine: Request, rival: Request, *clients: Client, is_warm: bool
) -> Iterator[tuple[Response, Response]]:
    """Let a rival in before each call of AWS that a request makes up to its write.

    Args:
        scene: The scene.
        mine: The request.
        rival: The rival.
        clients: Who is remembered where the process is warm.
        is_warm: Whether it is.
    """
    saved, before = scene.memory.save(), scene.take_snapshot()

    def begin() -> None:
        scene.memory.restore(saved)
        scene.registry.forget()
        if is_warm:
            warm_up(scene, *clients)
        scene.interceptor.clear()

    begin()
    mine()
    calls = [*scene.interceptor.calls]
    assert calls
    for place in range(len(calls)):
        begin()
        pair = scene.race(mine, rival, place=place)
        after = scene.take_snapshot()
        assert_consistent(after)
        assert_follows(before, after)
        yield pair
    scene.memory.restore(saved)
    scene.registry.forget()
    with ThreadPoolExecutor(2) as pool:
        for future in [pool.submit(mine), pool.submit(rival)]:
            assert future.result().status < 500
    after = scene.take_snapshot()
    assert_consistent(after)
    assert_follows(before, after)
    scene.memory.restore(saved)


# -- rules


@BOTH_WAYS
def test_a_move_beside_new_rules_is_refused(scene: Scene, *, is_warm: bool) -> None:
    editor = scene.registry.people["editor"]

    for mine, rival in race_everywhere(
        scene,
        lambda: promote(scene, editor),
        lambda: protect(scene, "live"),
        editor,
        is_warm=is_warm,
    ):
        assert (mine.status, rival.status) == (403, 200)
        assert mine.json["code"] == "pointer_protected"


@BOTH_WAYS
def test_a_move_beside_the_end_of_the_rules_is_made(scene: Scene, *, is_warm: bool) -> None:
    editor = scene.registry.people["editor"]
    protect(scene, "live")

    statuses = [
        mine.status
        for mine, _ in race_everywhere(
            scene, lambda: promote(scene, editor), lambda: protect(scene), editor, is_warm=is_warm
        )
    ]

    # After its last look at the rules it is refused.
    assert {*statuses} <= {200, 403}
    assert statuses[0] == 200


@BOTH_WAYS
def test_a_rollback_beside_a_stricter_rule_is_refused(scene: Scene, *, is_warm: bool) -> None:
    editor = scene.registry.people["editor"]
    promote(scene, scene.registry.admin)
    protect(scene, "live")

    def roll_back() -> Response:
        body = {"target_version": LIVE, "rollback_reason": "x"}
        return editor("POST", f"{scene.path}/rollback", body)

    for mine, rival in race_everywhere(
        scene,
        roll_back,
        lambda: protect(scene, "live", editors_roll_back=False),
        editor,
        is_warm=is_warm,
    ):
        assert (mine.status, rival.status) == (403, 200)


@BOTH_WAYS
def test_two_admins_rules_at_once_are_both_in_the_audit(scene: Scene, *, is_warm: bool) -> None:
    for pair in race_everywhere(
        scene,
        lambda: protect(scene, "live"),
        lambda: protect(scene, "prod"),
        scene.registry.people["admin"],
        is_warm=is_warm,
    ):
        assert [response.status for response in pair] == [200, 200]


@BOTH_WAYS
def test_a_move_beside_the_end_of_the_protection_of_what_it_includes_is_refused(
    scene: Scene, *, is_warm: bool
) -> None:
    admin = scene.registry.people["admin"]
    part = scene.registry.admin.create_prompt("Part")
    scene.registry.admin.create_version(part["id"], "part", engine="text")
    scene.registry.admin.promote(part["id"], 1, times=2)
    scene.create("@@@langfusePrompt:name=part|label=production@@@")
    number = max(scene.list_statuses())
    scene.act("promote", number)
    body = {"tag": "prod"}
    protect(scene, "live", "prod")

    def move() -> Response:
        return admin("POST", f"{scene.path}/versions/{number}/tags", body)

    for mine, rival in race_everywhere(
        scene, move, lambda: protect(scene, "prod"), admin, is_warm=is_warm
    ):
        assert (mine.status, rival.status) == (422, 200)
        assert "'production' of 'part' cannot be included" in mine.text


@BOTH_WAYS
def test_a_new_name_beside_new_rules_is_refused(scene: Scene, *, is_warm: bool) -> None:
    editor = scene.registry.people["editor"]

    for mine, rival in race_everywhere(
        scene,
        lambda: editor("PATCH", scene.path, {"name": "Another name"}),
        lambda: protect(scene, "live"),
        editor,
        is_warm=is_warm,
    ):
        assert (mine.status, rival.status) == (403, 200)


# -- who may


@BOTH_WAYS
def test_a_key_that_loses_its_pointer_meanwhile_moves_nothing(
    scene: Scene, *, is_warm: bool
) -> None:
    registry = scene.registry
    grant = Grant(
        name="CI", operation="all", team_ids=(registry.team_id,), pointers=frozenset({"live"})
    )
    client = Client(registry.team_id, registry.create_key(grant), registry.cloud)
    principal = registry.store.api_keys.find_principal(str(client.key))
    assert principal is not None
    protect(scene, "live")

    def lose() -> Response:
        keys = registry.store.api_keys
        key = keys.find_key(principal.id)
        assert key is not None
        other = replace(
            key,
            grant=replace(key.grant, pointers=frozenset({"prod"})),
            revision=key.revision + 1,
        )
        keys.commit(key, other, Origin(by=OPERATOR))
        return scene.call("GET")

    for mine, _ in race_everywhere(
        scene, lambda: promote(scene, client), lose, client, is_warm=is_warm
    ):
        assert mine.status == 403


@BOTH_WAYS
@pytest.mark.parametrize("right", ["of an admin", "of a pointer", "to roll back"])
@pytest.mark.parametrize("loss", ["operation", "team", "key", "secret"])
def test_a_key_that_loses_its_right_meanwhile_moves_nothing(
    scene: Scene, right: str, loss: str, *, is_warm: bool
) -> None:
    registry = scene.registry
    boss = registry.people["organisation_admin"]
    promote(scene, registry.admin)
    protect(scene, "live")
    grant = Grant(
        name="CI",
        operation="admin" if right == "of an admin" else "all",
        team_ids=(registry.team_id, registry.stranger.team_id),
        pointers=frozenset({"live"}) if right == "of a pointer" else None,
    )
    client = Client(registry.team_id, registry.create_key(grant), registry.cloud)
    principal = registry.store.api_keys.find_principal(str(client.key))
    assert principal is not None
    path = f"/v1/api-keys/{principal.id}"
    other_operation = "all" if right == "of an admin" else "read_render"

    def lose() -> Response:
        if loss == "operation":
            return boss("PUT", path, {"operation": other_operation})
        if loss == "team":
            return boss("PUT", path, {"team_ids": [registry.stranger.team_id]})
        return boss("DELETE", path) if loss == "key" else boss("POST", f"{path}/regenerate")

    def move() -> Response:
        if right != "to roll back":
            return promote(scene, client, LIVE)
        body = {"target_version": LIVE, "rollback_reason": "x"}
        return client("POST", f"{scene.path}/rollback", body)

    for mine, rival in race_everywhere(scene, move, lose, client, is_warm=is_warm):
        assert rival.status < 300, rival.text
        assert mine.status in (401, 403, 404), mine.text


@BOTH_WAYS
@pytest.mark.parametrize("person", ["admin", "organisation_admin"])
def test_an_admin_who_is_none_any_more_moves_nothing(
    scene: Scene, person: str, *, is_warm: bool
) -> None:
    registry = scene.registry
    admin = registry.people[person]
    boss = registry.create_person(role="admin", is_organisation_admin=True)
    protect(scene, "live")

    def demote() -> Response:
        path = f"/v1/teams/{registry.team_id}/members/{admin.person_id}/role"
        return boss("PUT", path, {"role": "editor"})

    for mine, rival in race_everywhere(
        scene, lambda: promote(scene, admin), demote, admin, is_warm=is_warm
    ):
        assert rival.status == 200
        # An admin of the organisation stays one, however the role in the team changes.
        assert mine.status in ({200, 403} if person == "organisation_admin" else {403})


@BOTH_WAYS
def test_an_editor_who_is_none_any_more_does_not_roll_back(scene: Scene, *, is_warm: bool) -> None:
    registry = scene.registry
    editor, boss = registry.people["editor"], registry.people["organisation_admin"]
    promote(scene, registry.admin)
    protect(scene, "live")

    def roll_back() -> Response:
        body = {"target_version": LIVE, "rollback_reason": "x"}
        return editor("POST", f"{scene.path}/rollback", body)

    def demote() -> Response:
        path = f"/v1/teams/{registry.team_id}/members/{editor.person_id}/role"
        return boss("PUT", path, {"role": "viewer"})

    for mine, rival in race_everywhere(scene, roll_back, demote, editor, is_warm=is_warm):
        assert (mine.status, rival.status) == (403, 200)


def test_a_refused_rollback_reads_the_history_once(scene: Scene) -> None:
    protect(scene, "live")
    editor = scene.registry.people["editor"]
    warm_up(scene, editor)
    scene.interceptor.clear()

    body = {"target_version": STABLE, "rollback_reason": "x"}
    assert editor("POST", f"{scene.path}/rollback", body).status == 403
    assert scene.interceptor.calls.count("Query") == 1


def test_new_rules_of_one_team_leave_the_others_remembered(scene: Scene) -> None:
    registry = scene.registry
    protections, others = registry.store.protections, registry.stranger.team_id
    protections.find(others)

    def is_remembered() -> bool:
        scene.interceptor.clear()
        protections.find(others)
        return not scene.interceptor.calls

    protect(scene, "prod")
    assert is_remembered()
    editor = registry.people["editor"]
    warm_up(scene, editor)
    scene.race(lambda: promote(scene, editor), lambda: protect(scene, "live"))
    assert is_remembered()


# -- requests


@BOTH_WAYS
def test_an_approval_of_what_is_edited_meanwhile_is_refused(scene: Scene, *, is_warm: bool) -> None:
    release_id, admin = ask(scene), scene.registry.people["admin"]

    for mine, rival in race_everywhere(
        scene,
        lambda: decide(scene, admin, release_id),
        lambda: scene.revise("Other words"),
        admin,
        is_warm=is_warm,
    ):
        assert (mine.status, rival.status) == (409, 200)
        assert scene.list_statuses()[DRAFT] == "draft"


@BOTH_WAYS
def test_an_edit_of_what_is_approved_meanwhile_is_refused(scene: Scene, *, is_warm: bool) -> None:
    release_id, admin = ask(scene), scene.registry.people["admin"]

    for mine, rival in race_everywhere(
        scene,
        lambda: scene.revise("Other words"),
        lambda: decide(scene, admin, release_id),
        is_warm=is_warm,
    ):
        assert (mine.status, rival.status) == (422, 200)
        assert scene.list_statuses()[DRAFT] == "live"


@BOTH_WAYS
def test_an_approval_beside_new_rules_needs_the_right(scene: Scene, *, is_warm: bool) -> None:
    release_id = ask(scene)

    for client, status in ((scene.registry.editor, 403), (scene.registry.admin, 200)):
        for mine, rival in race_everywhere(
            scene,
            lambda client=client: decide(scene, client, release_id),  # type: ignore[misc]
            lambda: protect(scene, "live"),
            client,
            is_warm=is_warm,
        ):
            assert (mine.status, rival.status) == (status, 200)


@BOTH_WAYS
@pytest.mark.parametrize("verb", ["approve", "reject", "withdraw"])
def test_of_two_decisions_at_once_the_first_counts(
    scene: Scene, verb: str, *, is_warm: bool
) -> None:
    people = scene.registry.people
    release_id = ask(scene)
    rival_client = people["editor" if verb == "withdraw" else "organisation_admin"]

    for mine, rival in race_everywhere(
        scene,
        lambda: decide(scene, people["admin"], release_id),
        lambda: decide(scene, rival_client, release_id, verb),
        people["admin"],
        is_warm=is_warm,
    ):
        assert (mine.status, rival.status) == (409, 200)
        is_live = scene.list_statuses()[DRAFT] == "live"
        assert is_live is (verb == "approve")


@BOTH_WAYS
def test_the_same_wish_twice_at_once_waits_once(scene: Scene, *, is_warm: bool) -> None:
    editor = scene.registry.people["editor"]
    protect(scene, "live", "prod", required_review=True)

    def wish() -> Response:
        return editor("POST", f"{scene.path}/versions/{STABLE}/tags", {"tag": "prod"})

    for mine, rival in race_everywhere(scene, wish, wish, editor, is_warm=is_warm):
        assert (mine.status, rival.status) == (202, 202)
        assert mine.json == rival.json


# -- splits


@BOTH_WAYS
def test_a_promotion_ends_a_split_that_comes_meanwhile(scene: Scene, *, is_warm: bool) -> None:
    for mine, rival in race_everywhere(
        scene,
        lambda: scene.act("promote", STABLE),
        lambda: scene.call("PUT", "/splits/live", SPLIT),
        is_warm=is_warm,
    ):
        assert (mine.status, rival.status) == (200, 200)
        assert "splits" not in scene.get_head()


@BOTH_WAYS
def test_a_split_takes_live_back_that_is_promoted_meanwhile(scene: Scene, *, is_warm: bool) -> None:
    for mine, rival in race_everywhere(
        scene,
        lambda: scene.call("PUT", "/splits/live", SPLIT),
        lambda: scene.act("promote", STABLE),
        is_warm=is_warm,
    ):
        assert (mine.status, rival.status) == (200, 200)
        assert scene.get_head()["live_version"] == LIVE


@BOTH_WAYS
@pytest.mark.parametrize("is_archived_first", [False, True])
def test_a_version_is_archived_or_in_a_split(
    scene: Scene, *, is_warm: bool, is_archived_first: bool
) -> None:
    def archive() -> Response:
        return scene.act("archive", STABLE)

    def split() -> Response:
        return scene.call("PUT", "/splits/live", SPLIT)

    pair = (split, archive) if is_archived_first else (archive, split)
    for mine, rival in race_everywhere(scene, *pair, is_warm=is_warm):
        assert (mine.status, rival.status) == (422, 200)


# -- the checker


def test_the_checker_sees_a_move_by_somebody_who_may_not(scene: Scene) -> None:
    protect(scene, "live")
    before = scene.take_snapshot()
    promote(scene, scene.registry.admin)
    after: Any = deepcopy(scene.take_snapshot())  # which other snapshots share items with
    (event,) = (
        item
        for item in after.tables["history"]
        if item["entity"] == "event" and item not in before.tables["history"]
    )
    event["by"]["id"] = scene.registry.people["editor"].person_id

    with pytest.raises(AssertionError, match="which is protected"):
        assert_follows(before, after)
