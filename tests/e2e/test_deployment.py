"""One deployment from its first key to its end; the tests go on from each other, in this order."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from playwright.sync_api import expect, sync_playwright

from shared.domain.organisation import ORGANISATION_ID
from tests.clients.programs import NODE_MODULES, PYTHON, Clients, run_proxy
from tests.clients.publisher import Maxim
from tests.console.browser import Watch, find_chromium, launch
from tests.console.walks import release_and_roll_back
from tests.documents import read_document
from tests.e2e.application import deploy_application
from tests.e2e.deployment import CALL_SECONDS, STACK, Api, Deployment
from tests.e2e.emulator import ROOT
from tests.e2e.events import receive, subscribe
from tests.e2e.traces import draw_trace, drop_times
from tests.live.server import Response, run_at_once
from tests.live.walks import Walk, check_walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ENFORCE_ROLES = False
SECRET = "not for everybody"
TRACES = [
    block.text
    for block in read_document("docs/operate.md").get_blocks("text")
    if block.text.startswith("## ")
]
WALK = Walk([block.text for block in read_document("README.md").get_blocks("bash")])
REFUSED = (
    "## render_version  … ms  route=render_version  dialect=registry  principal_id=…  "
    "principal_kind=api_key  team_id=…  prompt_id=…"
)
WRITERS = 64
LARGE = "large " * 100_000  # no item holds it
PATIENCE_SECONDS = 240.0
# Each writer has a process of its own, which two processors hardly carry: some run out of time.
AGAIN = (429, 502, 503, 504)


# -- the first team


def test_bootstrap_shows_a_key_once_and_can_be_run_again(deployment: Deployment, api: Api) -> None:
    again = deployment.run("infra.bootstrap", STACK, "--email", api.demo["email"])

    assert (again.returncode, again.stdout) == (0, "")
    assert "exists already" in again.stderr
    assert "is an admin already" in again.stderr
    assert api.call("GET", "/v1/prompts", key=api.demo["admin_key"]).status == 200


def test_from_an_invitation_to_revocation_through_the_api_alone(
    deployment: Deployment, api: Api
) -> None:
    """Only the passwords of invitations, which Cognito would send by e-mail, are set by hand."""
    organisation, team = f"/v1/orgs/{ORGANISATION_ID}", api.demo["team_id"]
    admin = sign_in(api, api.demo["email"], api.demo["password"])
    invitation = {"email": "bo@example.com", "team_id": team, "role": "admin"}
    bo = api.call("POST", f"{organisation}/people", invitation, key=admin)
    deployment.set_password("bo@example.com", "Sent-horse-7", permanent=False)

    asked = log_in(api, "bo@example.com", "Sent-horse-7")
    token = asked.json["details"][0]["challenge_token"]
    answer = {"challenge_token": token, "new_password": "Own-horse-77"}
    session = api.call("POST", "/v1/auth/login/challenge", answer, headers={}).json["token"]
    grant = {"name": "CI", "org_id": ORGANISATION_ID, "team_ids": [team], "operation": "all"}
    made = api.call("POST", "/v1/api-keys", grant, key=session).json
    used = api.call("POST", f"/v1/teams/{team}/prompts", {"name": "By CI"}, key=made["key"])
    revoked = api.call("DELETE", f"/v1/api-keys/{made['id']}", key=session)
    removed = api.call("DELETE", f"{organisation}/members/{bo.json['user']['id']}", key=admin)

    assert (bo.status, asked.status, asked.json["code"]) == (201, 403, "new_password_required")
    assert (used.status, revoked.status, removed.status) == (201, 204, 204)
    # Each function has a process of its own, which may remember for half a minute who somebody is.
    for key in (made["key"], session):
        until = time.monotonic() + PATIENCE_SECONDS
        while api.call("GET", "/v1/prompts", key=key).status != 401:
            assert time.monotonic() < until
            time.sleep(1)
    assert log_in(api, "bo@example.com", "Own-horse-77").status == 401


def log_in(api: Api, email: str, password: str) -> Response:
    return api.call("POST", "/v1/auth/login", {"email": email, "password": password}, headers={})


def sign_in(api: Api, email: str, password: str) -> str:
    response = log_in(api, email, password)
    assert response.status == 200, response
    return str(response.json["token"])


# -- what the documents show


def test_the_walk_of_the_readme(api: Api, tmp_path: Path) -> None:
    (tmp_path / ".local").mkdir()
    (tmp_path / ".local" / "demo.json").write_text(json.dumps(api.demo))

    check_walk(WALK.run(tmp_path))


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_a_person_releases_in_the_console(api: Api) -> None:
    """The console is below the path of the stage, and its functions start when they are called."""
    chromium = find_chromium()
    if chromium is None:
        pytest.skip("there is no Chromium: install it, or name another one: CHROMIUM=")
    team = f"/v1/teams/{api.demo['team_id']}"
    prompt = api.call("POST", f"{team}/prompts", {"name": "By hand"}).json["prompt"]["id"]
    url = f"/v1/prompts/{prompt}"
    api.call("POST", f"{url}/versions", {"template": "Hello {{.name}}!"})
    for _ in range(2):
        api.call("POST", f"{url}/versions/1/promote")
    base_url = api.demo["base_url"]
    expect.set_options(timeout=CALL_SECONDS * 1000)
    with sync_playwright() as playwright, launch(playwright, chromium) as browser:
        page = browser.new_page()
        watch = Watch(base_url)
        watch.attach(page.context)
        page.goto(f"{base_url}/console#/prompts/{prompt}")
        page.get_by_label("E-mail").fill(api.demo["email"])
        page.get_by_label("Password").fill(api.demo["password"])
        page.get_by_role("button", name="Sign in", exact=True).click()

        release_and_roll_back(page, " How are you?")
        watch.check()

    version = api.call("GET", f"{url}/versions/2").json["version"]
    assert (version["template"], version["status"]) == ("Hello {{.name}}! How are you?", "stable")
    assert api.call("GET", f"{url}/versions/live").json["version"]["version"] == 1


def test_the_last_of_the_five_commands(api: Api) -> None:
    (block,) = read_document("README.md").get_blocks("sh", "Deploy in five commands")
    variables = {
        "API": f"{api.demo['base_url']}/",
        "TEAM": api.demo["team_id"],
        "KEY": api.demo["admin_key"],
    }

    done = subprocess.run(
        ["bash", "-c", block.text.splitlines()[-1]],
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=True,
    )

    assert "order_confirmation" in {prompt["slug"] for prompt in json.loads(done.stdout)["prompts"]}


def test_what_the_gateway_refuses_by_itself(api: Api) -> None:
    unknown, other_method = api.call("GET", "/nowhere"), api.call("PATCH", "/v1/health")
    without_key = api.call("GET", "/v1/prompts/nothing", headers={})

    assert (unknown.status, unknown.json["code"]) == (404, "not_found")
    assert (other_method.status, other_method.headers["Allow"]) == (405, "GET, HEAD")
    assert (without_key.status, without_key.json["code"]) == (401, "unauthorized")


# -- what a request leaves in X-Ray


def test_traces_are_those_that_are_shown_and_tell_no_secrets(
    deployment: Deployment, api: Api, record_property: Callable[[str, object], None]
) -> None:
    xray, prompt = deployment.emulator.xray, api.create_prompt("Traced")
    versions, path = f"/v1/prompts/{prompt}/versions", "/v1/prompts/traced/render"
    new = deployment.keys(api.demo["team_id"])["api_key"]  # that no function has looked up
    body = {"template": "Hello {{.name}}" + SECRET * 50_000}  # which lies in the bucket

    answers = [api.call("POST", versions, body, key=new)]
    answers += [api.call("POST", f"{versions}/1/promote") for _ in range(2)]
    answers += [api.call("POST", path, {"variables": {"name": SECRET}}, key=new)]
    absent = "/v1/prompts/traced/versions/77/render"
    answers += [api.call("POST", absent, {"variables": {"name": SECRET}}, key=new)]

    assert [answer.status for answer in answers] == [201, 200, 200, 200, 404]
    refused = drop_times(draw_trace(xray.trace("render_version", prompt)))
    routes = ("create_version", "render_live")
    trees = [draw_trace(xray.trace(route, prompt)) for route in routes]
    record_property("traces", "\n".join(trees))
    text = json.dumps(xray.documents)
    assert SECRET not in text
    assert new not in text
    assert refused.partition("\n")[0] == REFUSED
    assert [drop_times(tree) for tree in trees] == [drop_times(tree) for tree in TRACES]


# -- what happens is told to others


def test_a_promotion_arrives_on_the_event_bus(deployment: Deployment, api: Api) -> None:
    queue = subscribe(deployment, "version.promoted")
    prompt = api.create_prompt("Told to others")
    create(api, f"/v1/prompts/{prompt}/versions", template="Hi")
    create(api, f"/v1/prompts/{prompt}/versions/1/promote")

    (event,) = receive(deployment, queue, prompt)

    assert (event["source"], event["detail-type"]) == ("cuebook", "version.promoted")
    assert event["detail"]["team_id"] == api.demo["team_id"]


# -- real clients, one for each dialect; px0's is curl, above


@pytest.fixture(scope="module")
def clients(api: Api, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clients]:
    for needed in (PYTHON, NODE_MODULES):
        if not needed.exists():
            pytest.skip("the vendors' clients are not here; `make test-clients` installs them")
    with run_proxy() as proxy:
        yield Clients(api, proxy, tmp_path_factory.mktemp("application"))


def test_maxims_sdk_reads_what_is_deployed(api: Api, clients: Clients) -> None:
    maxim = DeployedMaxim(api)
    prompt = maxim.create_prompt("Chosen by variable")
    for text in ("in production", "in staging"):
        maxim.create_version(prompt, text)
    maxim.deploy(prompt, 1, Environment="prod")
    maxim.deploy(prompt, 2, Environment="staging")
    asked = {
        "prompt_id": prompt,
        "queries": [{"variables": {"Environment": name}} for name in ("staging", "prod")],
    }

    found = clients.run_python("maxim_reader.py", "choose", json.dumps(asked))

    assert [one["version"] for one in found] == [2, 1]


def test_langwatchs_sdk_writes_and_compiles(clients: Clients) -> None:
    asked = {"write": {"handle": "team/greet"}, "compile": {"handle": "compiled"}}

    found = clients.run_python("langwatch_user.py", json.dumps(asked))

    assert [one for one in found.values() if "failed" in one] == []
    assert found["compile"]["found"]["prompt"] == "Be brief with ADA."


def test_telas_sdk_promotes_a_version(api: Api, clients: Clients) -> None:
    asked = {"promptId": api.create_prompt("A canvas"), "viewerKey": api.demo["viewer_key"]}

    found = clients.run_node("tela_writer.mjs", json.dumps(asked))

    assert (found["promoted"]["promoted"], found["read"]["promoted"]) == (True, False)


def test_a_function_that_is_frozen_between_calls_gets_what_has_moved(
    deployment: Deployment, api: Api
) -> None:
    """Nothing goes on in it after its response: the call itself asks, once for each `ttl`."""
    path = f"/v1/prompts/{api.create_prompt('Frozen')}/versions"
    for number, text in enumerate(("first", "second"), 1):
        create(api, path, template=text)
        create(api, f"{path}/{number}/promote")
    create(api, f"{path}/1/promote")
    with deploy_application("application", deployment, api, ttl=5) as application:
        first = application.call("frozen")
        process = first["process"]
        second = application.call("frozen", process)
        create(api, f"{path}/2/promote")
        time.sleep(5)
        third = application.call("frozen", process)
        os.kill(process, signal.SIGCONT)  # so that the emulator can end it

    assert [call["process"] for call in (second, third)] == [process] * 2
    calls = [(call["text"], call["state"], call["requests"]) for call in (first, second, third)]
    assert calls == [("first", "miss", 1), ("first", "hit", 1), ("second", "hit", 2)]
    assert "cuebook-refresh" not in third["threads"]


class DeployedMaxim(Maxim):
    def call(self, method: str, path: str, body: object = None, *, admin: bool = False) -> Response:
        assert isinstance(self.server, Api)
        key = self.server.demo["admin_key" if admin else "api_key"]
        return self.server.call(method, path, body, headers={"x-maxim-api-key": key})


# -- many at once


def test_64_writers_of_one_prompt_get_the_numbers_1_to_64(api: Api) -> None:
    prompt = api.create_prompt("Contended")

    def create(number: int) -> tuple[int, str]:
        template = f"template {number}"
        made = insist(api, f"/v1/prompts/{prompt}/versions", template=template)
        return made["version"]["version"], template

    numbers = dict(run_at_once(WRITERS, create))

    assert sorted(numbers) == list(range(1, WRITERS + 1))
    listed = api.call("GET", f"/v1/prompts/{prompt}/versions").json["versions"]
    assert {one["version"]: one["template"] for one in listed} == numbers


def insist(api: Api, path: str, **body: object) -> dict[str, Any]:
    """As a careful client does it: the same call again, by its key, until it is answered."""
    key, until = str(uuid4()), time.monotonic() + PATIENCE_SECONDS
    headers = {"Authorization": f"Bearer {api.demo['api_key']}", "Idempotency-Key": key}
    while (made := api.call("POST", path, body, headers=headers)).status in AGAIN:
        assert time.monotonic() < until, made
        time.sleep(1)
    assert made.status == 201, made
    answer: dict[str, Any] = made.json
    return answer


# -- a copy of all that, for another deployment


def test_restored_tables_are_exported_like_those_in_use(
    deployment: Deployment, api: Api, handover: Path
) -> None:
    large = api.create_prompt("Large")
    create(api, f"/v1/prompts/{large}/versions", template=LARGE)  # in the bucket
    used, rescued = handover / "team.jsonl", handover / "rescued.jsonl"
    now, restored = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", ("--tables", "rescue-")

    for command in (
        ("restore", STACK, "--at", now, *restored),
        ("export", STACK, str(rescued), *restored),
        ("export", STACK, str(used)),
    ):
        done = deployment.run("infra.backup", *command)
        assert done.returncode == 0, done.stderr

    assert rescued.read_bytes() == used.read_bytes()
    (handover / "keys.json").write_text(json.dumps({**api.demo, "large": large}))
    for name in deployment.client("dynamodb").list_tables()["TableNames"]:
        if name.startswith("rescue-"):
            deployment.client("dynamodb").delete_table(TableName=name)


# -- a new release, and the end


def test_callers_do_not_notice_a_redeployment(
    deployment: Deployment, api: Api, tmp_path: Path
) -> None:
    sources = change_sources(tmp_path)
    prompt = api.create_prompt("All along")
    create(api, f"/v1/prompts/{prompt}/versions", template="Hello {{.name}}!")

    with call_without_pause(api, prompt) as answers:
        before = len(answers)
        replace(deployment, assembly=tmp_path / "cdk.out").deploy(sources=sources)
        after = len(answers)

    health = api.call("GET", "/v1/health").json
    assert (health["status"], health["release"]) == ("OK", "next")
    assert {answer.status for answer in answers} <= {200, 201}, list_wrong(answers)
    assert after > before + 10


def change_sources(folder: Path) -> Path:
    """The product as it would be after the next release."""
    for name in ("functions", "infra", "shared", "requirements"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("cdk.json", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    (folder / ".local").mkdir()
    (folder / ".local" / "packages").symlink_to(ROOT / ".local" / "packages")  # the layer is there
    file = folder / "functions" / "registry" / "health_check.py"
    code = file.read_text()
    file.write_text(code.replace('"OK", ', '"OK", "release": "next", '))
    assert file.read_text() != code
    return folder


@contextmanager
def call_without_pause(api: Api, prompt: str) -> Iterator[list[Response]]:
    """A reader and a writer without a pause, and what they are answered."""
    calls = (
        (
            "POST",
            "/v1/prompts/all_along/versions/1/render",
            {"variables": {"name": "Ada"}},
        ),
        ("POST", f"/v1/prompts/{prompt}/versions", {"template": "Hello again"}),
        ("GET", f"/v1/prompts/{prompt}", None),
        ("GET", "/v1/health", None),
    )
    for call in calls:
        api.call(*call)
    answers: list[Response] = []
    stop = threading.Event()

    def go_on(call: tuple[str, str, object]) -> None:
        while not stop.wait(0.05):
            answer = api.call(*call)
            if answer.status == 503 and "Retry-After" in answer.headers:
                # On a busy machine the emulator may take longer than functions wait for AWS; then
                # callers do as docs/applications.md says.
                stop.wait(int(answer.headers["Retry-After"]))
                answer = api.call(*call)
            answers.append(answer)

    with ThreadPoolExecutor(len(calls)) as pool:
        futures = [pool.submit(go_on, call) for call in calls]
        try:
            yield answers
        finally:
            stop.set()
    for future in futures:
        future.result()


def list_wrong(answers: list[Response]) -> list[Response]:
    return [answer for answer in answers if answer.status not in (200, 201)][:3]


def test_destroy_leaves_nothing(deployment: Deployment, api: Api) -> None:
    done = deployment.run("infra.destroy", "--yes")

    assert done.returncode == 0, done.stderr
    assert deployment.client("dynamodb").list_tables()["TableNames"] == []
    assert deployment.client("lambda").list_functions()["Functions"] == []
    kept = [bucket["Name"] for bucket in deployment.client("s3").list_buckets()["Buckets"]]
    assert deployment.outputs["ContentBucket"] not in kept


def create(api: Api, path: str, **body: object) -> Response:
    answer = api.call("POST", path, body)
    assert answer.status in (200, 201), answer
    return answer
