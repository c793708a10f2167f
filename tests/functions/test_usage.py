"""How prompts are used: what calls write to the log is counted, exactly once, and shown."""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from functions.events import count_uses
from functions.events.count_uses import CountingLateError, lambda_handler
from infra.local.gateway import Context
from infra.local.uses import UseLog
from shared import settings
from shared.domain.access import Grant
from shared.domain.organisation import ORGANISATION_ID
from shared.domain.uses import DELAY, WINDOW, Window, list_windows, parse_line, tally_lines
from shared.observe.logs import logger
from shared.problems import Unavailable
from shared.routes import ROUTES
from shared.store import aws, keys
from shared.store.dynamodb import Database
from shared.store.uses import PATTERN, Uses, read_lines
from tests.aws_calls import handle_event
from tests.client import Client
from tests.routes.sample import get_sample
from tests.routes.scene import LIVE, STABLE, Scene, get_credential, name_route

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.client import Registry

LOG_GROUP = "cuebook"
USING = [route for route in ROUTES if route.use]
# A window that ended long enough ago for the log of moto, and not too long.
NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=1)


def list_lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """The lines as they are in the log."""
    records = (record for record in caplog.records if record.message == "call")
    return [logger.registered_formatter.format(record) for record in records]


def count_lines(registry: Registry, caplog: pytest.LogCaptureFixture, at: datetime) -> None:
    """Count the lines of this test as those of a window."""
    uses = open_uses(registry)
    uses.add(tally_lines(list_lines(caplog)), Window(at, at + WINDOW))
    uses.move_end(at + WINDOW)
    caplog.clear()


def open_uses(registry: Registry) -> Uses:
    return Uses(Database(settings.get_settings().tables))


def get_usage(client: Client, prompt_id: str, query: str = "") -> Any:
    response = client("GET", f"/v1/prompts/{prompt_id}/usage{query}")
    assert response.status == 200, response.text
    return response.json


def sum_outcomes(usage: Any) -> dict[int | None, tuple[int, int, int]]:
    return {
        row["version"]: (row["renders"], row["gets"], row["errors"]) for row in usage["versions"]
    }


# -- what is shown


