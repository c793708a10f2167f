"""The running server against its own OpenAPI document: whatever it is sent, it answers by it."""

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from infra.openapi import documented
from tests.live.serving import Serving, serving

Values = Mapping[str, Iterable[object]]

# What these three ask for is not promised: like px0 the API ignores what it does not know, refuses
# well-formed requests by the state of things, and keeps no prompt from another key of its team.
UNPROMISED = "negative_data_rejection,positive_data_acceptance,object_level_authorization"
SUITE_SECONDS = 300.0
VERSIONS = 12
# How many examples, and how often a known value stands in one.
DIALECTS = {"registry": (20, 0.7), "maxim": (12, 0.9), "langwatch": (12, 0.9), "tela": (5, 0.9)}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_whatever_is_sent_is_answered_as_documented(tmp_path: Path, dialect: str) -> None:
    examples, probability = DIALECTS[dialect]
    routes = [route for route in documented() if route.dialect == dialect]
    with serving(tmp_path) as server:
        key = server.demo["api_key"]
        header = f"x-maxim-api-key: {key}" if dialect == "maxim" else f"Authorization: Bearer {key}"
        settings = tmp_path / "schemathesis.toml"
        settings.write_text(configuration(KNOWN[dialect](server), probability))
        run = subprocess.run(
            [
                *(sys.executable, "-m", "schemathesis.cli", "--no-color"),
                *("--config-file", str(settings)),
                *("run", f"{server.demo['base_url']}/openapi.json"),
                *("--url", server.demo["base_url"]),
                *("--header", header),
                *(f"--include-tag={tag}" for tag in sorted({route.tag for route in routes})),
                *("--checks", "all", "--exclude-checks", UNPROMISED),
                *("--max-examples", str(examples)),
                *("--seed", "1", "--generation-database", "none"),
                *("--warnings", "off"),
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=SUITE_SECONDS,
            check=False,
        )

        assert run.returncode == 0, run.stdout + run.stderr
        answered = statuses(server)
        assert [r.name for r in routes if r.status not in answered[r.name]] == []


# -- values that lead somewhere, by the operation ("" for all) and the parameter; made here


def known_natively(server: Serving) -> dict[str, Values]:
    prompt, team = server.demo["prompt_id"], server.demo["team_id"]
    steady = server.prompt("Steady")  # known by its slug only, so that it stays as it is
    make(server, f"/v1/prompts/{steady}/versions", template="Hello!")
    for _ in ("stable", "live"):
        make(server, f"/v1/prompts/{steady}/versions/1/promote")
    payloads = []
    for number in range(2, VERSIONS + 1):
        make(server, f"/v1/prompts/{prompt}/versions", template=f"Hello, {number}!")
        make(server, f"/v1/prompts/{prompt}/versions/{number}/tags", tag=f"tag-{number}")
        if number % 2:
            make(server, f"/v1/prompts/{prompt}/versions/{number}/promote")
        payload = make(server, f"/v1/prompts/{prompt}/payloads", variables={"number": number})
        payloads.append(payload["payload"]["id"])
    return {
        "": {
            "path.id": [prompt],
            "path.slug": ["steady"],
            "path.version": ["live", "latest", *map(str, range(1, VERSIONS + 1))],
            "path.tag": [f"tag-{number}" for number in range(2, VERSIONS + 1)],
            "path.payload_id": payloads,
            "path.team_id": [team],
            "query.team": [team],
            "body.team_id": [team],
            "header.If-Match": ["*"],
            "body.target_version": range(1, VERSIONS + 1),
            "body.rollback_reason": ["it was better"],
        }
    }


def known_to_maxim(server: Serving) -> dict[str, Values]:
    prompt, team = server.demo["prompt_id"], server.demo["team_id"]
    version = make(server, f"/v1/prompts/{prompt}/versions", template="Hello!")["version"]
    make(server, f"/v1/prompts/{prompt}/versions/{version['version']}/promote")
    return {
        "": {
            "query.workspaceId": [team],
            "body.workspaceId": [team],
            "query.promptId": [prompt],
            "body.promptId": [prompt],
            "body.id": [prompt],
            "query.entityType": ["PROMPT"],
            "body.entityType": ["PROMPT"],
            "query.name": ["shelf"],
            "body.name": ["shelf"],
            "query.id": [version["id"]],
            "query.cursor": [""],
            "query.promptVersionNumber": [version["version"]],
            "body.versionId": [version["id"]],
            "body.version": [version["version"]],
        },
        "listFolders": {"query.id": [""]},
        "getPromptConfig": {"query.id": [prompt]},
        "deleteWorkspacePrompt": {"query.id": spare(server)},
    }


def known_to_langwatch(server: Serving) -> dict[str, Values]:
    prompt = server.demo["prompt_id"]
    version = make(server, f"/v1/prompts/{prompt}/versions/1/tags", tag="staging")["version"]["id"]
    tags = [f"tag-{number}" for number in range(VERSIONS)]
    for tag in tags:
        make(server, "/api/prompts/tags", name=tag)
    return {
        "": {
            "path.id": [prompt],
            "path.version_id": [version],
            "path.tag": ["production", "staging"],
            "body.versionId": [version],
            "query.version": [1],
            "query.tag": ["staging", "latest"],
            "header.If-Match": ["*"],
        },
        "deletePromptByHandle": {"path.id": spare(server)},
        "renameTagDefinition": {"path.tag": tags[:6], "body.name": ["renamed"]},
        "deleteTagDefinition": {"path.tag": tags[6:]},
    }


def known_to_tela(server: Serving) -> dict[str, Values]:
    prompt, team = server.demo["prompt_id"], server.demo["team_id"]
    drafts = [
        make(server, f"/v1/prompts/{prompt}/versions", template="Hello!")["version"]["id"]
        for _ in range(VERSIONS)
    ]
    return {
        "": {
            "path.id": drafts[:3],
            "query.promptId": [prompt],
            "query.projectId": [team],
            "body.promptId": [prompt],
            "header.If-Match": ["*"],
        },
        "getPromotedVersion": {"path.id": [prompt]},
        "deleteCanvasVersion": {"path.id": drafts[3:]},
    }


KNOWN = {
    "registry": known_natively,
    "maxim": known_to_maxim,
    "langwatch": known_to_langwatch,
    "tela": known_to_tela,
}


def spare(server: Serving) -> list[str]:
    """Prompts to delete."""
    return [server.prompt(f"Spare {number}") for number in range(VERSIONS)]


def make(server: Serving, path: str, **body: object) -> Any:
    made = server.call("POST", path, body)
    assert made.status in (200, 201), made
    return made.json


def configuration(known: Mapping[str, Values], probability: float) -> str:
    """Takes a known value most of the time, and invents one otherwise."""
    dictionaries: list[str] = []
    chosen: list[str] = []
    for operation_id, values in known.items():
        chosen.append("[parameters]")
        if operation_id:
            chosen[-1:] = ["[[operations]]", f'include-operation-id = "{operation_id}"']
            chosen.append("[operations.parameters]")
        for place, some in values.items():
            name = f"known{len(dictionaries)}"
            dictionaries.append(f"[dictionaries.{name}]\nvalues = {json.dumps([*some])}")
            chosen.append(f'"{place}" = {{ dictionary = "{name}", probability = {probability} }}')
    # What this service does not do it refuses with 501, as documented.
    refusal = '[checks.not_a_server_error]\nexpected-statuses = ["2xx", "3xx", "4xx", 501]'
    return "\n".join([refusal, *dictionaries, *chosen])


def statuses(server: Serving) -> dict[str, set[int]]:
    """By the route's name, from the log that its function has written."""
    seen: dict[str, set[int]] = defaultdict(set)
    for line in (server.folder / "serve.log").read_text().splitlines():
        record = json.loads(line)
        if record.get("message") == "call":
            seen[record["route"]].add(record["status"])
    return seen
