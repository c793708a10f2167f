"""The running server against its own OpenAPI document: whatever it is sent, it answers by it."""

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from infra.openapi import list_documented_routes
from tests.live.server import Server, run_server

Values = Mapping[str, Iterable[object]]

# What these three ask for is not promised: like px0 the API ignores what it does not know, refuses
# well-formed requests by the state of things, and keeps no prompt from another key of its team.
UNPROMISED = "negative_data_rejection,positive_data_acceptance,object_level_authorization"
SUITE_SECONDS = 300.0
VERSIONS = 12
# Few requests get the key of an earlier one, which most would be refused for.
IDEMPOTENCY_KEYS = [f"key-{number}" for number in range(10_000)]
# How many examples, and how often a known value stands in one.
DIALECTS = {"registry": (20, 0.7), "maxim": (12, 0.9), "langwatch": (12, 0.9), "tela": (5, 0.9)}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_whatever_is_sent_is_answered_as_documented(tmp_path: Path, dialect: str) -> None:
    examples, probability = DIALECTS[dialect]
    routes = [route for route in list_documented_routes() if route.dialect == dialect]
    with run_server(tmp_path) as server:
        key = server.demo["api_key"]
        header = f"x-maxim-api-key: {key}" if dialect == "maxim" else f"Authorization: Bearer {key}"
        settings = tmp_path / "schemathesis.toml"
        settings.write_text(write_configuration(VALUES[dialect](server), probability))
        run = subprocess.run(
            [
                *(sys.executable, "-m", "schemathesis.cli", "--no-color"),
                *("--config-file", str(settings)),
                *("run", f"{server.demo['base_url']}/openapi.json"),
                *("--url", server.demo["base_url"]),
                *("--header", header),
                *(f"--include-tag={tag}" for tag in sorted({route.chapter for route in routes})),
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
        answered = list_statuses(server)
        assert {r.name: answered[r.name] for r in routes if r.status not in answered[r.name]} == {}


# -- values that lead somewhere, by the operation ("" for all) and the parameter; made here


def list_native_values(server: Server) -> dict[str, Values]:
    prompt, team = server.demo["prompt_id"], server.demo["team_id"]
    # Others change the first prompt until nothing is left to do with it.
    for name in ("steady", "ready"):
        prompts = [create_versions(server, f"{name}{number}") for number in range(VERSIONS)]
    payloads = []
    for number in range(2, VERSIONS + 1):
        create(server, f"/v1/prompts/{prompt}/versions", template=f"Hello, {number}!")
        create(server, f"/v1/prompts/{prompt}/versions/{number}/tags", tag=f"tag-{number}")
        if number % 2:
            create(server, f"/v1/prompts/{prompt}/versions/{number}/promote")
        payload = create(server, f"/v1/prompts/{prompt}/payloads", variables={"number": number})
        payloads.append(payload["payload"]["id"])
    return {
        "": {
            "path.id": [prompt],
            "path.slug": [f"steady{number}" for number in range(VERSIONS)],
            "path.version": ["live", "latest", *map(str, range(1, VERSIONS + 1))],
            "path.tag": [f"tag-{number}" for number in range(2, VERSIONS + 1)],
            "path.payload_id": payloads,
            "path.team_id": [team],
            "query.team": [team],
            "body.team_id": [team],
            "header.If-Match": ["*"],
            "body.target_version": range(1, VERSIONS + 1),
            "body.rollback_reason": ["it was better"],
        },
        "demoteVersion": {"path.id": prompts[::3], "path.version": ["1"]},
        "rollbackPrompt": {"path.id": prompts[1::3], "body.target_version": [2]},
        "updateVersion": {"path.id": prompts[2::3], "path.version": ["3"]},
    }


def list_maxim_values(server: Server) -> dict[str, Values]:
    prompt, team = server.demo["prompt_id"], server.demo["team_id"]
    version = create(server, f"/v1/prompts/{prompt}/versions", template="Hello!")["version"]
    create(server, f"/v1/prompts/{prompt}/versions/{version['version']}/promote")
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
        "updateWorkspacePrompt": {"body.name": [f"shelf {number}" for number in range(VERSIONS)]},
        "deleteWorkspacePrompt": {"query.id": create_spares(server)},
    }


def list_langwatch_values(server: Server) -> dict[str, Values]:
    prompt = server.demo["prompt_id"]
    version = create(server, f"/v1/prompts/{prompt}/versions/1/tags", tag="staging")["version"][
        "id"
    ]
    tags = [f"tag-{number}" for number in range(VERSIONS)]
    for tag in tags:
        create(server, "/api/prompts/tags", name=tag)
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
        "deletePromptByHandle": {"path.id": create_spares(server)},
        "renameTagDefinition": {"path.tag": tags[:6], "body.name": ["renamed"]},
        "deleteTagDefinition": {"path.tag": tags[6:]},
    }


def list_tela_values(server: Server) -> dict[str, Values]:
    prompt, team = server.demo["prompt_id"], server.demo["team_id"]
    drafts = [
        create(server, f"/v1/prompts/{prompt}/versions", template="Hello!")["version"]["id"]
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


VALUES = {
    "registry": list_native_values,
    "maxim": list_maxim_values,
    "langwatch": list_langwatch_values,
    "tela": list_tela_values,
}


def create_versions(server: Server, name: str) -> str:
    """A prompt whose versions are live, stable and draft."""
    prompt = server.create_prompt(name)
    for number in (1, 2, 3):
        create(server, f"/v1/prompts/{prompt}/versions", template="Hello!")
        for _ in range(3 - number):
            create(server, f"/v1/prompts/{prompt}/versions/{number}/promote")
    return prompt


def create_spares(server: Server) -> list[str]:
    """Prompts to delete."""
    return [server.create_prompt(f"Spare {number}") for number in range(VERSIONS)]


def create(server: Server, path: str, **body: object) -> Any:
    made = server.call("POST", path, body)
    assert made.status in (200, 201), made
    return made.json


def write_configuration(known: Mapping[str, Values], probability: float) -> str:
    """Takes a known value most of the time, and invents one otherwise."""
    known = {**known, "": {**known[""], "header.Idempotency-Key": IDEMPOTENCY_KEYS}}
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


def list_statuses(server: Server) -> dict[str, set[int]]:
    """By the route's name, from the log that its function has written."""
    seen: dict[str, set[int]] = defaultdict(set)
    for line in (server.folder / "serve.log").read_text().splitlines():
        record = json.loads(line)
        if record.get("message") == "call":
            seen[record["route"]].add(record["status"])
    return seen
