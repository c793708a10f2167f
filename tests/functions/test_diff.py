"""The difference between two versions, as a unified diff."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

if TYPE_CHECKING:
    from tests.client import Registry


def get_diff(registry: Registry, before: str, after: str) -> str:
    prompt = registry.editor.create_prompt()
    for template in (before, after):
        registry.editor.create_version(prompt["id"], template)
    answer = registry.viewer("GET", f"/v1/prompts/{prompt['id']}/versions/diff?from=1&to=2")
    assert answer.status == 200
    text: str = answer.json["diff"]
    return text


def test_a_diff_tells_both_templates_and_numbers(registry: Registry) -> None:
    prompt = registry.editor.create_prompt()
    for template in ("a\nb\nc", "a\nB\nc"):
        registry.editor.create_version(prompt["id"], template)

    answer = registry.viewer("GET", f"/v1/prompts/{prompt['id']}/versions/diff?from=1&to=2")

    assert answer.json == {
        "diff": "--- v1\n+++ v2\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n",
        "from_template": "a\nb\nc",
        "from_version": 1,
        "settings": [],
        "to_template": "a\nB\nc",
        "to_version": 2,
    }
    assert list(answer.json) == sorted(answer.json)


def test_a_diff_can_run_backwards_and_to_itself(registry: Registry) -> None:
    prompt = registry.editor.create_prompt()
    for template in ("old", "new"):
        registry.editor.create_version(prompt["id"], template)
    path = f"/v1/prompts/{prompt['id']}/versions/diff"

    backwards = registry.viewer("GET", f"{path}?from=2&to=1").json
    itself = registry.viewer("GET", f"{path}?from=2&to=2").json

    assert backwards["diff"] == "--- v2\n+++ v1\n@@ -1 +1 @@\n-new\n+old\n"
    assert (itself["diff"], itself["from_version"], itself["to_version"]) == ("", 2, 2)


@pytest.mark.parametrize(
    ("before", "after", "diff"),
    [
        ("same", "same", ""),
        ("a", "a\n", "--- v1\n+++ v2\n@@ -1 +1,2 @@\n a\n+\n"),
        ("a\r\nb", "a\nb", "--- v1\n+++ v2\n@@ -1,2 +1,2 @@\n-a\r\n+a\n b\n"),
        ("a\u2028b", "a\x0bb", "--- v1\n+++ v2\n@@ -1 +1 @@\n-a\u2028b\n+a\x0bb\n"),
    ],
)
def test_only_a_line_feed_ends_a_line(
    registry: Registry, before: str, after: str, diff: str
) -> None:
    assert get_diff(registry, before, after) == diff


def test_changes_far_apart_make_hunks_of_their_own(registry: Registry) -> None:
    before = [str(n) for n in range(30)]
    after = ["first", *before[1:-1], "last"]

    text = get_diff(registry, "\n".join(before), "\n".join(after))

    assert text.count("@@ -") == 2
    assert len(text.splitlines()) == 2 + 2 * (1 + 2 + 3)


def test_templates_of_too_many_lines_are_not_compared(registry: Registry) -> None:
    prompt = registry.editor.create_prompt()
    for template in ("x\n" * 4_999, "x\n" * 5_000):
        registry.editor.create_version(prompt["id"], template)
    path = f"/v1/prompts/{prompt['id']}/versions/diff"

    fits = registry.viewer("GET", f"{path}?from=1&to=1")
    does_not = registry.viewer("GET", f"{path}?from=1&to=2")

    assert fits.status == 200
    assert (does_not.status, does_not.json["code"]) == (422, "limit_reached")


def test_templates_whose_lines_are_all_alike_are_not_compared(registry: Registry) -> None:
    """It would take half a minute."""
    prompt_id = registry.editor.create_prompt()["id"]
    old = [f"{number % 100}" for number in range(5_000)]
    new = [line if number % 2 else f"new {number}" for number, line in enumerate(old)]
    for lines in (old, new):
        registry.editor.create_version(prompt_id, "\n".join(lines))

    answer = registry.viewer("GET", f"/v1/prompts/{prompt_id}/versions/diff?from=1&to=2")

    assert answer.status == 422
    assert "repeated" in answer.error


def test_templates_with_many_empty_lines_are_compared(registry: Registry) -> None:
    prompt_id = registry.editor.create_prompt()["id"]
    old = [f"{number}" if number % 3 else "" for number in range(4_900)]
    for lines in (old, [*old, "one more"]):
        registry.editor.create_version(prompt_id, "\n".join(lines))

    answer = registry.viewer("GET", f"/v1/prompts/{prompt_id}/versions/diff?from=1&to=2")

    assert "+one more" in answer.json["diff"]


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("", "from and to query parameters are required"),
        ("?from=1", "from and to query parameters are required"),
        ("?to=1", "from and to query parameters are required"),
        ("?from=&to=1", "from and to query parameters are required"),
        ("?from=x&to=", "from and to query parameters are required"),
        ("?from=0&to=1", "invalid from version"),
        ("?from=-1&to=1", "invalid from version"),
        ("?from=2147483648&to=1", "invalid from version"),
        ("?from=" + "9" * 5000 + "&to=1", "invalid from version"),
        ("?from=1&to=%D9%A1", "invalid to version"),
        ("?from=1&to=1_0", "invalid to version"),
        ("?from=x&to=y", "invalid from version"),
        ("?from=1&to=latest", "invalid to version"),
        ("?from=1.0&to=1", "invalid from version"),
    ],
)
def test_the_parameters_are_judged_before_the_prompt(
    registry: Registry, query: str, error: str
) -> None:
    path = f"/v1/prompts/{uuid4()}/versions/diff{query}"

    answer = registry.viewer("GET", path)
    malformed = registry.viewer("GET", f"/v1/prompts/bad/versions/diff{query}")

    assert (answer.status, answer.error) == (400, error)
    assert (malformed.status, malformed.error) == (400, "invalid prompt id")


def test_versions_that_are_not_there_are_told_apart(registry: Registry) -> None:
    prompt = registry.editor.create_prompt()
    registry.editor.create_version(prompt["id"])
    path = f"/v1/prompts/{prompt['id']}/versions/diff"

    answers = [
        registry.viewer("GET", f"{path}?{query}")
        for query in ("from=8&to=9", "from=8&to=1", "from=1&to=9", "from=%2B1&to=01")
    ]

    assert [answer.status for answer in answers] == [404, 404, 404, 200]
    assert [answer.error for answer in answers[:3]] == [
        "from version not found",
        "from version not found",
        "to version not found",
    ]
    missing = registry.viewer("GET", f"/v1/prompts/{uuid4()}/versions/diff?from=8&to=9")
    assert (missing.status, missing.error) == (404, "prompt not found")


def test_a_diff_takes_tags_live_and_latest(registry: Registry) -> None:
    editor, prompt = registry.editor, registry.editor.create_prompt()
    for template in "abc":
        editor.create_version(prompt["id"], template)
    editor.promote(prompt["id"], 1, times=2)
    editor("POST", f"/v1/prompts/{prompt['id']}/versions/2/tags", {"tag": "prod"})
    path = f"/v1/prompts/{prompt['id']}/versions/diff"

    def compare(query: str) -> tuple[int, int]:
        body = registry.viewer("GET", f"{path}?{query}").json
        return body["from_version"], body["to_version"]

    assert compare("from=live&to=latest") == (1, 3)
    assert compare("from=prod&to=1") == (2, 1)
    unknown = registry.viewer("GET", f"{path}?from=live&to=nobody")
    assert (unknown.status, unknown.error) == (400, "invalid to version")


def test_a_diff_shows_settings_too(registry: Registry) -> None:
    editor, prompt = registry.editor, registry.editor.create_prompt()
    params = {"temperature": 0.1, "seed": 1, "stop": ["a"]}
    editor.create_version(prompt["id"], "a", model="openai/gpt-4o", model_params=params)
    changes = params | {"temperature": 0.2, "stop": None, "top_p": 1}
    tools = [{"type": "function", "function": {"name": "f"}}]
    body = {"model": "openai/gpt-5", "model_params": changes, "tools": tools, "engine": "jinja"}
    body |= {"messages": [{"role": "user", "content": "a"}]}
    assert editor("POST", f"/v1/prompts/{prompt['id']}/versions", body).status == 201
    path = f"/v1/prompts/{prompt['id']}/versions/diff"

    there = registry.viewer("GET", f"{path}?from=1&to=2").json
    back = registry.viewer("GET", f"{path}?from=2&to=1").json
    itself = registry.viewer("GET", f"{path}?from=2&to=2").json

    assert (there["diff"], itself["settings"]) == ("", [])
    rows = {row["field"]: (row["from"], row["to"]) for row in there["settings"]}
    assert rows == {
        "engine": ("go", "jinja"),
        "model": ("openai/gpt-4o", "openai/gpt-5"),
        "model_params.temperature": (0.1, 0.2),
        "model_params.stop": (["a"], None),
        "model_params.top_p": (None, 1),
        "messages": (None, ["user"]),
        "tools": (None, tools),
    }
    assert {row["field"]: (row["to"], row["from"]) for row in back["settings"]} == rows
