"""The same stack where every function may do what its role allows, and nothing else."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from shared.routes import ROUTES, Route
from tests.client import UNKNOWN_ID
from tests.e2e import repairs
from tests.e2e.deployment import STACK, Api, Deployment
from tests.e2e.emulator import ROOT
from tests.e2e.events import receive, subscribe
from tests.e2e.remote import RemoteRegistry, RemoteScene
from tests.routes.roles import call_hidden_prompts, call_in_every_way
from tests.sign_in_page import CLIENT_ID, GROUP, build_exchange, build_groups, run_page

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

ENFORCE_ROLES = True
SUITES = ROOT.parent / "shared" / "conformance"
# Scenarios that the emulator cannot carry, by dialect: what it does instead of API Gateway.
EXCEPTIONS: Mapping[str, Mapping[str, str]] = {}
SUITE_SECONDS = 400.0
POLICY = "function"  # the one of each role

with_suites = pytest.mark.skipif(not SUITES.exists(), reason="the scenarios are not here")


@pytest.fixture(scope="module", autouse=True)
def start_functions(api: Api) -> None:
    """Start each function once: scenarios do not wait as long as all those cold starts take."""

    def start(route: Route) -> int:
        return api.call(route.method, re.sub(r"\{\w+\}", "nothing", route.path)).status

    with ThreadPoolExecutor(4) as pool:
        assert {502, 503, 504}.isdisjoint(pool.map(start, ROUTES))


@with_suites
@pytest.mark.parametrize("suite", ["px0", "px0_templates", "maxim", "langwatch", "tela"])
def test_scenarios_hold(deployment: Deployment, api: Api, suite: str) -> None:
    done = subprocess.run(
        [
            *(sys.executable, str(SUITES / "replay.py"), str(SUITES / f"{suite}.json")),
            *("--env", str(deployment.folder / "demo.json")),
        ],
        capture_output=True,
        text=True,
        timeout=SUITE_SECONDS,
        check=False,
    )

    failed = set(re.findall(r"^FAIL ([^:]+):", done.stdout, re.MULTILINE))
    assert re.search(r"^\d+ passed", done.stdout, re.MULTILINE), done.stderr
    assert failed == EXCEPTIONS.get(suite, {}).keys(), done.stdout


def test_every_role_suffices(deployment: Deployment, api: Api) -> None:
    """Each route is called as the test of its actions calls it.

    Without an identity provider there is no single sign-on, so that `exchange_code` refuses.
    """
    registry = RemoteRegistry(deployment, api)
    with registry.connect():
        scene = RemoteScene(registry)
        for route in ROUTES:
            if route.name != "exchange_code":
                call_in_every_way(scene, route)
        refused = registry.nobody("POST", "/v1/auth/exchange", build_exchange(UNKNOWN_ID))
        call_hidden_prompts(registry)

    # That each has succeeded is asserted at each call.
    assert refused.status == 501
    assert {500, 503}.isdisjoint(registry.statuses)
    answered = list_statuses(deployment)
    assert {name: seen for name, seen in answered.items() if max(seen) in (500, 503)} == {}


def test_people_sign_in_on_the_page_of_their_organisation(deployment: Deployment, api: Api) -> None:
    """The emulator has no such page: one of ours responds, and the function is told where it is."""
    functions = deployment.client("lambda")
    (name,) = (
        each["FunctionName"]
        for page in functions.get_paginator("list_functions").paginate()
        for each in page["Functions"]
        if each.get("Description") == "registry: POST /v1/auth/exchange"
    )
    before = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    registry = RemoteRegistry(deployment, api)
    person_id = str(uuid4())
    with run_page() as page, registry.connect():
        user = {"sub": person_id, "email": "grace@corp.example", "custom:groups": f"[{GROUP}]"}
        page.responses = {
            "/oauth2/token": (200, {"access_token": "the-token"}),
            "/oauth2/userInfo": (200, user),
        }
        variables = {
            **before,
            "SIGN_IN_URL": page.url,
            "SIGN_IN_CLIENT_ID": CLIENT_ID,
            "GROUPS": build_groups(api.demo["team_id"]),
        }
        functions.update_function_configuration(
            FunctionName=name, Environment={"Variables": variables}
        )
        try:
            first = registry.nobody("POST", "/v1/auth/exchange", build_exchange(person_id))
            page.responses["/oauth2/token"] = (400, {"error": "invalid_grant"})
            again = registry.nobody("POST", "/v1/auth/exchange", build_exchange(person_id))
        finally:
            functions.update_function_configuration(
                FunctionName=name, Environment={"Variables": before}
            )
        session = replace(registry.nobody, key=first.json["token"])
        teams = session("GET", "/v1/me/teams").json["teams"]
        created = session("POST", f"/v1/teams/{api.demo['team_id']}/prompts", {"name": "Sign-on"})

    assert (first.status, first.json["user"]["email"]) == (200, "grace@corp.example")
    assert [team["id"] for team in teams] == [api.demo["team_id"]]
    assert created.status == 201
    assert (again.status, again.json["code"]) == (401, "invalid_credentials")
    assert len(page.requests) == 3


def test_content_beyond_an_item_lies_in_the_bucket(deployment: Deployment, api: Api) -> None:
    prompt, large = api.create_prompt("Large"), "large " * 100_000
    path = f"/v1/prompts/{prompt}/versions"

    made = api.call("POST", path, {"template": large})
    read = api.call("GET", f"{path}/1")

    assert (made.status, read.status) == (201, 200)
    assert read.json["version"]["template"] == large
    bucket = deployment.client("s3").list_objects_v2(Bucket=deployment.outputs["ContentBucket"])
    assert bucket["KeyCount"] == 1


def test_a_team_of_another_deployment_goes_on_here(
    deployment: Deployment, api: Api, handover: Path
) -> None:
    """What the first deployment left: its whole team, which has the keys and ids that it had."""
    file, again = handover / "team.jsonl", handover / "again.jsonl"
    theirs = json.loads((handover / "keys.json").read_text())

    first, second = (
        deployment.run("infra.backup", "import", STACK, str(file), "--keys") for _ in range(2)
    )
    exported = ("export", STACK, str(again), "--team", theirs["team_id"])
    third = deployment.run("infra.backup", *exported)

    assert (first.returncode, second.returncode, third.returncode) == (0, 0, 0), first.stderr
    assert "all equal" in first.stderr
    assert re.search(r"^0 prompts are new.*all equal$", second.stderr, re.DOTALL | re.MULTILINE)
    assert again.read_bytes() == file.read_bytes()
    path, key = f"/v1/prompts/{theirs['large']}/versions", theirs["api_key"]
    assert len(api.call("GET", f"{path}/1", key=key).json["version"]["template"]) > 400_000
    made = api.call("POST", path, {"template": "the next"}, key=key)
    assert (made.status, made.json["version"]["version"]) == (201, 2)
    rotated = deployment.run("infra.bootstrap", STACK, "--team-id", theirs["team_id"], "--rotate")
    listed = api.call("GET", f"/v1/teams/{theirs['team_id']}/prompts", key=rotated.stdout.strip())
    assert (listed.status, "replaced" in rotated.stderr) == (200, True)


def test_an_event_goes_its_way(deployment: Deployment, api: Api) -> None:
    queue = subscribe(deployment, "version.created")
    prompt = api.create_prompt("Told to others")
    made = api.call("POST", f"/v1/prompts/{prompt}/versions", {"template": "Hi"})
    assert made.status == 201, made

    assert [event["source"] for event in receive(deployment, queue, prompt)] == ["cuebook"]


def test_a_writer_with_a_readers_role_writes_nothing(deployment: Deployment, api: Api) -> None:
    reader, writer = (get_role_name(deployment, name) for name in ("get_prompt", "create_version"))
    path = f"/v1/prompts/{api.create_prompt('Read only')}/versions"
    own = get_policy(deployment, writer)

    put_policy(deployment, writer, get_policy(deployment, reader))
    refused = api.call("POST", path, {"template": "Hi"})
    put_policy(deployment, writer, own)
    made = api.call("POST", path, {"template": "Hi"})

    assert refused.status == 500, refused
    assert (made.status, made.json["version"]["version"]) == (201, 1)
    assert any("AccessDenied" in line for line in iterate_log(deployment))


def get_role_name(deployment: Deployment, route: str) -> str:
    """What the role of a route's function is called."""
    name = find_function(deployment, route)
    found = deployment.client("lambda").get_function_configuration(FunctionName=name)
    return str(found["Role"]).rpartition("/")[2]


