"""Who may do what here, in each of the ways to send a key."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING

from tests.functions.langwatch.calls import create_prompt

if TYPE_CHECKING:
    from tests.client import Registry

GET_ALL = ("GET", "/api/prompts")


def test_a_key_that_lacks_a_permission_is_told_which(registry: Registry) -> None:
    path = f"/api/prompts/{create_prompt(registry.editor)['id']}"

    for method, permission in (("PUT", "prompts:update"), ("DELETE", "prompts:manage")):
        response = registry.viewer(method, path, {"commitMessage": ""})
        assert (response.status, response.error) == (403, "api_key_permission_denied")
        assert response.json["permission"] == permission


def test_a_missing_key_and_an_unknown_one_are_told_apart(registry: Registry) -> None:
    missing = registry.nobody(*GET_ALL)
    unknown = registry.nobody(*GET_ALL, headers={"X-Auth-Token": f"ak_{'0' * 64}"})

    assert (missing.status, missing.error) == (401, "Unauthorized")
    assert missing.json["message"] == "Missing API key"
    assert (unknown.status, unknown.error) == (401, "Unauthorized")
    assert unknown.json["message"] == "Invalid API key"


def encode_basic(project: str, key: str) -> str:
    return b64encode(f"{project}:{key}".encode()).decode()


def test_a_key_is_taken_in_each_way_that_clients_send_it(registry: Registry) -> None:
    key, team = registry.viewer.key or "", registry.team_id
    wrong = f"ak_{'0' * 64}"

    for headers in (
        {"X-Auth-Token": key},
        {"Authorization": f"Bearer {key}"},
        {"Authorization": f"bearer {key}", "X-Auth-Token": key, "X-Project-Id": team},
        {"Authorization": f"Basic {encode_basic(team, key)}"},
        {"Authorization": f"Basic {encode_basic(team, key)}", "X-Auth-Token": wrong},
        {"Authorization": "Basic ???", "X-Auth-Token": key},
        {"Authorization": f"Basic {encode_basic('', key)}", "X-Auth-Token": key},
        {"Authorization": "Bearer ", "X-Auth-Token": key},
        {"Authorization": f"Basic {key}"},
        {"Authorization": f"Token {key}"},
    ):
        assert registry.nobody(*GET_ALL, headers=headers).status == 200, headers


def test_a_key_of_another_project_than_it_is_said_to_be_of_is_refused(registry: Registry) -> None:
    key, theirs = registry.viewer.key or "", registry.stranger.team_id

    for headers in (
        {"Authorization": f"Basic {encode_basic(theirs, key)}"},
        {"Authorization": f"Bearer {key}", "X-Project-Id": theirs},
        {"X-Auth-Token": key, "X-Project-Id": "no project"},
        {"Authorization": "Basic ???"},
        {"Authorization": key},
        {"X-API-Key": key},
    ):
        answer = registry.nobody(*GET_ALL, headers=headers)
        assert (answer.status, answer.error) == (401, "Unauthorized"), headers


def test_traces_are_taken_in_any_form_and_dropped(registry: Registry) -> None:
    for raw, kind in ((b"\x0a\x00\xff", "application/x-protobuf"), (b"{}", "application/json")):
        answer = registry.viewer(
            "POST", "/api/otel/v1/traces", raw=raw, headers={"content-type": kind}
        )
        assert (answer.status, answer.text) == (200, "")
