"""URLs that px0 has too: the caller's credential decides who answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.functions.maxim.workspace import build_key_header

if TYPE_CHECKING:
    from tests.functions.maxim.workspace import Workspace

SLUGS = ["versions", "config", "deploy", "run"]


def test_the_list_of_prompts_is_in_the_dialect_of_the_key(workspace: Workspace) -> None:
    prompt = workspace.create_prompt()
    path = "/v1/prompts"

    ours = workspace.px0("GET", f"{path}?team={workspace.id}")
    theirs = workspace.editor("GET", f"{path}?workspaceId={workspace.id}")

    assert [listed["id"] for listed in ours.json["prompts"]] == [prompt["id"]]
    assert [listed["id"] for listed in theirs.json["data"]] == [prompt["id"]]
    assert workspace.px0("GET", f"{path}?workspaceId={workspace.id}").json == {"prompts": []}


@pytest.mark.parametrize("slug", SLUGS)
def test_px0_finds_a_prompt_whose_slug_is_a_word_of_maxims(workspace: Workspace, slug: str) -> None:
    prompt = workspace.px0.create_prompt(slug, slug=slug)
    workspace.px0.create_version(prompt["id"], "Hi")
    workspace.px0.promote(prompt["id"], 1, times=2)

    assert workspace.px0("GET", f"/v1/prompts/{slug}").json == {"prompt": prompt}
    found = workspace.px0("GET", f"/v1/prompts/{slug}?version=live").json
    assert found["version"]["template"] == "Hi"
    rendered = workspace.px0("POST", f"/v1/prompts/{slug}/render", {})
    assert rendered.json["rendered"] == "Hi"
    assert workspace.px0("HEAD", f"/v1/prompts/{slug}").status == 200


@pytest.mark.parametrize("slug", SLUGS)
def test_px0_is_told_of_failures_in_its_own_shape(workspace: Workspace, slug: str) -> None:
    missing = workspace.px0("GET", f"/v1/prompts/{slug}")
    nobody = workspace.nobody("GET", f"/v1/prompts/{slug}")

    assert (missing.status, missing.error) == (404, "prompt not found")
    assert (nobody.status, nobody.error) == (401, "unauthorized")


def test_px0s_update_of_a_slug_is_refused_as_ever(workspace: Workspace) -> None:
    refused = workspace.px0("PUT", "/v1/prompts/config", {"description": "x"})

    assert (refused.status, refused.error) == (400, "invalid prompt id")


@pytest.mark.parametrize(
    ("method", "path"),
    [("PUT", ""), ("POST", "/versions"), ("GET", "/versions"), ("GET", "/versions/1")],
)
def test_the_calls_that_take_no_slug_say_what_they_take(
    workspace: Workspace, method: str, path: str
) -> None:
    refused = workspace.px0(method, f"/v1/prompts/greeting{path}", {"template": "x"})

    (detail,) = refused.json["details"]
    assert "takes the prompt's id" in detail["message"]


def test_of_two_credentials_maxims_decides(workspace: Workspace) -> None:
    key = workspace.px0.key
    assert key is not None

    both = workspace.px0("GET", "/v1/prompts", headers=build_key_header(key))

    assert both.json["error"]["message"] == "workspaceId is required"
