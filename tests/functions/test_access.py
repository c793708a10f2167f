"""Credentials and ids of the native dialect; who may do what is in `tests/contract`."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from tests import sign_in_page as page

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.client import Registry


@pytest.mark.parametrize(
    "header",
    [
        "{key}",
        "bearer {key}",
        "BEARER {key}",
        "Bearer  {key}",
        "Bearer {key} ",
        "Bearer {key} more",
        "Bearer",
        "Bearer ",
        "Basic {key}",
        "Token {key}",
        "Bearer {key_in_upper_case}",
        "Bearer {key}0",
        "Bearer ak_",
        "Bearer sess_{digits}",
        "",
    ],
)
def test_only_bearer_one_space_and_a_key_is_a_credential(registry: Registry, header: str) -> None:
    key = registry.viewer.key or ""
    sent = header.format(key=key, key_in_upper_case=key.upper(), digits=key[3:])

    answer = registry.nobody(
        "GET", f"/v1/teams/{registry.team_id}/prompts", headers={"Authorization": sent}
    )

    assert (answer.status, answer.error) == (401, "unauthorized")


@pytest.mark.parametrize("client", ["nobody", "admin"])
def test_a_call_for_people_says_that_it_takes_a_session(registry: Registry, client: str) -> None:
    response = getattr(registry, client)("GET", "/v1/auth/sessions")

    assert response.status == 401
    (details,) = response.json["details"]
    assert details["message"].startswith("A session, `Bearer sess_…`")


@pytest.mark.parametrize("header", ["X-API-Key", "X-Auth-Token", "x-maxim-api-key", "Cookie"])
def test_a_key_elsewhere_is_no_credential(registry: Registry, header: str) -> None:
    key = registry.viewer.key

    answer = registry.nobody(
        "GET", f"/v1/teams/{registry.team_id}/prompts?access_token={key}", headers={header: key}
    )

    assert answer.status == 401


def test_health_does_not_look_at_the_key(registry: Registry) -> None:
    answers = [
        client("GET", "/v1/health", headers={"Authorization": header})
        for client in (registry.nobody, registry.stranger)
        for header in (None, "Bearer nonsense", "nonsense")
    ]

    assert {answer.status for answer in answers} == {200}
    assert {answer.json["status"] for answer in answers} == {"OK"}
    assert answers[0].json["sign_in_page"] == {"url": page.URL, "client_id": page.CLIENT_ID}


def test_a_key_of_one_team_does_not_see_the_same_slug_of_another(registry: Registry) -> None:
    theirs = registry.stranger.create_prompt("Shared name")
    ours = registry.editor.create_prompt("Shared name")

    found = [
        client("GET", "/v1/prompts/shared_name").json["prompt"]["id"]
        for client in (registry.stranger, registry.viewer)
    ]

    assert found == [theirs["id"], ours["id"]]


@pytest.mark.parametrize(
    "spelling",
    [str.upper, lambda text: text.replace("-", ""), "urn:uuid:{}".format, "{{{}}}".format],
    ids=["upper case", "no dashes", "urn", "braces"],
)
def test_ids_are_taken_in_other_spellings_and_answered_in_one(
    registry: Registry, spelling: Callable[[str], str]
) -> None:
    prompt = registry.editor.create_prompt()

    answer = registry.viewer("GET", f"/v1/prompts/{quote(spelling(prompt['id']))}")
    listed = registry.viewer("GET", f"/v1/teams/{quote(spelling(registry.team_id))}/prompts")

    assert answer.json["prompt"] == prompt
    assert listed.json["prompts"] == [prompt]
