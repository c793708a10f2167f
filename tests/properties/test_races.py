"""Rivals that are slipped in between a writer's read and its write, at an exact point each time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from infra.local.gateway import SECONDS
from infra.openapi import list_problems
from shared.deadline import RESPONSE_SECONDS
from shared.domain import prompts
from shared.domain.changes import Origin
from shared.domain.model import Author
from shared.routes import ROUTES
from shared.writing import LONGEST_PAUSE, TRY_SECONDS
from tests.functions.test_hot_reads import note_calls
from tests.properties.consistency import (
    assert_consistent,
    assert_follows,
    list_kinds,
)
from tests.properties.effects import Baseline
from tests.properties.interception import (
    TRANSACTION,
    cancel_with,
    fail_with,
    lose_request,
    lose_response,
    run_after,
    run_before,
)
from tests.properties.scene import Scene, count_calls
from tests.routes.problems import assert_problem
from tests.routes.roles import refer
from tests.routes.sample import fill, get_sample
from tests.routes.scene import ADA, DRAFT, LIVE, STABLE, WRITING, Prepared, name_route

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.routes import Route
    from tests.client import Response
    from tests.properties.interception import Clock

# -- invariant 1: numbers


def test_two_creations_at_once_get_the_next_two_numbers(scene: Scene) -> None:
    mine, rival = scene.race(lambda: scene.create("Mine"), lambda: scene.create("Rival"))

    assert (mine.status, rival.status) == (201, 201)
    assert rival.json["version"]["version"] == 4
    assert mine.json["version"]["version"] == 5
    assert scene.call("GET", "/versions/5").json["version"]["template"] == "Mine"


def test_creation_beside_the_erasure_of_the_highest_draft_does_not_use_its_number_again(
    scene: Scene,
) -> None:
    mine, rival = scene.race(scene.create, lambda: scene.call("DELETE", f"/versions/{DRAFT}"))

    assert (mine.status, rival.status) == (201, 204)
    assert mine.json["version"]["version"] == 4
    assert sorted(scene.list_statuses()) == [1, 2, 4]


def test_erasure_of_the_highest_draft_beside_a_creation_erases_only_that(scene: Scene) -> None:
    mine, rival = scene.race(lambda: scene.call("DELETE", f"/versions/{DRAFT}"), scene.create)

    assert (mine.status, rival.status) == (204, 201)
    assert sorted(scene.list_statuses()) == [1, 2, 4]


def test_duplicate_of_a_draft_that_is_erased_meanwhile_is_not_found(scene: Scene) -> None:
    mine, rival = scene.race(
        lambda: scene.act("duplicate", DRAFT),
        lambda: scene.call("DELETE", f"/versions/{DRAFT}"),
    )

    assert (mine.status, rival.status) == (404, 204)
    assert scene.get_head()["last_version"] == 3


# -- invariant 2: sealed content


def test_revision_of_a_draft_that_is_promoted_meanwhile_is_refused(scene: Scene) -> None:
    mine, rival = scene.race(lambda: scene.revise("Too late"), lambda: scene.act("promote", DRAFT))

    assert (mine.status, rival.status) == (422, 200)
    assert mine.error == "only draft versions can be modified"
    assert scene.call("GET", f"/versions/{DRAFT}").json["version"]["template"] == "Hey {{.name}}!"


def test_promotion_of_a_draft_that_is_revised_meanwhile_seals_the_revision(scene: Scene) -> None:
    mine, rival = scene.race(lambda: scene.act("promote", DRAFT), lambda: scene.revise("Four"))

    assert (mine.status, rival.status) == (200, 200)
    assert mine.json["version"]["template"] == "Four"
    assert scene.call("GET", f"/versions/{DRAFT}").json["version"]["template"] == "Four"


def test_of_two_revisions_of_what_was_read_the_second_is_refused(scene: Scene) -> None:
    etag = scene.get_etag(f"/versions/{DRAFT}")

    mine, rival = scene.race(
        lambda: scene.revise("Mine", if_match=etag), lambda: scene.revise("Rival", if_match=etag)
    )

    assert (mine.status, rival.status) == (412, 200)
    assert scene.call("GET", f"/versions/{DRAFT}").json["version"]["template"] == "Rival"


def test_promotion_of_what_was_read_is_refused_when_it_was_revised_meanwhile(scene: Scene) -> None:
    etag = scene.get_etag(f"/versions/{DRAFT}")

    mine, rival = scene.race(
        lambda: scene.act("promote", DRAFT, if_match=etag), lambda: scene.revise("Rival")
    )

    assert (mine.status, rival.status) == (412, 200)
    assert scene.list_statuses()[DRAFT] == "draft"


def test_revision_without_a_condition_follows_upon_its_rival(scene: Scene) -> None:
    mine, rival = scene.race(
        lambda: scene.call("PUT", f"/versions/{DRAFT}", {"model": "m-1"}),
        lambda: scene.revise("Rival"),
    )

    assert (mine.status, rival.status) == (200, 200)
    version = scene.call("GET", f"/versions/{DRAFT}").json["version"]
    assert (version["template"], version["model"]) == ("Rival", "m-1")


def test_render_does_not_remember_a_draft_that_is_revised_and_promoted_meanwhile(
    scene: Scene,
) -> None:
    def rival() -> None:
        scene.revise("Four")
        scene.act("promote", DRAFT)

    def render() -> str:
        answer = scene.registry.viewer(
            "POST", f"/v1/prompts/{scene.slug}/versions/{DRAFT}/render", ADA
        )
        return str(answer.json["rendered"])

    assert render() == "Hey Ada!"
    scene.interceptor.intercept(run_after(rival), skip=count_calls(scene, render) - 1)

    assert render() == "Hey Ada!"
    assert not scene.interceptor.remaining
    assert render() == "Four"


# -- invariant 3: one live version


def test_of_two_promotions_at_once_both_succeed_and_one_is_live(scene: Scene) -> None:
    scene.act("promote", DRAFT)

    mine, rival = scene.race(
        lambda: scene.act("promote", STABLE), lambda: scene.act("promote", DRAFT)
    )

    assert (mine.status, rival.status) == (200, 200)
    assert scene.list_statuses() == {LIVE: "stable", STABLE: "live", DRAFT: "stable"}
    displaced = scene.take_snapshot().list_history(scene.id)[-1]["detail"]["displaced_version"]
    assert displaced == DRAFT


def test_two_promotions_of_the_same_draft_at_once_take_it_two_steps(scene: Scene) -> None:
    mine, rival = scene.race(
        lambda: scene.act("promote", DRAFT), lambda: scene.act("promote", DRAFT)
    )

    assert rival.json["version"]["status"] == "stable"
    assert mine.json["version"]["status"] == "live"


def test_two_promotions_of_the_same_stable_version_at_once_refuse_one(scene: Scene) -> None:
    mine, rival = scene.race(
        lambda: scene.act("promote", STABLE), lambda: scene.act("promote", STABLE)
    )

    assert (mine.status, rival.status) == (422, 200)
    assert mine.error == "cannot promote version in live status: conflict"


def test_promotion_of_a_version_that_is_archived_meanwhile_is_refused(scene: Scene) -> None:
    mine, rival = scene.race(
        lambda: scene.act("promote", STABLE), lambda: scene.act("archive", STABLE)
    )

    assert (mine.status, rival.status) == (422, 200)
    assert scene.list_statuses() == {LIVE: "live", STABLE: "archived", DRAFT: "draft"}


def test_archiving_of_a_version_that_is_promoted_meanwhile_leaves_none_live(scene: Scene) -> None:
    mine, rival = scene.race(
        lambda: scene.act("archive", STABLE), lambda: scene.act("promote", STABLE)
    )

    assert (mine.status, rival.status) == (200, 200)
    assert scene.list_statuses() == {LIVE: "stable", STABLE: "archived", DRAFT: "draft"}


def test_rollback_beside_a_promotion_has_the_last_word(scene: Scene) -> None:
    scene.act("promote", DRAFT)

    mine, rival = scene.race(lambda: scene.roll_back(STABLE), lambda: scene.act("promote", DRAFT))

    assert (mine.status, rival.status) == (200, 200)
    assert scene.list_statuses() == {LIVE: "stable", STABLE: "live", DRAFT: "stable"}


def test_rollback_to_a_version_that_goes_live_meanwhile_is_a_conflict(scene: Scene) -> None:
    mine, rival = scene.race(lambda: scene.roll_back(STABLE), lambda: scene.act("promote", STABLE))

    assert (mine.status, rival.status) == (409, 200)
    assert mine.error == "can only rollback to stable version: conflict"


def test_demotion_of_a_version_that_is_displaced_meanwhile_is_refused(scene: Scene) -> None:
    mine, rival = scene.race(
        lambda: scene.act("demote", LIVE), lambda: scene.act("promote", STABLE)
    )

    assert (mine.status, rival.status) == (422, 200)
    assert scene.list_statuses()[STABLE] == "live"


def test_erasure_of_a_draft_that_is_promoted_meanwhile_archives_it(scene: Scene) -> None:
    mine, rival = scene.race(
        lambda: scene.call("DELETE", f"/versions/{DRAFT}"), lambda: scene.act("promote", DRAFT)
    )

    assert (mine.status, rival.status) == (204, 200)
    assert scene.list_statuses()[DRAFT] == "archived"


def test_promotion_of_a_draft_that_is_erased_meanwhile_is_not_found(scene: Scene) -> None:
    mine, rival = scene.race(
        lambda: scene.act("promote", DRAFT), lambda: scene.call("DELETE", f"/versions/{DRAFT}")
    )

    assert (mine.status, rival.status) == (404, 204)
    assert DRAFT not in scene.list_statuses()


# -- invariant 4: tags


def test_tag_on_a_draft_that_is_erased_meanwhile_is_not_set(scene: Scene) -> None:
    mine, rival = scene.race(
        lambda: scene.set_tag("new", DRAFT), lambda: scene.call("DELETE", f"/versions/{DRAFT}")
    )

    assert (mine.status, rival.status) == (404, 204)
    assert scene.get_head()["tags"] == {"prod": LIVE}


def test_tag_that_comes_to_a_draft_while_it_is_erased_goes_with_it(scene: Scene) -> None:
    mine, rival = scene.race(
        lambda: scene.call("DELETE", f"/versions/{DRAFT}"), lambda: scene.set_tag("new", DRAFT)
    )

    assert (mine.status, rival.status) == (204, 200)
    assert scene.get_head()["tags"] == {"prod": LIVE}


def test_of_two_moves_of_a_tag_at_once_the_later_one_counts(scene: Scene) -> None:
    mine, rival = scene.race(
        lambda: scene.set_tag("beta", STABLE), lambda: scene.set_tag("beta", LIVE)
    )

    assert (mine.status, rival.status) == (200, 200)
    assert scene.get_head()["tags"]["beta"] == STABLE


def test_two_tags_that_are_set_at_once_are_both_there(scene: Scene) -> None:
    scene.race(lambda: scene.set_tag("mine", STABLE), lambda: scene.set_tag("rival", STABLE))

    assert scene.call("GET", f"/versions/{STABLE}").json["version"]["tags"] == ["mine", "rival"]


# -- invariant 5: what is there can be found


def test_of_two_prompts_of_the_same_slug_at_once_one_is_made(scene: Scene) -> None:
    def create(name: str) -> Response:
        path = f"/v1/teams/{scene.registry.team_id}/prompts"
        return scene.registry.editor("POST", path, {"name": name, "slug": "the same"})

    before = scene.take_snapshot()
    mine, rival = scene.race(lambda: create("Mine"), lambda: create("Rival"))

    assert (mine.status, rival.status) == (409, 201)
    after = scene.take_snapshot()
    assert len(after.tables["prompts"]) == len(before.tables["prompts"]) + 1
    assert len(after.tables["lookups"]) == len(before.tables["lookups"]) + 2
    found = scene.registry.editor("GET", "/v1/prompts/the_same")
    assert found.json["prompt"] == rival.json["prompt"]


def test_a_prompt_may_have_its_slug_for_its_name(scene: Scene) -> None:
    made = scene.registry.editor.create_prompt("same", slug="same")

    assert (made["name"], made["slug"]) == ("same", "same")


def test_move_to_a_team_where_the_name_is_taken_meanwhile_is_a_conflict(scene: Scene) -> None:
    stranger = scene.registry.stranger
    path = f"/v1/teams/{stranger.team_id}/prompts"

    mine, rival = scene.race(
        scene.move, lambda: stranger("POST", path, {"name": scene.prompt["name"]})
    )

    assert (mine.status, rival.status) == (409, 201)
    assert scene.get_head()["team_id"] == scene.registry.team_id
    assert scene.call("GET").status == 200


def test_slug_that_a_move_gives_up_can_be_taken_and_finds_its_new_owner(scene: Scene) -> None:
    viewer = scene.registry.viewer
    assert viewer("GET", f"/v1/prompts/{scene.slug}").json["prompt"]["id"] == scene.id

    scene.move()

    assert viewer("GET", f"/v1/prompts/{scene.slug}").status == 404
    other = scene.registry.editor.create_prompt(scene.prompt["name"])
    assert viewer("GET", f"/v1/prompts/{scene.slug}").json["prompt"] == other
    stranger = scene.registry.stranger
    assert stranger("GET", f"/v1/prompts/{scene.slug}").json["prompt"]["id"] == scene.id


# -- invariant 7: teams


def test_write_of_the_old_team_beside_a_move_is_not_found_and_writes_nothing(scene: Scene) -> None:
    writes: tuple[Callable[[], Response], ...] = (
        lambda: scene.create(),
        lambda: scene.revise("Too late"),
        lambda: scene.act("promote", STABLE),
        lambda: scene.set_tag("new", STABLE),
        lambda: scene.describe("Too late"),
        lambda: scene.call("DELETE", f"/versions/{DRAFT}"),
        lambda: scene.call("DELETE", f"/payloads/{scene.payload_id}"),
        lambda: scene.call("POST", "/archive"),
    )
    saved, before = scene.memory.save(), scene.take_snapshot()
    for write in writes:
        scene.memory.restore(saved)

        mine, rival = scene.race(write, scene.move)

        assert (mine.status, rival.status) == (404, 200)
        assert mine.error == "prompt not found"
        assert list_kinds(before, scene.take_snapshot()) == ["prompt.moved"]


def test_of_two_moves_to_one_place_both_succeed_and_one_is_written(scene: Scene) -> None:
    before = scene.take_snapshot()

    mine, rival = scene.race(scene.move, scene.move)

    assert (mine.status, rival.status) == (200, 200)
    assert mine.json == rival.json
    assert list_kinds(before, scene.take_snapshot()) == ["prompt.moved"]


def test_a_member_of_both_teams_writes_on_however_the_prompt_moves(scene: Scene) -> None:
    mine, rival = scene.race(
        lambda: scene.mover("POST", f"{scene.path}/versions", {"template": "On"}), scene.move
    )

    assert (mine.status, rival.status) == (201, 200)
    assert scene.registry.stranger("GET", f"{scene.path}/versions/4").status == 200


def test_archiving_a_prompt_beside_a_description_keeps_both(scene: Scene) -> None:
    mine, rival = scene.race(
        lambda: scene.call("POST", "/archive"), lambda: scene.describe("Rival")
    )

    assert (mine.status, rival.status) == (200, 200)
    prompt = scene.call("GET").json["prompt"]
    assert (prompt["status"], prompt["description"]) == ("archived", "Rival")


def test_description_of_what_was_read_is_refused_when_it_changed_meanwhile(scene: Scene) -> None:
    etag = scene.get_etag("")

    mine, rival = scene.race(
        lambda: scene.describe("Mine", if_match=etag), lambda: scene.describe("Rival")
    )

    assert (mine.status, rival.status) == (412, 200)
    assert scene.get_head()["description"] == "Rival"


# -- what includes, and what is included


def include(scene: Scene, template: str = "") -> Response:
    """Create a version of another prompt that includes the live version of the scene's."""
    parent = scene.registry.editor.create_prompt()
    body = {"template": template or refer(scene.slug, "label=live")}
    return scene.registry.editor("POST", f"/v1/prompts/{parent['id']}/versions", body)