def test_usage_says_what_was_called_when_and_by_whom(
    registry: Registry, scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    caplog.clear()
    before = get_usage(registry.viewer, scene.id)
    slug = scene.prompt["slug"]
    for _ in range(2):
        registry.editor("POST", f"/v1/prompts/{slug}/render", {"variables": {"name": "Ada"}})
    registry.editor("POST", f"/v1/prompts/{slug}/render", {"variables": {}})
    count_lines(registry, caplog, today - timedelta(days=1))
    registry.viewer("GET", f"/v1/prompts/{scene.id}/versions/{STABLE}")
    registry.people["viewer"]("GET", f"/v1/prompts/{scene.id}/versions/{STABLE}")
    count_lines(registry, caplog, today)

    usage = get_usage(registry.viewer, scene.id)

    assert before == {
        "prompt_id": scene.id,
        "counted_to": None,
        **{name: [] for name in ("days", "versions", "callers", "syncs")},
        "other_calls": 0,
    }
    day, yesterday = (str((today - timedelta(days=days)).date()) for days in (0, 1))
    assert usage["days"] == [
        {"day": day, "version": STABLE, "renders": 0, "gets": 2, "errors": 0},
        {"day": yesterday, "version": LIVE, "renders": 2, "gets": 0, "errors": 1},
    ]
    assert datetime.fromisoformat(usage["counted_to"]) == today + WINDOW
    stable, live = usage["versions"]
    assert (stable["version"], stable["last_day"]) == (STABLE, day)
    assert (live["version"], live["last_day"]) == (LIVE, yesterday)
    assert [(caller["kind"], caller["name"]) for caller in live["callers"]] == [
        ("api_key", "all key")
    ]
    callers = {(caller["kind"], caller["name"]): caller for caller in usage["callers"]}
    assert {*callers} == {
        ("api_key", "all key"),
        ("api_key", "read_render key"),
        ("person", get_email(registry.people["viewer"])),
    }
    editor = callers["api_key", "all key"]
    assert (editor["calls"], editor["last_day"], editor["calls_on_last_day"]) == (3, yesterday, 3)
    assert sum_outcomes(get_usage(registry.viewer, scene.id, "?days=1")) == {STABLE: (0, 2, 0)}


def get_email(person: Client) -> str:
    email: str = person("GET", "/v1/auth/me").json["user"]["email"]
    return email


@pytest.mark.parametrize("days", ["0", "32", "-1", "x", "", "1.5", "%D9%A1", "9" * 5000])
def test_days_has_bounds(registry: Registry, scene: Scene, days: str) -> None:
    response = registry.viewer("GET", f"/v1/prompts/{scene.id}/usage?days={days}")

    assert (response.status, response.error) == (400, "days must be a whole number from 1 to 31")


def test_a_key_of_some_prompts_sees_the_use_of_these_only(registry: Registry) -> None:
    own, other = registry.editor.create_prompt(), registry.editor.create_prompt()
    grant = Grant(name="some", team_ids=(registry.team_id,), prompt_ids=frozenset({own["id"]}))
    client = Client(registry.team_id, registry.create_key(grant), registry.cloud)
    grant = Grant(name="live", team_ids=(registry.team_id,), pointers=frozenset({"live"}))
    of_pointer = Client(registry.team_id, registry.create_key(grant), registry.cloud)

    assert client("GET", f"/v1/prompts/{own['slug']}/usage").status == 200
    assert client("GET", f"/v1/prompts/{other['id']}/usage").status == 404
    assert of_pointer("GET", f"/v1/prompts/{own['id']}/usage").status == 403


def test_names_are_those_of_now_and_of_the_team(
    registry: Registry, scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    organisation_admin = registry.people["organisation_admin"]
    clients = {}
    for name, team_ids in (
        ("gone", (registry.team_id,)),
        ("of all teams", ()),
        ("of both", (registry.team_id, registry.stranger.team_id)),
        ("moved", (registry.team_id,)),
    ):
        key = registry.create_key(Grant(name=name, team_ids=team_ids))
        clients[name] = Client(registry.team_id, key, registry.cloud)
    for client in clients.values():
        assert client("GET", f"/v1/prompts/{scene.id}/versions/1").status == 200
    count_lines(registry, caplog, datetime.now(UTC))
    rows = organisation_admin("GET", f"/v1/api-keys?org_id={ORGANISATION_ID}").json["api_keys"]
    ids = {key["name"]: key["id"] for key in rows}

    assert organisation_admin("DELETE", f"/v1/api-keys/{ids['gone']}").status < 300
    changes: dict[str, Any] = {"team_ids": [registry.stranger.team_id]}
    assert organisation_admin("PUT", f"/v1/api-keys/{ids['moved']}", changes).status == 200
    changes = {"name": "of two"}
    assert organisation_admin("PUT", f"/v1/api-keys/{ids['of both']}", changes).status == 200

    names = {row["id"]: row["name"] for row in get_usage(registry.viewer, scene.id)["callers"]}
    assert names == {
        ids["gone"]: None,
        ids["of all teams"]: "of all teams",
        ids["of both"]: "of two",
        ids["moved"]: None,
    }


def test_who_syncs_a_team_is_named_for_each_of_its_prompts(
    registry: Registry, scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    client = registry.viewer
    headers = {"authorization": None, "x-maxim-api-key": client.key}
    response = client("GET", "/api/sdk/v4/prompts", headers=headers)
    assert response.status == 200, response.text
    for _ in range(2):  # from the cache, and not at all
        condition = {"if-none-match": response.headers.get("ETag", "")}
        client("GET", "/api/sdk/v4/prompts", headers=headers | condition)
    count_lines(registry, caplog, datetime.now(UTC))

    usage = get_usage(registry.viewer, scene.id)

    assert [(row["name"], row["calls"]) for row in usage["syncs"]] == [("read_render key", 3)]
    assert usage["callers"] == usage["versions"] == []


# -- what is in the log


@pytest.mark.parametrize("route", USING, ids=lambda route: route.name)
def test_calls_that_use_a_version_say_which(
    registry: Registry, scene: Scene, caplog: pytest.LogCaptureFixture, route: Any
) -> None:
    with name_route(route):
        calls = [scene.prepare(route, variant) for variant in (None, *get_sample(route).variants)]
        caplog.clear()
        for call in calls:
            call.send(registry.viewer.use_credential(get_credential(route)))

        parsed = [use for line in list_lines(caplog) for use in parse_line(line)]

        outcome = "renders" if route.use == "render" else "gets"
        assert {use.outcome for use in parsed} - {"errors"} == {outcome}
        subjects = {registry.team_id} if route.name == "sync_prompts" else set()
        assert {use.subject_id for use in parsed} - subjects == {scene.id}
        uses = [use for use in parsed if use.outcome == outcome]
        assert all(use.version or use.subject_id in subjects for use in uses)


def test_a_batch_uses_what_moved_and_what_did_not_each_time(
    registry: Registry, scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    other = registry.editor.create_prompt()
    registry.editor.create_version(other["id"])
    names = [
        {"name": scene.prompt["slug"], "pointer": "live"},
        {"name": other["id"], "pointer": "latest"},
        {"name": "nobody", "pointer": "live"},
    ]
    first = registry.viewer("POST", "/v1/batch", {"prompts": names})
    assert first.status == 200, first.text
    etags = {entry["name"]: entry["etag"] for entry in first.json["prompts"]}
    again = [{**each, "etag": etags.get(each["name"], "")} for each in names]
    second = registry.viewer("POST", "/v1/batch", {"prompts": again})
    assert len(second.json["unchanged"]) == 2, second.text
    count_lines(registry, caplog, datetime.now(UTC))

    assert sum_outcomes(get_usage(registry.viewer, scene.id)) == {LIVE: (0, 2, 0)}
    assert sum_outcomes(get_usage(registry.viewer, other["id"])) == {1: (0, 2, 0)}


# -- from the log to the counts


@dataclass(slots=True)
class Log:
    """CloudWatch's log, with lines of several windows, and what is to be counted of them."""

    prompt_ids: list[str] = field(default_factory=lambda: [str(uuid4()) for _ in range(3)])
    caller_ids: list[str] = field(default_factory=lambda: [str(uuid4()) for _ in range(2)])
    expected: Counter[tuple[str, str, str, int]] = field(default_factory=Counter)

    def write(self, start: datetime, windows: int) -> None:
        """Write a line for each second minute of some windows, and others that do not count."""
        events = []
        for number in range(windows * 5):
            at = start + number * timedelta(minutes=2)
            prompt_id = self.prompt_ids[number % 3]
            caller_id, version = self.caller_ids[number % 2], 1 + number % 4
            values = {
                "message": "call",
                "use": "get",
                "outcome": "ok",
                "principal_id": caller_id,
                "principal_kind": "api_key",
                "prompt_id": prompt_id,
                "version": version,
            }
            self.expected[prompt_id, str(at.date()), caller_id, version] += 1
            others = [json.dumps({**values, "use": None}), '{"message": "call", "use": "get"', "{"]
            events += [
                {"timestamp": int(at.timestamp() * 1000), "message": message}
                for message in (json.dumps(values), *others)
            ]
        aws.get_logs().put_log_events(logGroupName=LOG_GROUP, logStreamName="one", logEvents=events)

    def read_counts(self) -> Counter[tuple[str, str, str, int]]:
        """Read what is counted."""
        database = Database(settings.get_settings().tables)
        return Counter(
            {
                (prompt_id, item["sk"]["S"], caller_id, int(number)): int(calls["N"])
                for prompt_id in self.prompt_ids
                for item in database.query("access", ("pk", f"{keys.USES}{prompt_id}"), "sk")
                for caller_id, counts in item["callers"]["M"].items()
                for number, calls in counts["M"]["calls"]["M"].items()
            }
        )


@pytest.fixture
def log(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> Iterator[Log]:
    """A log with the lines of three windows, the first of which has been counted up to its start.

    Two of them are of one day, and the last is of the next.
    """
    monkeypatch.setenv("LOG_GROUP", LOG_GROUP)
    settings.get_use_settings.cache_clear()
    aws.get_logs.cache_clear()
    aws.get_logs().create_log_group(logGroupName=LOG_GROUP)
    aws.get_logs().create_log_stream(logGroupName=LOG_GROUP, logStreamName="one")
    log = Log()
    start = NOON.replace(hour=0) - 2 * WINDOW
    log.write(start, 3)
    open_uses(registry).move_end(start)
    monkeypatch.setattr(
        count_uses, "list_windows", lambda end, _: list_windows(end, start + 3 * WINDOW + DELAY)
    )
    yield log
    aws.get_logs().delete_log_group(logGroupName=LOG_GROUP)
    aws.get_logs.cache_clear()
    settings.get_use_settings.cache_clear()


def run(seconds: float = 100) -> None:
    """Run the function once."""
    end = time.monotonic() + seconds
    lambda_handler({}, Context(aws_request_id="1", function_name="f", deadline=end))


def test_all_lines_are_counted_once_however_often_the_function_runs(
    log: Log, caplog: pytest.LogCaptureFixture
) -> None:
    run()
    run()

    assert log.read_counts() == log.expected
    lines = [record.__dict__ for record in caplog.records if record.message == "counted uses"]
    assert [(line["windows"], line["complete"]) for line in lines] == [(3, True), (0, True)]


def test_pages_of_the_log_are_read_to_the_end(log: Log) -> None:
    def limit(params: dict[str, Any], **_: object) -> None:
        assert params["filterPattern"] == PATTERN
        params["limit"] = 3

    with handle_event("provide-client-params.cloudwatch-logs.*", limit, aws.get_logs()):
        run()

    assert log.read_counts() == log.expected


def count_calls(log: Log) -> int:
    """Count the calls of AWS that a run makes."""
    calls = 0

    def note(**_: object) -> None:
        nonlocal calls
        calls += 1

    with handle_event("before-call", note, aws.get_logs(), aws.get_dynamodb()):
        run()
    return calls


@pytest.mark.parametrize("is_done", [False, True])
@pytest.mark.parametrize("number", range(19))
def test_a_run_that_is_broken_off_at_any_call_is_made_up_for(
    log: Log, number: int, is_done: bool
) -> None:
    """Either AWS has not done what was asked last, or its response was lost."""
    calls = 0

    def fail(**_: object) -> None:
        nonlocal calls
        calls += 1
        if calls == number + 1:
            raise Unavailable

    event = "after-call" if is_done else "before-call"
    with (
        handle_event(event, fail, aws.get_logs(), aws.get_dynamodb()),
        pytest.raises(Unavailable),
    ):
        run()
    run()

    assert log.read_counts() == log.expected


def test_the_faults_are_tried_at_every_call(log: Log) -> None:
    assert count_calls(log) == 19


@pytest.mark.parametrize("number", range(19))
def test_two_runs_at_once_count_once(log: Log, number: int) -> None:
    calls = 0

    def run_rival(**_: object) -> None:
        nonlocal calls
        calls += 1
        if calls == number + 1:
            run()

    with handle_event("before-call", run_rival, aws.get_logs(), aws.get_dynamodb()):
        run()

    assert log.read_counts() == log.expected


def test_a_run_without_time_goes_on_in_the_next(log: Log) -> None:
    with pytest.raises(CountingLateError):
        run(seconds=count_uses.WINDOW_SECONDS)
    assert not log.read_counts()
    run()

    assert log.read_counts() == log.expected


def test_a_missing_log_is_no_silent_end(log: Log) -> None:
    window = Window(NOON, NOON + WINDOW)

    with pytest.raises(ClientError):
        next(read_lines("another", window))


@pytest.mark.parametrize("damage", [{}, {"versions": {"S": "x"}}, {"counted_to": {"N": "7"}}])
def test_a_damaged_count_is_begun_anew_and_keeps_no_other_from_being_counted(
    log: Log, damage: dict[str, Any]
) -> None:
    key = keys.build_day_of_use(log.prompt_ids[0], (NOON.replace(hour=0) - WINDOW).date())
    database = Database(settings.get_settings().tables)
    database.put("access", {**{name: {"S": key[name]} for name in key}, **damage})

    run()

    assert log.read_counts() == log.expected


def test_counts_expire_when_they_are_shown_no_more(log: Log) -> None:
    run()

    key = keys.build_day_of_use(log.prompt_ids[0], NOON.date())
    item = Database(settings.get_settings().tables).get("access", key)

    assert item is not None
    days = (int(item["expires_at"]["N"]) - NOON.timestamp()) / 86400
    assert 31 < days < 40


# -- in `make serve`


def test_the_local_server_counts_the_lines_that_it_writes(
    registry: Registry, scene: Scene, caplog: pytest.LogCaptureFixture, tmp_path: Any
) -> None:
    path = tmp_path / "serve.log"
    with path.open("w") as file:
        lines = UseLog(file)
        for _ in range(2):
            registry.viewer("GET", f"/v1/prompts/{scene.id}/versions/{STABLE}")
            for line in list_lines(caplog):
                lines.write(f"{line}\n")
            caplog.clear()
            lines.count(open_uses(registry))
            lines.count(open_uses(registry))

    assert sum_outcomes(get_usage(registry.viewer, scene.id)) == {STABLE: (0, 2, 0)}
    assert path.read_text().count('"use":"get"') == 2
