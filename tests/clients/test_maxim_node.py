"""maxim-js reads what was published with Maxim's public API."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.clients.programs import Clients
from tests.clients.publisher import RICH, TOOL_CALL, Maxim

MISSING = "00000000-0000-4000-8000-000000000000"
QUERIES = [
    {"variables": {"Environment": "prod"}},
    {"variables": {"Environment": "prod", "Language": "fr"}},
    {"variables": {"Environment": "nowhere"}},
]


@pytest.fixture(scope="module")
def report(
    create_clients: Callable[[Path], Clients], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """What one application has read."""
    clients = create_clients(tmp_path_factory.mktemp("application"))
    maxim = Maxim(clients.server)
    folder = maxim.create_folder("For JavaScript")
    chosen = maxim.create_prompt("Chosen in JavaScript")
    for text in ("in production", "for the french", "for everybody"):
        maxim.create_version(chosen, text, temperature=0.2)
    maxim.deploy(chosen, 1, Environment="prod")
    maxim.deploy(chosen, 2, Environment="prod", Language="fr")
    maxim.promote(chosen, 3)
    rich = maxim.create_prompt("Rich in JavaScript", folderId=folder)
    deleted = maxim.create_prompt("Deleted in JavaScript")
    for prompt in (rich, deleted):
        maxim.create_version(prompt, *RICH)
        maxim.deploy(prompt, 1, Suite="JavaScript")
    maxim.delete_prompt(deleted)
    asked = {
        "chosen": chosen,
        "queries": QUERIES,
        "rich": rich,
        "deleted": deleted,
        "folder": folder,
        "missing": MISSING,
    }
    said: dict[str, Any] = clients.run_node("maxim_reader.mjs", json.dumps(asked))
    return said | {"ids": asked}


def test_deployment_variables_choose_the_version(report: dict[str, Any]) -> None:
    assert [one["version"] for one in report["chosen"]] == [1, 2, 3]
    assert report["chosen"][0] == {
        "id": report["ids"]["chosen"],
        "version": 1,
        "model": "gpt-4o",
        "provider": "openai",
        "parameters": {"temperature": 0.2},
        "messages": [{"role": "system", "content": "in production"}],
    }


def test_a_version_is_found_by_its_number(report: dict[str, Any]) -> None:
    assert report["byNumber"] == report["chosen"][0]


def test_tool_calls_images_and_null_content_are_read(report: dict[str, Any]) -> None:
    system, user, assistant, tool = report["rich"]["messages"]

    assert [system, user, tool] == [RICH[0], RICH[1], RICH[3]]
    assert assistant["content"] == ""
    assert assistant["tool_calls"] == [TOOL_CALL]


def test_a_folder_is_found_and_narrows_the_list(report: dict[str, Any]) -> None:
    assert report["folder"]["name"] == "For JavaScript"
    assert [prompt["id"] for prompt in report["inFolder"]] == [report["ids"]["rich"]]


def test_of_a_deleted_prompt_there_is_nothing(report: dict[str, Any]) -> None:
    assert report["deleted"] is None


def test_failures_are_told_in_words(report: dict[str, Any]) -> None:
    assert report["missing"] == {"thrown": "Prompt not found"}
    assert "does not run models" in report["run"]["thrown"]
