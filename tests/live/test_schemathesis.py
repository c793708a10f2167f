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
from shared.documents.console import read_console
from shared.domain.organisation import ORGANISATION_ID
from shared.routes import DIALECTS, Permission
from tests.client import AUTHENTICATOR_CODE
from tests.hangs import HANG_SECONDS
from tests.live.server import Server, run_server
from tests.routes.scene import get_credential

Values = Mapping[str, Iterable[object]]

# What these three ask for is not promised: like px0 the API ignores what it does not know, refuses
# well-formed requests by the state of things, and keeps no prompt from another key of its team.
UNPROMISED = "negative_data_rejection,positive_data_acceptance,object_level_authorization"
# The phase of coverage takes other methods too. Where names contain slashes, it depends on the name
# which methods a path has.
PHASES = {"langfuse": "examples,fuzzing,stateful"}
ALL_PHASES = "examples,coverage,fuzzing,stateful"
VERSIONS = 12
# Nobody gets an e-mail here, with the first password or the code; and there is no page of sign-in.
NEED_COGNITO = {"finish_sign_in", "reset_password", "exchange_code"}
# They would end the session of all other calls, or the demo's prompt: the ids of sessions are in a
# list, and the prompt's slug is the example in the document.
ENDING = ("signOut", "revokeSession", "deletePrompt")
PEOPLE = 6  # for each thing that is done to people
# Few requests get the key of an earlier one, which most would be refused for.
IDEMPOTENCY_KEYS = [f"key-{number}" for number in range(10_000)]
# How many examples, and how often a known value stands in one.
EXAMPLES: dict[str, tuple[int, float]] = {
    "registry": (20, 0.7),
    "maxim": (12, 0.9),
    "langwatch": (12, 0.9),
    "tela": (5, 0.9),
    "langfuse": (6, 0.9),
}
# Dialects whose document names this way to send a key, which checks of missing keys leave out.
WITH_BEARER = ("registry", "langwatch", "tela")


def test_every_dialect_is_here() -> None:
    assert EXAMPLES.keys() == VALUES.keys() == {*DIALECTS}