@pytest.mark.parametrize(
    ("call", "status", "code"),
    [
        (("POST", "/archive"), 409, "invalid_composition"),
        (("POST", "/delete"), 409, "invalid_composition"),
        (("POST", f"/versions/{LIVE}/archive"), 409, "invalid_composition"),
        (("POST", f"/versions/{LIVE}/demote"), 200, "invalid_composition"),
    ],
)
def test_a_part_that_is_taken_away_while_it_is_included_is_missed_or_kept(
    scene: Scene, call: tuple[str, str], status: int, code: str
) -> None:
    mine, rival = scene.race(lambda: include(scene), lambda: scene.call(*call))

    assert (mine.status, mine.json["code"]) == (400, code)
    assert rival.status < 300, rival.text
    assert_consistent(scene.take_snapshot())


@pytest.mark.parametrize("is_included", [False, True])
@pytest.mark.parametrize(
    "call", [("POST", "/archive"), ("POST", "/delete"), ("POST", f"/versions/{LIVE}/archive")]
)
def test_a_part_that_is_included_while_it_is_taken_away_stays(
    scene: Scene, call: tuple[str, str], is_included: bool
) -> None:
    if is_included:  # by what does not count any more
        other = include(scene).json["version"]
        path = f"/v1/prompts/{other['prompt_id']}/versions/1"
        assert scene.registry.editor("PUT", path, {"template": "no more"}).status == 200

    mine, rival = scene.race(lambda: scene.call(*call), lambda: include(scene))

    assert (mine.status, rival.status) == (409, 201)
    assert mine.json["code"] == "included"
    assert_consistent(scene.take_snapshot())


