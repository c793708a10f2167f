"""Sizes: what is large is stored and read back whole, and what is too large is refused in time."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from infra.local.aws import BUCKET
from shared.settings import get_settings
from shared.store import aws

if TYPE_CHECKING:
    from tests.client import Registry

MIB = 1024 * 1024


@pytest.fixture
def path(registry: Registry) -> str:
    """Of a new prompt."""
    return f"/v1/prompts/{registry.editor.create_prompt()['id']}"


def count_objects() -> int:
    return len(aws.get_s3().list_objects_v2(Bucket=BUCKET).get("Contents", []))


def build_body(size: int) -> str:
    """A new version whose body has exactly so many bytes."""
    return json.dumps({"template": "x" * (size - len(json.dumps({"template": ""})))})


def test_a_body_of_4_mib_is_stored_in_the_bucket_and_read_back_whole(
    registry: Registry, path: str
) -> None:
    before, raw = count_objects(), build_body(4 * MIB)

    made = registry.editor("POST", f"{path}/versions", raw=raw)

    template = json.loads(raw)["template"]
    assert (made.status, count_objects()) == (201, before + 1)
    assert registry.viewer("GET", f"{path}/versions/1").json["version"]["template"] == template
    slug = registry.viewer("GET", path).json["prompt"]["slug"]
    rendered = registry.viewer("POST", f"/v1/prompts/{slug}/versions/1/render", {})
    assert rendered.json["rendered"] == template


def test_a_body_over_4_mib_is_too_large_for_everybody(registry: Registry, path: str) -> None:
    raw = build_body(4 * MIB + 1)

    answers = [
        client("POST", f"{path}/versions", raw=raw)
        for client in (registry.editor, registry.viewer, registry.stranger)
    ]
    beyond_lambda = registry.editor("POST", f"{path}/versions", raw=build_body(7 * MIB))

    assert {(a.status, a.error) for a in answers} == {(413, "request entity too large")}
    assert {a.json["code"] for a in answers} == {"too_large"}
    assert (beyond_lambda.status, "error" in beyond_lambda.json) == (413, True)
    assert registry.viewer("GET", f"{path}/versions").json["versions"] == []


@pytest.mark.parametrize("size", [299_000, 300_000, 301_000])
def test_content_about_the_size_of_an_item_is_read_back_whole(
    registry: Registry, path: str, size: int
) -> None:
    template = "\u20ac" * (size // 3)

    registry.editor("POST", f"{path}/versions", {"template": template, "message": "m" * 10_000})
    registry.editor("POST", f"{path}/payloads", {"variables": {"t": template}, "name": "n" * 255})

    version = registry.viewer("GET", f"{path}/versions/latest").json["version"]
    payload = registry.viewer("GET", f"{path}/payloads").json["payloads"][0]
    assert version["template"] == payload["variables"]["t"] == template


def test_large_content_goes_through_its_whole_life(registry: Registry, path: str) -> None:
    versions, large = f"{path}/versions", "y" * 400_000
    registry.editor("POST", versions, {"template": "small"})

    changed = registry.editor("PUT", f"{versions}/1", {"template": large})
    prompt_id = path.removeprefix("/v1/prompts/")
    live = registry.editor.promote(prompt_id, 1, times=2)
    copied = registry.editor("POST", f"{versions}/live/duplicate")
    small = registry.editor("PUT", f"{versions}/2", {"template": "small again"})

    assert changed.json["version"]["template"] == live["template"] == large
    assert copied.json["version"]["template"] == large
    assert small.json["version"]["template"] == "small again"
    archived = registry.editor("POST", f"{versions}/1/archive").json["version"]
    assert (archived["status"], archived["template"]) == ("archived", large)


def test_a_large_answer_is_replayed_whole(registry: Registry, path: str) -> None:
    body = {"template": "z" * MIB}
    header = {"Idempotency-Key": "large"}

    first = registry.editor("POST", f"{path}/versions", body, headers=header)
    again = registry.editor("POST", f"{path}/versions", body, headers=header)

    assert (first.status, again.text) == (201, first.text)


def test_a_list_is_cut_where_one_answer_ends_and_goes_on_with_a_cursor(
    registry: Registry, path: str
) -> None:
    for size in (MIB, MIB, 3 * MIB, MIB):
        registry.editor("POST", f"{path}/versions", {"template": "x" * size})

    pages, cursor = [], ""
    while cursor is not None:
        answer = registry.viewer("GET", f"{path}/versions?cursor={cursor}")
        assert len(answer.text) < get_settings().response_bytes
        pages.append([version["version"] for version in answer.json["versions"]])
        cursor = answer.json.get("next_cursor")

    assert pages == [[4, 3, 2], [1]]


def test_payloads_are_cut_in_the_same_way(registry: Registry, path: str) -> None:
    for n in range(6):
        registry.editor("POST", f"{path}/payloads", {"variables": {"n": n, "x": "x" * MIB}})

    first = registry.viewer("GET", f"{path}/payloads").json
    second = registry.viewer("GET", f"{path}/payloads?cursor={first['next_cursor']}").json

    listed = [payload["variables"]["n"] for payload in first["payloads"] + second["payloads"]]
    assert (listed, len(first["payloads"])) == ([5, 4, 3, 2, 1, 0], 5)


def test_an_answer_that_no_response_can_carry_is_refused(registry: Registry, path: str) -> None:
    for letter in "ab":
        registry.editor("POST", f"{path}/versions", {"template": letter * 2 * MIB})

    answer = registry.viewer("GET", f"{path}/versions/diff?from=1&to=2")

    assert (answer.status, answer.json["code"]) == (422, "answer_too_large")
    assert answer.error == (
        "the response would be too large; request less, with a smaller limit, or one version by "
        "GET /v1/prompts/{id}/versions/{version}"
    )


@pytest.mark.parametrize("part", ["versions", "payloads"])
def test_what_could_not_be_answered_with_is_not_stored_either(
    registry: Registry, path: str, part: str
) -> None:
    # On its way through Lambda each quote takes four bytes: more than 5.5 MB, less than 6.
    text = "x" * 1_500_000 + '"' * 1_050_000
    body = {"template": text} if part == "versions" else {"variables": {"t": text}}

    refused = registry.editor("POST", f"{path}/{part}", body)

    assert (refused.status, refused.json["code"]) == (422, "answer_too_large")
    assert registry.viewer("GET", f"{path}/{part}").json[part] == []
    assert len(registry.viewer("GET", f"{path}/history").json["events"]) == 1


def test_a_rendering_that_grows_too_large_is_stopped(registry: Registry, path: str) -> None:
    slug = registry.viewer("GET", path).json["prompt"]["slug"]
    template = "{{range .n}}{{$.t}}{{end}}"
    registry.editor("POST", f"{path}/versions", {"template": template})
    variables = {"n": list(range(50)), "t": "x" * 100_000}

    answer = registry.viewer(
        "POST", f"/v1/prompts/{slug}/versions/1/render", {"variables": variables}
    )

    assert (answer.status, answer.json["code"]) == (422, "limit_reached")
    assert answer.error.startswith("template execution failed: ")


def test_a_prompt_takes_a_thousand_tags_and_no_more(registry: Registry, path: str) -> None:
    registry.editor("POST", f"{path}/versions", {"template": "x"})
    registry.set_tags(path.removeprefix("/v1/prompts/"), [f"{n:050}" for n in range(1000)])

    more = registry.editor("POST", f"{path}/versions/1/tags", {"tag": "more"})
    moved = registry.editor("POST", f"{path}/versions/1/tags", {"tag": f"{7:050}"})
    listed = registry.viewer("GET", f"{path}/tags").json["tags"]

    assert (more.status, more.error) == (
        422,
        "this prompt has 1000 tags, and 1000 is the maximum; remove some first",
    )
    assert (moved.status, len(listed)) == (200, 1000)