@pytest.mark.parametrize("dialect", EXAMPLES)
def test_whatever_is_sent_is_answered_as_documented(tmp_path: Path, dialect: str) -> None:
    examples, probability = EXAMPLES[dialect]
    routes = [route for route in list_documented_routes() if route.dialect == dialect]
    with run_server(tmp_path) as server:
        values, settings = VALUES[dialect](server), tmp_path / "schemathesis.toml"
        # People may do all that native API keys may.
        key = sign_in(server) if dialect == "registry" else server.demo["api_key"]
        header = f"Authorization: Bearer {key}"
        if dialect not in WITH_BEARER:
            route = next(route for route in routes if route.permission is not Permission.PUBLIC)
            ((name, credential),) = get_credential(route)(str(key)).items()
            header = f"{name}: {credential}".replace("authorization:", "Authorization:")
        settings.write_text(write_configuration(values, probability))
        run = subprocess.run(
            [
                *(sys.executable, "-m", "schemathesis.cli", "--no-color"),
                *("--config-file", str(settings)),
                *("run", f"{server.demo['base_url']}/openapi.json"),
                *("--url", server.demo["base_url"]),
                *(f"--include-tag={tag}" for tag in sorted({route.chapter for route in routes})),
                *("--checks", "all", "--exclude-checks", UNPROMISED),
                *("--phases", PHASES.get(dialect, ALL_PHASES)),
                *("--header", header),
                *(f"--exclude-operation-id={name}" for name in ENDING),
                *("--max-examples", str(examples)),
                *("--seed", "1", "--generation-database", "none"),
                *("--warnings", "off"),
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=HANG_SECONDS,
            check=False,
        )

        assert run.returncode == 0, run.stdout + run.stderr
        answered = list_statuses(server)
        never = {r.name for r in routes if r.status not in answered[r.name]}
        assert never == {r.name for r in routes} & NEED_COGNITO


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
    # By hand: few requests at random reach a draft with a key of their own.
    path = f"/v1/prompts/{prompts[2]}/versions/3"
    assert server.call("PUT", path, {"template": "Hello again!"}).status == 200
    deleted = server.call("POST", f"/v1/prompts/{server.create_prompt('Spare')}/delete")
    assert deleted.status == 204
    # By hand: no weights at random have the right sum.
    split = {"split": [{"version": 1, "weight": 1}, {"version": 3, "weight": 9_999}]}
    for pointer in ("live", "tag-3"):
        path = f"/v1/prompts/{prompt}/splits/{pointer}"
        assert server.call("PUT", path, split).status == 200
    assert server.call("DELETE", f"/v1/prompts/{prompt}/splits/live").status == 204
    return {
        "": {
            "path.pointer": ["live", "tag-3"],
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
        "deletePromptVersion": {"path.id": prompts[::3], "path.version": ["3"]},
        "demoteVersion": {"path.id": prompts[::3], "path.version": ["1"]},
        "rollbackPrompt": {"path.id": prompts[1::3], "body.target_version": [2]},
        "updateVersion": {"path.id": prompts[2::3], "path.version": ["3"]},
        "getConsoleAsset": {"path.hash": [read_console().hash], "path.path": ["app/main.js"]},
        **list_values_of_people(server),
        **list_values_of_releases(server, prompt),
    }


def list_values_of_releases(server: Server, prompt: str) -> dict[str, Values]:
    """Have each decision made once, by another person than the author of the request."""
    session, path = sign_in(server), f"/v1/prompts/{prompt}/releases"
    releases = [
        create(server, path, pointer=f"asked-{number}", version=1)["release"]["id"]
        for number in range(4)
    ]
    for release, decision, key in (
        (releases[0], "approve", session),
        (releases[1], "reject", session),
        (releases[2], "withdraw", None),
    ):
        create(server, f"{path}/{release}/{decision}", key=key, comment="as it should be")
    team = {"path.id": [server.demo["team_id"]]}
    return {
        "getProtected": team,
        "setProtected": team,
        "createRelease": {"path.id": [prompt], "body.pointer": ["asked"], "body.version": [1]},
        "getRelease": {"path.id": [prompt], "path.release_id": releases},
        "approveRelease": {"path.id": [prompt], "path.release_id": releases},
        "rejectRelease": {"path.id": [prompt], "path.release_id": releases},
        "withdrawRelease": {"path.id": [prompt], "path.release_id": releases},
    }


def list_values_of_people(server: Server) -> dict[str, Values]:
    team, session = server.demo["team_id"], sign_in(server)
    # By hand, since a person has few attempts at a password.
    assert server.call("DELETE", "/v1/auth/session", key=sign_in(server)).status == 204
    sign_in(server)
    (other,) = (
        each["id"]
        for each in server.call("GET", "/v1/auth/sessions", key=session).json["sessions"]
        if not each["is_current"]
    )
    revoked = server.call("DELETE", f"/v1/auth/sessions/{other}", key=session)
    assert revoked.status == 204
    password = dict.fromkeys(("current_password", "new_password"), server.demo["password"])
    create(server, "/v1/auth/me/change-password", key=session, **password)
    factor, own = "/v1/auth/me/second-factor", {"password": server.demo["password"]}
    create(server, factor, key=session, **own)
    for enabled in (True, False):
        body = {**own, "enabled": enabled, "code": AUTHENTICATOR_CODE}
        assert server.call("PUT", factor, body, key=session).status == 200
    organisation = f"/v1/orgs/{ORGANISATION_ID}"

    def invite(place: str, **fields: str) -> list[str]:
        return [
            create(
                server,
                f"{organisation}/people",
                key=session,
                email=f"{place}-{number}@example.com",
                **fields,
            )["user"]["id"]
            for number in range(PEOPLE)
        ]

    members, others, spares = invite("in", team_id=team), invite("out"), invite("spare")
    keys = [
        create(server, "/v1/api-keys", key=session, name=f"{number}", org_id=ORGANISATION_ID)["id"]
        for number in range(VERSIONS)
    ]
    teams = []
    for number in range(PEOPLE):
        body = create(server, f"{organisation}/teams", key=session, name=f"Left {number}")
        teams.append(body["team"]["id"])
        admin = {"user_id": members[0], "role": "admin"}
        create(server, f"/v1/teams/{teams[-1]}/members", key=session, **admin)
    ended = [
        create(server, f"{organisation}/teams", key=session, name=f"Ended {number}")["team"]["id"]
        for number in range(PEOPLE)
    ]
    return {
        "leaveTeam": {"path.teamID": teams},
        "deleteTeam": {"path.id": ended},
        "listTeamAudit": {"path.id": [team]},
        "listAuditLogs": {"path.orgID": [ORGANISATION_ID]},
        "renameOrganisation": {"path.id": [ORGANISATION_ID]},
        "listTeams": {"path.orgID": [ORGANISATION_ID]},
        "createTeam": {"path.orgID": [ORGANISATION_ID]},
        "listPeople": {"path.orgID": [ORGANISATION_ID]},
        "invitePerson": {"path.orgID": [ORGANISATION_ID], "body.email": ["bea@example.com"]},
        "endSecondFactor": {"path.orgID": [ORGANISATION_ID], "path.userID": members[:3]},
        "removePerson": {"path.orgID": [ORGANISATION_ID], "path.userID": spares},
        "setOrganisationRole": {"path.orgID": [ORGANISATION_ID], "path.userID": others},
        "renameTeam": {"path.id": teams},
        "listMembers": {"path.id": [team]},
        "addMember": {"path.id": [team], "body.user_id": others},
        "setMemberRole": {"path.id": [team], "path.userID": members[:3]},
        "removeMember": {"path.id": [team], "path.userID": members[3:]},
        "listAPIKeys": {"query.org_id": [ORGANISATION_ID]},
        "createAPIKey": {"body.org_id": [ORGANISATION_ID], "body.name": ["a key"]},
        "updateAPIKey": {"path.id": keys[:4], "body.name": ["renamed"], "body.quota": [0, 100]},
        "deleteAPIKey": {"path.id": keys[4:8]},
        "regenerateAPIKey": {"path.id": keys[8:]},
    }


def sign_in(server: Server) -> str:
    """A session of the demo's person, who is an admin of everything."""
    names = ("email", "password")
    body = create(server, "/v1/auth/login", **{name: server.demo[name] for name in names})
    return str(body["token"])


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
        "getLatestVersion": {"path.id": [prompt]},
        "createEnvironment": {
            "body.resourceId": [prompt],
            "body.name": [f"place-{number}" for number in range(VERSIONS)],
        },
        "getEnvironmentVersion": {
            "query.resourceType": ["prompt"],
            "query.resourceId": [prompt],
            "query.envName": ["production"],
        },
        "publishVersion": {
            "body.resourceId": [prompt],
            "body.versionId": drafts[:3],
            "body.envName": ["production"],
        },
        "deleteCanvasVersion": {"path.id": drafts[3:]},
    }


def list_langfuse_values(server: Server) -> dict[str, Values]:
    names = [server.call("GET", f"/v1/prompts/{server.demo['prompt_id']}").json["prompt"]["name"]]
    spares = [f"Spare {number}" for number in range(4)]
    for spare in spares:
        create_versions(server, spare)
    return {
        "": {
            "path.name": names,
            "query.name": names,
            "body.name": names,
            "body.type": ["text"],
            "body.prompt": ["Hello, {{name}}!"],
            "path.version": ["1"],
            "query.version": [1],
            "query.label": [""],  # which is none, beside a version
            "header.If-Match": ["*"],
        },
        "deleteNamedPrompt": {"path.name": spares},
    }


VALUES = {
    "registry": list_native_values,
    "maxim": list_maxim_values,
    "langwatch": list_langwatch_values,
    "tela": list_tela_values,
    "langfuse": list_langfuse_values,
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


def create(server: Server, path: str, *, key: str | None = None, **body: object) -> Any:
    made = server.call("POST", path, body, key=key)
    assert made.status in (200, 201, 204), made
    return made.json if made.body else None


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