def test_a_pointer_stays_for_what_includes_it_and_is_handed_out_meanwhile(scene: Scene) -> None:
    editor = scene.registry.editor

    def include_live() -> Response:
        response = include(scene)
        editor.promote(response.json["version"]["prompt_id"], 1, times=2)
        return response

    mine, rival = scene.race(lambda: scene.call("POST", f"/versions/{LIVE}/demote"), include_live)

    assert (mine.status, rival.status) == (409, 201)
    assert mine.json["code"] == "included"
    assert_consistent(scene.take_snapshot())


@pytest.mark.parametrize("is_direct", [False, True])
def test_prompts_that_include_the_same_parts_at_once_do_not_wait_for_each_other(
    scene: Scene, is_direct: bool
) -> None:
    part = include(scene).json["version"]
    editor = scene.registry.editor
    editor.promote(part["prompt_id"], 1)
    slug = editor("GET", f"/v1/prompts/{part['prompt_id']}").json["prompt"]["slug"]
    text = refer(slug, "version=1")
    path = f"/v1/prompts/{editor.create_prompt()['id']}/versions"

    with note_calls() as calls:
        mine, rival = scene.race(
            lambda: editor("POST", path, {"template": text}),
            lambda: include(scene, text if is_direct else ""),
        )

    assert (mine.status, rival.status) == (201, 201)
    assert calls.count("TransactWriteItems") == 3, "the rival's prompt, and two versions"
    assert_consistent(scene.take_snapshot())


