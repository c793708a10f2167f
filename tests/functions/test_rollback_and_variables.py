"""Rolling back to a stable version, and listing what a template may ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from tests.routes.scene import DRAFT, LIVE, STABLE, Scene

if TYPE_CHECKING:
    from tests.client import Registry


def test_a_rollback_makes_a_stable_version_live_and_keeps_the_reason(
    registry: Registry, scene: Scene
) -> None:
    before = registry.viewer("GET", f"/v1/prompts/{scene.id}/versions/{STABLE}").json["version"]

    answer = registry.editor(
        "POST",
        f"/v1/prompts/{scene.id}/rollback",
        {"target_version": STABLE, "rollback_reason": "too polite"},
    )

    live = answer.json["version"]
    assert (answer.status, live["version"], live["status"]) == (200, STABLE, "live")
    assert live["published_at"] > before["published_at"]
    assert registry.viewer.list_statuses(scene.id) == {1: "stable", 2: "live", 3: "draft"}
    event = registry.viewer("GET", f"/v1/prompts/{scene.id}/history?limit=1").json["events"][0]
    assert event["event"] == "version.rolled_back"
    assert event["detail"]["reason"] == "too polite"
    assert event["detail"]["displaced_version"] == LIVE


@pytest.mark.parametrize("number", [LIVE, DRAFT, "archived"])
def test_only_a_stable_version_can_be_rolled_back_to(
    registry: Registry, scene: Scene, number: int | str
) -> None:
    if number == "archived":
        registry.editor("POST", f"/v1/prompts/{scene.id}/versions/{STABLE}/archive")
    target = STABLE if number == "archived" else number
    before = scene.list_stored()

    answer = registry.editor(
        "POST",
        f"/v1/prompts/{scene.id}/rollback",
        {"target_version": target, "rollback_reason": "r"},
    )

    assert (answer.status, answer.json["code"]) == (409, "not_rollable")
    assert answer.error == "can only rollback to stable version: conflict"
    assert scene.list_stored() == before


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        ("{", "invalid request body"),
        ('{"target_version": "2", "rollback_reason": "r"}', "invalid request body"),
        ('{"target_version": 2.0, "rollback_reason": "r"}', "invalid request body"),
        ('{"target_version": 2.5, "rollback_reason": "r"}', "invalid request body"),
        ('{"target_version": true, "rollback_reason": "r"}', "invalid request body"),
        ('{"target_version": 2, "rollback_reason": 1}', "invalid request body"),
        ("{}", "rollback_reason is required"),
        ('{"target_version": null}', "rollback_reason is required"),
        ('{"target_version": 0}', "target_version must be greater than 0"),
        ('{"target_version": -1, "rollback_reason": "r"}', "target_version must be greater than 0"),
        ('{"target_version": 2}', "rollback_reason is required"),
        ('{"target_version": 2, "rollback_reason": ""}', "rollback_reason is required"),
    ],
)
def test_the_body_is_judged_before_the_prompt(registry: Registry, raw: str, error: str) -> None:
    missing = registry.viewer("POST", f"/v1/prompts/{uuid4()}/rollback", raw=raw)
    malformed = registry.viewer("POST", "/v1/prompts/bad/rollback", raw=raw)

    assert (missing.status, missing.error) == (400, error)
    assert (malformed.status, malformed.error) == (400, "invalid prompt id")


def test_then_come_prompt_role_and_version(registry: Registry, scene: Scene) -> None:
    path = f"/v1/prompts/{scene.id}/rollback"
    steps = [
        (registry.viewer, f"/v1/prompts/{uuid4()}/rollback", 9, (404, "prompt not found")),
        (registry.stranger, path, 9, (404, "prompt not found")),
        (registry.viewer, path, 9, (403, "forbidden")),
        (registry.editor, path, 9, (404, "version not found")),
        (registry.editor, path, 2**31, (404, "version not found")),
        (registry.editor, path, 10**30, (404, "version not found")),
    ]

    answers = [
        client("POST", path, {"target_version": number, "rollback_reason": "r"})
        for client, path, number, _ in steps
    ]

    assert [(answer.status, answer.error) for answer in answers] == [step[3] for step in steps]


@pytest.mark.parametrize("reason", ["a\0b", "r" * 10_001])
def test_a_reason_that_cannot_be_kept_is_refused(
    registry: Registry, scene: Scene, reason: str
) -> None:
    answer = registry.editor(
        "POST",
        f"/v1/prompts/{scene.id}/rollback",
        {"target_version": STABLE, "rollback_reason": reason},
    )

    assert answer.status == 400
    assert registry.viewer.list_statuses(scene.id)[LIVE] == "live"


@pytest.mark.parametrize(
    ("template", "engine", "variables"),
    [
        ("static", "go", []),
        ("{{.b}} {{.a}} {{.b}}", "go", ["a", "b"]),
        ("{{if .x}}{{.y}}{{end}}", "go", ["x", "y"]),
        ("{{ b }} {{ a.c }} {{ b }}", "jinja", ["a", "b"]),
        ("{% for n in list %}{{ n }}{{ rest }}{% endfor %}", "jinja", ["list", "rest"]),
    ],
)
def test_variables_are_found_without_running_the_template(
    registry: Registry, template: str, engine: str, variables: list[str]
) -> None:
    prompt = registry.editor.create_prompt()
    registry.editor.create_version(prompt["id"], template, engine=engine)
    path = f"/v1/prompts/{prompt['id']}/versions"

    answers = [registry.viewer("GET", f"{path}/{name}/variables") for name in (1, "latest")]

    assert [answer.json for answer in answers] == [{"variables": variables}] * 2


def test_variables_of_nothing_are_not_found(registry: Registry) -> None:
    prompt = registry.editor.create_prompt()

    answers = [
        registry.viewer("GET", f"/v1/prompts/{prompt_id}/versions/1/variables")
        for prompt_id in ("bad", uuid4(), prompt["id"])
    ]

    assert [(answer.status, answer.error) for answer in answers] == [
        (400, "invalid prompt id"),
        (404, "prompt not found"),
        (404, "version not found"),
    ]


@pytest.mark.parametrize("target", [{}, {"target_version": None}])
def test_without_a_target_it_is_what_was_live_before(registry: Registry, target: Any) -> None:
    editor, prompt = registry.editor, registry.editor.create_prompt()
    path = f"/v1/prompts/{prompt['id']}"
    for _ in range(3):
        editor.create_version(prompt["id"])

    def roll_back() -> int | str:
        response = editor("POST", f"{path}/rollback", {"rollback_reason": "r", **target})
        number: int | str = (
            response.json["version"]["version"] if response.status == 200 else response.json["code"]
        )
        return number

    assert roll_back() == "not_rollable"
    editor.promote(prompt["id"], 1, times=2)
    assert roll_back() == "not_rollable"
    editor.promote(prompt["id"], 3, times=2)
    editor("PUT", path, {"description": "between"})
    assert roll_back() == 1
    assert roll_back() == 3
    editor("POST", f"{path}/versions/3/demote")
    editor.create_version(prompt["id"])
    assert roll_back() == 3
    editor.promote(prompt["id"], 2, times=2)
    editor("POST", f"{path}/versions/3/archive")
    assert roll_back() == "not_rollable"
    assert editor.list_statuses(prompt["id"]) == {1: "stable", 2: "live", 3: "archived", 4: "draft"}
