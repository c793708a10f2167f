"""LangWatch's Python SDK writes, reads, tags and deletes prompts, and follows its own policies."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.clients.programs import Clients, list_calls, wait_until
from tests.clients.publisher import RICH, Maxim
from tests.live.server import Server

USER = "langwatch_user.py"
SYSTEM = {"role": "system", "content": "You greet {{ name }}."}
USERS = {"role": "user", "content": "I am {{ name }}, {{ age }} years old."}


Outcomes = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def outcomes(
    create_clients: Callable[[Path], Clients], tmp_path_factory: pytest.TempPathFactory
) -> Outcomes:
    """What one process has found in each scenario."""
    clients = create_clients(tmp_path_factory.mktemp("application"))
    prepare(clients.server)
    asked = {
        "write": {"handle": "team/greet"},
        "tag": {"handle": "tagged"},
        "fetch": {"handle": "fetched", "local_only": "never-pushed"},
        "compile": {"handle": "compiled"},
        "read": {"names": ["from_maxim:production", "from_px0"]},
        "read_structured": {"names": ["structured"]},
        "fail": {"handle": "failing", "viewer_key": clients.server.demo["viewer_key"]},
    }
    found: Outcomes = clients.run_python(USER, json.dumps(asked))
    return found


def prepare(server: Server) -> None:
    """Two prompts in words of other dialects, and one that the SDK cannot write."""
    maxim = Maxim(server)
    from_maxim = maxim.create_prompt("From Maxim")
    maxim.create_version(from_maxim, *RICH, temperature=0.5, max_tokens=64)
    maxim.promote(from_maxim, 1)
    from_px0 = server.create_prompt("From px0")
    made = server.call("POST", f"/v1/prompts/{from_px0}/versions", {"template": "Hi {{.name}}!"})
    assert made.status == 201, made
    structured = {
        "handle": "structured",
        "prompt": "Tell the mood.",
        "outputs": [
            {
                "identifier": "mood",
                "type": "json_schema",
                "json_schema": {"type": "object", "properties": {"mood": {"type": "string"}}},
            }
        ],
    }
    made = server.call("POST", "/api/prompts", structured)
    assert made.status == 200, made


def get_outcome(outcomes: Outcomes, scenario: str) -> Any:
    """What a scenario has found; fails the test where the scenario itself has failed."""
    outcome = outcomes[scenario]
    if "failed" in outcome:
        pytest.fail(outcome["failed"], pytrace=False)
    return outcome["found"]


@pytest.fixture
def creation(outcomes: Outcomes) -> dict[str, Any]:
    found: dict[str, Any] = get_outcome(outcomes, "write")
    return found


def test_what_was_created_is_told_and_read_alike(creation: dict[str, Any]) -> None:
    made = creation["made"]

    assert (made["handle"], made["scope"], made["version"]) == ("team/greet", "PROJECT", 1)
    assert made["prompt"] == SYSTEM["content"]
    assert made["messages"] == [SYSTEM, USERS]
    assert made["parameters"] == {"tone": "warm", "tries": 3}
    assert made["model"]
    assert creation["found"]["by_number"] == made


def test_an_update_is_a_new_version_that_keeps_what_was_left_out(creation: dict[str, Any]) -> None:
    updated = creation["updated"]

    assert updated["version"] == 2
    assert updated["messages"] == [{**SYSTEM, "content": "You welcome {{ name }}."}, USERS]
    assert updated["parameters"] == creation["made"]["parameters"]
    assert updated["id"] == creation["made"]["id"]
    assert updated["version_id"] != creation["made"]["version_id"]


@pytest.mark.parametrize(
    ("how", "version"),
    [
        ("newest", 2),
        ("by_id", 2),
        ("by_number", 1),
        ("by_number_in_short", 1),
        ("by_tag", 2),
        ("by_tag_in_short", 1),
        ("latest_in_short", 2),
    ],
)
def test_a_version_is_found(creation: dict[str, Any], how: str, version: int) -> None:
    assert creation["found"][how] == creation["made" if version == 1 else "updated"]


def test_a_prompt_is_renamed_and_deleted(creation: dict[str, Any]) -> None:
    assert creation["renamed"]["handle"] == "team/greet-renamed"
    assert creation["old_name"].startswith("ValueError: Prompt not found")
    assert creation["deleted"] == {"success": True}
    assert creation["after"].startswith("ValueError: Prompt not found")


def test_a_tag_is_defined_assigned_moved_renamed_and_deleted(outcomes: Outcomes) -> None:
    found = get_outcome(outcomes, "tag")

    first, _ = found["version_ids"]
    assert {"production", "staging"} <= set(found["at_first"])
    assert found["made"]["name"] == "canary"
    assert (found["assigned"]["tag"], found["assigned"]["versionId"]) == ("canary", first)
    assert (found["before"], found["moved"]) == (1, 2)
    assert found["renamed"]["name"] == "preview"
    assert found["renamed"]["id"] == found["made"]["id"]
    assert found["by_new_name"] == 2
    assert found["by_old_name"].startswith("ValueError: Prompt not found")
    assert found["at_last"] == found["at_first"]


def test_fetch_policies_hold(outcomes: Outcomes) -> None:
    found = get_outcome(outcomes, "fetch")

    assert found["cached"] == ["first on the server"] * 2
    assert found["without"] == {
        "always_fetch": "second on the server",
        "materialized_first": "second on the server",
        "materialized_only": "ValueError: Prompt 'fetched' not found in materialized files",
    }
    assert found["with_files"] == {
        "always_fetch": "second on the server",
        "materialized_first": "in the file",
        "materialized_only": "in the file",
        "not_on_the_server": "in the file",
    }


def test_a_prompt_is_compiled(outcomes: Outcomes) -> None:
    found = get_outcome(outcomes, "compile")

    assert found["prompt"] == "Be brief with ADA."
    assert found["messages"] == [
        {"role": "system", "content": "Be brief with ADA."},
        {"role": "user", "content": "Why?"},
    ]
    assert found["lenient"][1]["content"] == ""
    assert found["strict"].startswith("PromptCompilationError:")
    assert "'question' is undefined" in found["strict"]


def test_its_spans_are_taken(outcomes: Outcomes, server: Server) -> None:
    assert get_outcome(outcomes, "compile")

    def list_spans() -> set[int]:
        return {call["status"] for call in list_calls(server) if call["route"] == "drop_traces"}

    assert wait_until(list_spans), "no spans have come"
    assert 200 in list_spans()


def test_what_other_dialects_wrote_is_read(outcomes: Outcomes) -> None:
    by_maxim, by_px0 = get_outcome(outcomes, "read")

    assert by_maxim["messages"][0] == RICH[0]
    assert by_maxim["prompt"] == RICH[0]["content"]
    assert (by_maxim["model"], by_maxim["temperature"]) == ("openai/gpt-4o", 0.5)
    assert by_maxim["max_tokens"] == 64
    assert by_px0["prompt"] == "Hi {{name}}!"


def test_a_prompt_with_a_structured_output_is_read(outcomes: Outcomes) -> None:
    outcome = outcomes["read_structured"]

    assert outcome.get("found"), outcome["failed"].splitlines()[-3:]


def test_failures_are_the_exceptions_that_callers_expect(outcomes: Outcomes) -> None:
    said = get_outcome(outcomes, "fail")

    for missing in ("prompt", "version", "tag", "to update", "to delete"):
        assert said[f"missing {missing}"].startswith("ValueError: Prompt not found"), missing
    assert said["handle taken"].startswith("RuntimeError: Unexpected status 409")
    assert "Prompt handle already exists for scope PROJECT" in said["handle taken"]
    assert said["handle not valid"].startswith("RuntimeError: Unexpected status 422")
    assert said["no such tag"].startswith("RuntimeError: Unexpected status 422")
    assert said["viewer"].startswith("UnexpectedStatus: Unexpected status code: 403")
    assert said["viewer's reading"] == "nothing: there"
    assert said["wrong key"].startswith("RuntimeError: Authentication error")