def test_of_two_prompts_that_include_each_other_at_once_one_is_refused(scene: Scene) -> None:
    other = scene.registry.editor.create_prompt()
    path = f"/v1/prompts/{other['id']}/versions"
    editor = scene.registry.editor
    editor("POST", path, {"template": "x"})
    editor.promote(other["id"], 1, times=2)
    draft = scene.create(refer(other["slug"], "label=live")).json["version"]["version"]

    mine, rival = scene.race(
        lambda: editor("POST", path, {"template": refer(scene.slug, "label=live")}),
        lambda: [scene.act("promote", draft), scene.act("promote", draft)][1],
    )

    assert (mine.status, rival.status) == (400, 200)
    assert mine.json["details"][0]["reason"] == "cycle"


def test_a_part_of_a_part_that_changes_meanwhile_is_looked_at_again(scene: Scene) -> None:
    parent = include(scene).json["version"]
    editor = scene.registry.editor
    editor.promote(parent["prompt_id"], 1)
    slug = editor("GET", f"/v1/prompts/{parent['prompt_id']}").json["prompt"]["slug"]

    mine, rival = scene.race(
        lambda: include(scene, refer(slug, "version=1")),
        lambda: scene.call("POST", "/archive?force=true"),
    )
    assert (mine.status, rival.status) == (201, 200)
    mine, rival = scene.race(
        lambda: include(scene, refer(slug, "version=1")),
        lambda: scene.call("POST", f"/versions/{LIVE}/demote?force=true"),
    )
    assert (mine.status, rival.status) == (400, 200)