def get_policy(deployment: Deployment, role: str) -> Any:
    iam = deployment.client("iam")
    return iam.get_role_policy(RoleName=role, PolicyName=POLICY)["PolicyDocument"]


def put_policy(deployment: Deployment, role: str, document: Any) -> None:
    deployment.client("iam").put_role_policy(
        RoleName=role, PolicyName=POLICY, PolicyDocument=json.dumps(document)
    )


def find_function(deployment: Deployment, name: str) -> str:
    """What a route's function is called."""
    (route,) = [route for route in ROUTES if route.name == name]
    (found,) = [
        physical
        for logical, physical in repairs.list_resources(deployment.client, STACK).items()
        if get_properties(deployment, logical).get("Handler") == f"{route.module}.lambda_handler"
    ]
    return found


def get_properties(deployment: Deployment, logical: str) -> dict[str, Any]:
    found: dict[str, Any] = deployment.template["Resources"][logical].get("Properties", {})
    return found


def list_statuses(deployment: Deployment) -> dict[tuple[str, str], set[int]]:
    """By dialect and route, from what the functions have logged."""
    seen: dict[tuple[str, str], set[int]] = defaultdict(set)
    for line in iterate_log(deployment):
        if line.startswith("{") and (record := json.loads(line)).get("message") == "call":
            seen[record["dialect"], record["route"]].add(record["status"])
    return seen


def iterate_log(deployment: Deployment) -> Iterator[str]:
    """Read all log groups, each stream by itself: the emulator lists 10,000 events and no more."""
    logs = deployment.client("logs")
    for groups in logs.get_paginator("describe_log_groups").paginate():
        for group in groups["logGroups"]:
            name = group["logGroupName"]
            for streams in logs.get_paginator("describe_log_streams").paginate(logGroupName=name):
                for stream in streams["logStreams"]:
                    events = logs.filter_log_events(
                        logGroupName=name, logStreamNames=[stream["logStreamName"]]
                    )["events"]
                    yield from (event["message"] for event in events)
