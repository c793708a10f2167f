"""The running server against its own OpenAPI document: whatever it is sent, it answers by it."""

import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

from shared.routes import registry
from tests.live.serving import Serving, serving

# What these three ask for is not promised: like px0 the API ignores what it does not know, refuses
# well-formed requests by the state of things, and keeps no prompt from another key of its team.
UNPROMISED = "negative_data_rejection,positive_data_acceptance,object_level_authorization"
SUITE_SECONDS = 300.0
VERSIONS = 12


def test_whatever_is_sent_is_answered_as_documented(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        settings = tmp_path / "schemathesis.toml"
        settings.write_text(configuration(known_values(server)))
        run = subprocess.run(
            [
                *(sys.executable, "-m", "schemathesis.cli", "--no-color"),
                *("--config-file", str(settings)),
                *("run", f"{server.demo['base_url']}/openapi.json"),
                *("--url", server.demo["base_url"]),
                *("--header", f"Authorization: Bearer {server.demo['api_key']}"),
                *("--checks", "all", "--exclude-checks", UNPROMISED),
                *("--max-examples", "20", "--seed", "1", "--generation-database", "none"),
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
        assert [r.name for r in registry.ROWS if r.status not in answered[r.name]] == []


def known_values(server: Serving) -> dict[str, list[str] | list[int]]:
    """Values that lead somewhere, by the parameter that they are for; they are made here."""
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
        "path.id": [prompt],
        "path.slug": ["steady"],
        "path.version": ["live", "latest", *map(str, range(1, VERSIONS + 1))],
        "path.tag": [f"tag-{number}" for number in range(2, VERSIONS + 1)],
        "path.payload_id": payloads,
        "path.team_id": [team],
        "query.team": [team],
        "body.team_id": [team],
        "header.If-Match": ["*"],
        "body.target_version": list(range(1, VERSIONS + 1)),
        "body.rollback_reason": ["it was better"],
    }


def make(server: Serving, path: str, **body: object) -> dict[str, dict[str, str]]:
    made = server.call("POST", path, body)
    assert made.status in (200, 201), made
    answer: dict[str, dict[str, str]] = made.json
    return answer


def configuration(known: dict[str, list[str] | list[int]]) -> str:
    """Takes a known value most of the time, and invents one otherwise."""
    lines = []
    for number, values in enumerate(known.values()):
        lines += [f"[dictionaries.known{number}]", f"values = {json.dumps(values)}"]
    lines.append("[parameters]")
    for number, place in enumerate(known):
        lines.append(f'"{place}" = {{ dictionary = "known{number}", probability = 0.7 }}')
    return "\n".join(lines)


def statuses(server: Serving) -> dict[str, set[int]]:
    """By the route's name, from the log that its function has written."""
    seen: dict[str, set[int]] = defaultdict(set)
    for line in (server.folder / "serve.log").read_text().splitlines():
        record = json.loads(line)
        if record.get("message") == "call":
            seen[record["route"]].add(record["status"])
    return seen