# -- invariant 6: repeats


def test_the_same_call_twice_at_once_has_one_effect_and_one_answer(scene: Scene) -> None:
    def call() -> Response:
        return scene.create("Once", idempotency_key="k")

    before = scene.take_snapshot()
    mine, rival = scene.race(call, call)

    assert (mine.status, rival.status) == (201, 201)
    assert mine.text == rival.text
    assert mine.headers["ETag"] == rival.headers["ETag"]
    assert list_kinds(before, scene.take_snapshot()) == ["version.created"]


def test_a_key_that_is_used_for_two_calls_at_once_is_refused_for_the_slower(scene: Scene) -> None:
    before = scene.take_snapshot()

    mine, rival = scene.race(
        lambda: scene.create("Mine", idempotency_key="k"),
        lambda: scene.create("Rival", idempotency_key="k"),
    )

    assert (mine.status, rival.status) == (409, 201)
    assert mine.json["code"] == "idempotency_mismatch"
    assert list_kinds(before, scene.take_snapshot()) == ["version.created"]


def test_the_same_creation_of_a_prompt_twice_at_once_has_one_effect_and_one_answer(
    scene: Scene,
) -> None:
    def call() -> Response:
        return scene.registry.editor(
            "POST",
            f"/v1/teams/{scene.registry.team_id}/prompts",
            {"name": "Once"},
            headers={"Idempotency-Key": "k"},
        )

    mine, rival = scene.race(call, call)

    assert (mine.status, rival.status) == (201, 201)
    assert mine.text == rival.text


def test_the_same_call_beside_another_writer_still_has_one_effect(scene: Scene) -> None:
    def call() -> Response:
        return scene.create("Once", idempotency_key="k")

    def rivals() -> Response:
        scene.create("Other")
        return call()

    before = scene.take_snapshot()
    mine, rival = scene.race(call, rivals)

    assert mine.text == rival.text
    assert mine.json["version"]["version"] == 5
    assert list_kinds(before, scene.take_snapshot()) == ["version.created"] * 2


def test_repeat_of_a_call_that_had_nothing_to_do_does_nothing_later_either(scene: Scene) -> None:
    def call() -> Response:
        return scene.call(
            "POST", f"/versions/{DRAFT}/tags", {"tag": "beta"}, idempotency_key="again"
        )

    first = call()
    scene.set_tag("beta", STABLE)
    second = call()

    assert (first.status, second.status) == (200, 200)
    assert first.text == second.text
    assert scene.get_head()["tags"]["beta"] == STABLE


def test_a_failed_call_keeps_no_answer_and_its_key_may_try_again(scene: Scene) -> None:
    first = scene.act("demote", STABLE, idempotency_key="k")
    scene.act("promote", STABLE)
    second = scene.act("demote", STABLE, idempotency_key="k")

    assert (first.status, second.status) == (422, 200)


