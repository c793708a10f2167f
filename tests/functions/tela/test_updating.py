"""Changing versions in place: a draft in all, any other in its title and its flags."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from tests.functions.tela.calls import (
    MALFORMED_IDS,
    SCHEMA,
    VARIABLES,
    create_version,
    get_flags,
    get_problem,
    get_version,
    list_versions,
    update_version,
)

if TYPE_CHECKING:
    from tests.client import Registry

CHANGES: dict[str, Any] = {
    "content": "other",
    "markdownContent": "# other",
    "configuration": {"model": "other", "type": "completion", "temperature": 1},
    "variables": VARIABLES,
    "messages": [{"role": "user", "content": "other"}],
}
STARTS = {"draft": {"draft": True}, "stable": {}, "live": {"promoted": True}}


@pytest.fixture
def prompt_id(registry: Registry) -> str:
    new: str = registry.editor.create_prompt()["id"]
    return new


@pytest.mark.parametrize("name", [*CHANGES, "title"])
def test_each_field_of_a_draft_can_be_changed_alone(
    registry: Registry, prompt_id: str, name: str
) -> None:
    version = create_version(
        registry.editor,
        prompt_id,
        draft=True,
        content="Hi {{a}}",
        markdownContent="# Hi",
        messages={"role": "user"},
    )
    change = {name: CHANGES.get(name, "other")}

    answer = update_version(registry.editor, version["id"], **change)

    after = get_version(registry.viewer, version["id"])
    changed = {"updatedAt": after["updatedAt"], "updatedBy": None}
    assert (answer.status, answer.json) == (200, after)
    assert after == version | change | changed
    assert after["updatedAt"] >= version["updatedAt"]


def test_null_takes_a_text_away_and_an_empty_list_the_messages(
    registry: Registry, prompt_id: str
) -> None:
    version = create_version(
        registry.editor, prompt_id, draft=True, content="a", markdownContent="b", messages=[]
    )

    answer = update_version(
        registry.editor, version["id"], content=None, messages=[], markdownContent="c"
    )

    after = answer.json
    assert (after["content"], after["markdownContent"], after["messages"]) == (None, "c", [])


@pytest.mark.parametrize(("start", "name"), list(product(("stable", "live"), CHANGES)))
def test_content_that_has_left_draft_is_closed_to_changes(
    registry: Registry, prompt_id: str, start: str, name: str
) -> None:
    version = create_version(registry.editor, prompt_id, content="first", **STARTS[start])

    answer = update_version(registry.editor, version["id"], **{name: CHANGES[name], "title": "new"})

    assert get_problem(answer) == (409, "only draft versions can be modified")
    assert get_version(registry.viewer, version["id"]) == version


@pytest.mark.parametrize("start", STARTS)
def test_giving_back_what_was_read_changes_nothing(
    registry: Registry, prompt_id: str, start: str
) -> None:
    version = create_version(
        registry.editor,
        prompt_id,
        content=None,
        markdownContent="# Hi {{query}}",
        configuration={"model": "a/b", "type": "chat", "topP": 1, "temperature": 1.0},
        variables=VARIABLES,
        messages={"role": "user"},
        **STARTS[start],
    )
    before = registry.viewer("GET", f"/v1/prompts/{prompt_id}/history").json

    answer = registry.editor("PATCH", f"/prompt-version/{version['id']}", version)

    assert (answer.status, answer.json) == (200, version)
    assert registry.viewer("GET", f"/v1/prompts/{prompt_id}/history").json == before


@pytest.mark.parametrize("start", STARTS)
def test_a_title_can_be_changed_at_any_time(registry: Registry, prompt_id: str, start: str) -> None:
    version = create_version(registry.editor, prompt_id, content="first", **STARTS[start])

    answer = update_version(registry.editor, version["id"], title="Better")

    after = get_version(registry.viewer, version["id"])
    assert answer.json == after
    assert (after["title"], after["content"], get_flags(after)) == (
        "Better",
        "first",
        get_flags(version),
    )
    native = registry.viewer("GET", f"/v1/prompts/{prompt_id}/versions/1").json["version"]
    assert (native["message"], native["status"]) == ("Better", start)


MOVES = {
    # from, promoted, draft: the status after it, or None for a conflict
    ("draft", None, None): "draft",
    ("draft", None, True): "draft",
    ("draft", None, False): "stable",
    ("draft", False, None): "draft",
    ("draft", False, True): "draft",
    ("draft", False, False): "stable",
    ("draft", True, None): "live",
    ("draft", True, True): "live",
    ("draft", True, False): "live",
    ("stable", None, None): "stable",
    ("stable", None, True): None,
    ("stable", None, False): "stable",
    ("stable", False, None): "stable",
    ("stable", False, True): None,
    ("stable", False, False): "stable",
    ("stable", True, None): "live",
    ("stable", True, True): "live",
    ("stable", True, False): "live",
    ("live", None, None): "live",
    ("live", None, True): None,
    ("live", None, False): "live",
    ("live", False, None): "stable",
    ("live", False, True): None,
    ("live", False, False): "stable",
    ("live", True, None): "live",
    ("live", True, True): "live",
    ("live", True, False): "live",
}


@pytest.mark.parametrize("move", MOVES, ids=str)
def test_flags_move_a_version_through_its_life(
    registry: Registry, prompt_id: str, move: tuple[str, bool | None, bool | None]
) -> None:
    start, promoted, draft = move
    version = create_version(registry.editor, prompt_id, **STARTS[start])

    answer = update_version(registry.editor, version["id"], promoted=promoted, draft=draft)

    after = MOVES[move]
    assert registry.viewer.list_statuses(prompt_id) == {1: after or start}
    if after is None:
        assert get_problem(answer) == (
            409,
            "draft must not be true: a version that is no longer a draft cannot become one again; "
            "create a new version",
        )
        assert get_version(registry.viewer, version["id"]) == version
    else:
        assert (answer.status, get_flags(answer.json)) == (200, (after == "live", after == "draft"))


def test_a_draft_is_changed_and_promoted_at_once(registry: Registry, prompt_id: str) -> None:
    create_version(registry.editor, prompt_id, promoted=True)
    version = create_version(registry.editor, prompt_id, content="a", draft=True)

    answer = update_version(
        registry.editor, version["id"], content="b", title="Done", promoted=True
    )

    assert (answer.json["content"], answer.json["title"]) == ("b", "Done")
    assert registry.viewer("GET", f"/prompt/{prompt_id}/promoted-version").json == answer.json
    assert registry.viewer.list_statuses(prompt_id) == {1: "stable", 2: "live"}


def test_promoting_an_older_version_again_is_the_way_back(
    registry: Registry, prompt_id: str
) -> None:
    first, second = (create_version(registry.editor, prompt_id, promoted=True) for _ in range(2))

    assert update_version(registry.editor, first["id"], promoted=True).status == 200

    assert get_flags(get_version(registry.viewer, first["id"])) == (True, False)
    assert get_flags(get_version(registry.viewer, second["id"])) == (False, False)


@pytest.mark.parametrize("name", ["title", "configuration", "variables", "messages"])
def test_null_is_no_value_of_what_is_not_nullable(
    registry: Registry, prompt_id: str, name: str
) -> None:
    version = create_version(registry.editor, prompt_id, draft=True)

    answer = update_version(registry.editor, version["id"], **{name: None})

    assert get_problem(answer)[0] == 400
    assert name in answer.json["message"]


def test_a_structured_output_is_taken_away_with_a_configuration_that_has_none(
    registry: Registry, prompt_id: str
) -> None:
    configuration = {"model": "m", "type": "chat", "temperature": 1}
    output = {"enabled": True, "schema": SCHEMA}
    version = create_version(
        registry.editor,
        prompt_id,
        configuration={**configuration, "structuredOutput": output},
        draft=True,
    )

    answer = update_version(registry.editor, version["id"], configuration=configuration)

    assert answer.json["configuration"] == configuration


def test_the_prompt_of_a_version_cannot_be_changed(registry: Registry, prompt_id: str) -> None:
    version = create_version(registry.editor, prompt_id, draft=True)
    other = registry.editor.create_prompt()["id"]

    answer = update_version(registry.editor, version["id"], promptId=other)

    assert (answer.status, answer.json) == (200, version)


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_a_version_that_is_not_there_or_not_the_callers_is_not_found(
    registry: Registry, prompt_id: str, method: str
) -> None:
    version = create_version(registry.editor, prompt_id)
    sent = {"title": "x"} if method == "PATCH" else None

    answers = [
        registry.editor(method, f"/prompt-version/{name}", sent)
        for name in (*MALFORMED_IDS, uuid4())
    ]
    theirs = registry.stranger(method, f"/prompt-version/{version['id']}", sent)

    assert {get_problem(answer) for answer in (*answers, theirs)} == {(404, "version not found")}
    assert get_version(registry.viewer, version["id"]) == version


def test_if_match_guards_against_changes_that_were_not_seen(
    registry: Registry, prompt_id: str
) -> None:
    version = create_version(registry.editor, prompt_id, draft=True)
    path = f"/prompt-version/{version['id']}"
    header = {"If-Match": registry.viewer("GET", path).headers["ETag"]}

    first = registry.editor("PATCH", path, {"content": "a"}, headers=header)
    second = registry.editor("PATCH", path, {"content": "b"}, headers=header)
    third = registry.editor("DELETE", path, headers=header)

    assert [answer.status for answer in (first, second, third)] == [200, 412, 412]
    assert get_version(registry.viewer, version["id"])["content"] == "a"


def test_a_change_that_lost_a_race_is_judged_anew(registry: Registry, prompt_id: str) -> None:
    version = create_version(registry.editor, prompt_id, draft=True, content="a")
    path = f"/v1/prompts/{prompt_id}/versions/1/promote"
    registry.cloud.run_before("TransactWriteItems", lambda: registry.editor("POST", path))

    answer = update_version(registry.editor, version["id"], content="b")

    assert get_problem(answer) == (409, "only draft versions can be modified")
    assert get_version(registry.viewer, version["id"])["content"] == "a"


def test_a_change_repeated_with_its_key_is_made_once(registry: Registry, prompt_id: str) -> None:
    version = create_version(registry.editor, prompt_id, promoted=True)
    path, header = f"/prompt-version/{version['id']}", {"Idempotency-Key": "once"}

    first = registry.editor("PATCH", path, {"promoted": False}, headers=header)
    update_version(registry.editor, version["id"], promoted=True)
    again = registry.editor("PATCH", path, {"promoted": False}, headers=header)

    assert first.json == again.json
    assert get_flags(get_version(registry.viewer, version["id"])) == (True, False)


@pytest.mark.parametrize("start", STARTS)
def test_a_deleted_version_is_gone_for_every_call(
    registry: Registry, prompt_id: str, start: str
) -> None:
    kept = create_version(registry.editor, prompt_id)
    version = create_version(registry.editor, prompt_id, **STARTS[start])
    path = f"/prompt-version/{version['id']}"

    answer = registry.editor("DELETE", path, headers={"content-type": "application/json"})

    gone = answer.json
    assert (answer.status, gone["id"], gone["promoted"]) == (200, version["id"], False)
    assert gone["deletedAt"] >= version["updatedAt"]
    assert gone["deletedBy"] == version["createdBy"]
    assert gone["deleted"] is True
    again = [registry.editor(*call) for call in (("GET", path), ("DELETE", path))]
    again.append(update_version(registry.editor, version["id"], title="x"))
    assert {get_problem(each) for each in again} == {(404, "version not found")}
    assert list_versions(registry.viewer, prompt_id) == [kept]
    promoted = registry.viewer("GET", f"/prompt/{prompt_id}/promoted-version")
    assert get_problem(promoted) == (404, "no version of this prompt is promoted")
    statuses = {} if start == "draft" else {2: "archived"}
    assert registry.viewer.list_statuses(prompt_id) == {1: "stable"} | statuses