def test_a_write_whose_answer_cannot_be_carried_writes_nothing(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    from shared import serve, settings

    monkeypatch.setenv("RESPONSE_BYTES", "2000")
    settings.get_settings.cache_clear()
    serve.get_store.cache_clear()
    before = scene.take_snapshot()

    answer = scene.create("x" * 2000)

    assert answer.status == 422
    assert scene.take_snapshot() == before


# -- every route beside rivals, at every point after its first read

DELETION = "delete_workspace_prompt"
DELETIONS = frozenset({DELETION, "delete_team"})
REFUSALS = frozenset({404, 422})
RIVALS = {  # by the table that they write to: one for each thing that others read or write too
    "prompts": (
        *("patch_prompt", "set_version_tag", "promote_version", "delete_prompt_version"),
        *("deploy_prompt", DELETION),
    ),
    "access": ("create_folder", "rename_tag_definition", "delete_tag_definition"),
}
READS = (
    *("get_prompt", "list_versions", "get_version", "diff_versions", "list_prompt_history"),
    *("render_live", "get_prompt_by_handle", "get_promoted_version", "get_prompt_config"),
)
BY_NAME = {route.name: route for route in ROUTES}


def name_case(route: Route) -> str:
    return f"{route.dialect}.{route.name}"


BESIDE_RIVALS = [*WRITING, *(BY_NAME[name] for name in READS)]


@pytest.mark.parametrize("route", BESIDE_RIVALS, ids=name_case)
def test_a_rival_at_any_point_leaves_what_one_after_the_other_could_have_left(
    route: Route, scene: Scene, pytestconfig: pytest.Config
) -> None:
    """`make faults` tries each rival at each point; otherwise each point has one of them."""
    saved = scene.memory.save()
    rivals = list_rivals(route)
    mine = prepare(scene, route)
    scene.interceptor.clear()
    mine()
    points = range(2, max(3, len(scene.interceptor.calls)))
    is_every = pytestconfig.getoption("every_fault")
    choice = choose_rivals(len(rivals), BESIDE_RIVALS.index(route), points)
    for number, rival_route in enumerate(rivals):
        if not is_every and number not in choice.values():
            continue
        with name_route(rival_route):
            scene.memory.restore(saved)
            mine, rival = prepare(scene, route), prepare(scene, rival_route)
            ready, baseline = scene.memory.save(), Baseline(scene.take_snapshot())
            scene.interceptor.clear()
            first = mine()
            calls = len(scene.interceptor.calls)
            outcomes = [describe_outcome(scene, baseline, first, rival())]
            scene.memory.restore(ready)
            late = rival()
            alone = baseline.describe_effect(scene.take_snapshot())
            outcomes.append(describe_outcome(scene, baseline, mine(), late))
            for place in range(2, calls):
                if not is_every and choice.get(place, number) != number:
                    continue
                scene.memory.restore(ready)
                first, late = scene.race(mine, rival, place=place)
                outcome = describe_outcome(scene, baseline, first, late)
                if rival_route.name in DELETIONS and first.status in REFUSALS:
                    # What was there when it was looked for has other words for being gone.
                    assert_problem(first, route, *REFUSALS & list_problems(route))
                    assert outcome[-1] == alone
                    continue
                assert outcome in outcomes, f"{rival_route.name} before call {place}"
    scene.memory.restore(saved)


def choose_rivals(rivals: int, turn: int, points: range) -> dict[int, int]:
    """Choose the number of a rival for each point, at each turn another one."""
    return {point: (turn + point) % rivals for point in points}


def test_a_choice_of_rivals_has_every_point_and_in_time_every_rival() -> None:
    points = range(2, 5)
    choices = [choose_rivals(9, turn, points) for turn in range(9)]

    assert all([*choice] == [*points] for choice in choices)
    assert len({pair for choice in choices for pair in choice.items()}) == 9 * len(points)


@pytest.mark.parametrize("route", WRITING, ids=name_case)
def test_the_same_request_twice_at_once_has_one_effect_at_whatever_point(
    route: Route, scene: Scene
) -> None:
    saved = scene.memory.save()
    mine = prepare(scene, route, Idempotency_Key="once")
    ready, baseline = scene.memory.save(), Baseline(scene.take_snapshot())
    scene.interceptor.clear()
    mine()
    calls = len(scene.interceptor.calls)
    effect = baseline.describe_effect(scene.take_snapshot())
    for place in range(2, calls):
        scene.memory.restore(ready)
        first, late = scene.race(mine, mine, place=place)

        assert first.status == route.status
        assert (first.status, first.text) == (late.status, late.text), f"at call {place}"
        assert baseline.describe_effect(scene.take_snapshot()) == effect
    scene.memory.restore(saved)


def list_rivals(route: Route) -> list[Route]:
    """List the rivals that write to a table that a route reads or writes, and the route itself."""
    names = [
        name
        for table, names in RIVALS.items()
        for name in names
        if any(action.startswith(f"{table}:") for action in route.actions)
    ]
    rivals = {BY_NAME[name] for name in names} | {route}
    if route not in WRITING:
        # A reader who was let in reads on when the prompt is deleted.
        rivals -= {BY_NAME[DELETION], route}
    return sorted(rivals, key=lambda rival: rival.name)


def prepare(scene: Scene, route: Route, **headers: str) -> Callable[[], Response]:
    """Prepare a route's good call for a process that has just started; new names are the same."""
    sample, names = get_sample(route), {**scene.base.names, "new": "the-same"}
    if route.dialect == "langwatch":
        # What a handle names is found first: a request goes on with that prompt, as by its id.
        names["slug"] = scene.id
    for method, target, body in sample.first:
        scene.registry.editor(method, fill(target, names), fill(body, names))
    names |= scene.get_names(route)
    target = fill(sample.target or route.path, names)
    call = Prepared(route, target, fill(sample.body, names))

    def send() -> Response:
        scene.registry.forget()
        return scene.send(call, **headers)

    return send


def describe_outcome(
    scene: Scene, baseline: Baseline, mine: Response, rival: Response
) -> tuple[object, ...]:
    """Describe what two requests have led to, and assert that what is stored is consistent."""
    after = scene.take_snapshot()
    assert_consistent(after)
    assert_follows(baseline.snapshot, after)
    responses = baseline.describe_response(mine), baseline.describe_response(rival)
    return (*responses, baseline.describe_effect(after))


# -- AWS in trouble


@pytest.mark.parametrize("times", [1, 7])
def test_conflicting_transactions_are_tried_again(times: int, scene: Scene) -> None:
    scene.interceptor.intercept(
        cancel_with("TransactionConflict", "None"), TRANSACTION, times=times
    )

    assert scene.create().status == 201
    assert not scene.interceptor.remaining
    assert scene.interceptor.calls.count(TRANSACTION) == times + 1


def test_who_has_lost_a_race_pauses_first_and_then_reads_the_head_again(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[int] = []
    sleepless = SimpleNamespace(sleep=lambda _: pauses.append(len(scene.interceptor.calls)))
    monkeypatch.setattr("shared.writing.time", sleepless)
    lost = cancel_with("ConditionalCheckFailed")
    scene.interceptor.intercept(lost, TRANSACTION, times=3)

    assert scene.describe("Mine").status == 200

    calls = scene.interceptor.calls
    rounds = [calls[at:end] for at, end in pairwise([*pauses, len(calls)])]
    assert calls[: pauses[0]][-1] == TRANSACTION
    # What was read does not age in the pause: the write follows upon the head at once.
    assert rounds == [["GetItem", TRANSACTION]] * 3


def test_conflicting_transactions_are_tried_again_for_a_new_prompt(scene: Scene) -> None:
    scene.interceptor.intercept(cancel_with("None", "TransactionConflict"), TRANSACTION, times=3)

    assert scene.registry.editor.create_prompt("Tried again")["slug"] == "tried_again"
    assert not scene.interceptor.remaining


@pytest.mark.parametrize("case", ["version", "prompt"])
def test_conflicts_without_end_are_told_as_contention_and_write_nothing(
    case: str, scene: Scene, clock: Clock
) -> None:
    before, started = scene.take_snapshot(), clock.now
    scene.interceptor.intercept_all(cancel_with("TransactionConflict"), TRANSACTION)

    if case == "version":
        answer = scene.create()
    else:
        path = f"/v1/teams/{scene.registry.team_id}/prompts"
        answer = scene.registry.editor("POST", path, {"name": "Never"})

    assert answer.status == 503
    assert answer.json["code"] == "contended"
    assert int(answer.headers["Retry-After"]) >= 1
    patience = SECONDS - RESPONSE_SECONDS - TRY_SECONDS
    assert patience - LONGEST_PAUSE <= clock.now - started <= patience
    assert scene.take_snapshot() == before


def test_rivals_without_end_are_told_as_contention(scene: Scene) -> None:
    def rival() -> None:
        prompt, origin = found(scene), Origin(by=Author(id="r", name="Rival"))
        team = scene.registry.store.open_team(prompt.team_id)
        team.commit(prompts.describe(prompt, "Rival", origin))

    reaction = run_before(rival)

    def every_other(send: Any) -> Any:
        every_other.mine = not every_other.mine  # type: ignore[attr-defined]
        return send() if every_other.mine else reaction(send)  # type: ignore[attr-defined]

    every_other.mine = True  # type: ignore[attr-defined]
    scene.interceptor.intercept_all(every_other, TRANSACTION)
    answer = scene.create()

    assert answer.status == 503
    assert scene.get_head()["last_version"] == 3


def found(scene: Scene) -> Any:
    prompt = scene.registry.store.find_prompt(scene.id)
    assert prompt is not None
    return prompt


@pytest.mark.parametrize(
    "reaction",
    [
        pytest.param(cancel_with("None", "ThrottlingError"), id="throttled leg"),
        pytest.param(cancel_with("ProvisionedThroughputExceeded"), id="hot partition"),
        pytest.param(fail_with("TransactionInProgressException"), id="in progress"),
        pytest.param(fail_with("ThrottlingException"), id="throttled"),
        pytest.param(fail_with("InternalServerError", 500), id="their fault"),
        pytest.param(lose_request, id="no connection"),
    ],
)
def test_aws_that_cannot_serve_is_told_as_unavailable_and_nothing_is_written(
    reaction: Any, scene: Scene
) -> None:
    before = scene.take_snapshot()
    scene.interceptor.intercept_all(reaction, TRANSACTION)

    answer = scene.create(idempotency_key="k")

    assert answer.status == 503
    assert answer.json["code"] == "unavailable"
    assert answer.headers["Retry-After"] == "1"
    assert scene.take_snapshot() == before
    scene.interceptor.clear()
    assert scene.create(idempotency_key="k").json["version"]["version"] == 4


@pytest.mark.parametrize(
    "reaction",
    [
        pytest.param(fail_with("TransactionInProgressException"), id="in progress"),
        pytest.param(fail_with("ThrottlingException"), id="throttled"),
        pytest.param(lose_request, id="no connection"),
        pytest.param(lose_response, id="answer lost"),
    ],
)
def test_a_passing_trouble_of_aws_is_not_seen_by_the_caller(reaction: Any, scene: Scene) -> None:
    before = scene.take_snapshot()
    scene.interceptor.intercept(reaction, TRANSACTION)

    assert scene.create().json["version"]["version"] == 4
    assert list_kinds(before, scene.take_snapshot()) == ["version.created"]


def test_a_failed_condition_counts_for_more_than_a_conflict_beside_it(scene: Scene) -> None:
    scene.registry.editor.create_prompt("Taken")
    before = ["None"] * 3  # the head, and its event in both histories
    reasons = cancel_with(*before, "ConditionalCheckFailed", "TransactionConflict")
    scene.interceptor.intercept(reasons, TRANSACTION)

    path = f"/v1/teams/{scene.registry.team_id}/prompts"
    answer = scene.registry.editor("POST", path, {"name": "Taken"})

    assert answer.status == 409
    assert scene.interceptor.calls.count(TRANSACTION) == 1 + 1  # the first made what is taken


def test_a_write_whose_answer_is_lost_for_good_was_made_once(scene: Scene) -> None:
    before = scene.take_snapshot()
    scene.interceptor.intercept_for_good(lose_response, TRANSACTION)

    first = scene.create("Once")

    assert not scene.interceptor.remaining
    assert (first.status, first.json["code"]) == (503, "unavailable")
    assert list_kinds(before, scene.take_snapshot()) == ["version.created"]


def test_a_keyed_write_whose_answer_is_lost_is_answered_from_what_it_kept(scene: Scene) -> None:
    before = scene.take_snapshot()
    scene.interceptor.intercept_for_good(lose_response, TRANSACTION)

    first = scene.create("Once", idempotency_key="k")
    again = scene.create("Once", idempotency_key="k")

    assert not scene.interceptor.remaining
    assert (first.status, first.text) == (again.status, again.text)
    assert list_kinds(before, scene.take_snapshot()) == ["version.created"]


# -- many threads


def test_a_process_of_many_threads_remembers_no_more_than_its_bound() -> None:
    from shared.cache import Cache

    cache: Cache[int, int] = Cache(weight=50)

    def use(start: int) -> None:
        for number in range(start, start + 400):
            cache.put(number % 97, number, weight=1 + number % 7)
            known = cache.get((number * 31) % 97)
            assert known is None or known % 97 == (number * 31) % 97
            cache.remove((number * 17) % 97)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(use, range(0, 800, 100)))

    kept = [number for number in range(97) if cache.get(number) is not None]
    assert len(kept) <= 50


# -- what is read together with a head


def test_a_draft_that_is_written_while_it_is_read_is_read_after_its_head(scene: Scene) -> None:
    scene.interceptor.intercept(cancel_with("None", "TransactionConflict"), "TransactGetItems")
    scene.interceptor.calls.clear()

    assert scene.revise("Later").status == 200

    assert scene.interceptor.calls[-4:] == ["TransactGetItems", "GetItem", "GetItem", TRANSACTION]
    assert scene.call("GET", "/versions/3").json["version"]["template"] == "Later"


@pytest.mark.parametrize("reason", ["ThrottlingError", "ProvisionedThroughputExceeded"])
def test_a_busy_table_makes_a_change_unavailable_and_writes_nothing(
    scene: Scene, reason: str
) -> None:
    before = scene.take_snapshot()
    scene.interceptor.intercept_all(cancel_with(reason), "TransactGetItems")

    answer = scene.revise("Later")

    assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
    assert scene.take_snapshot() == before


def test_a_rival_before_the_write_makes_it_read_again(scene: Scene) -> None:
    calls = scene.interceptor.calls
    mine, _ = scene.race(
        lambda: scene.act("promote", 2), lambda: scene.call("PUT", "", {"description": "rival"})
    )

    assert mine.status == 200
    assert calls[-3:] == ["GetItem", "GetItem", TRANSACTION]
