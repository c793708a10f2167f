"""Quotas: whoever keeps to one is never refused, and nobody else gets far beyond it."""

from __future__ import annotations

import random
from dataclasses import replace
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest

from shared import background
from shared.domain.access import Grant
from shared.domain.organisation import ORGANISATION_ID
from shared.problems import QuotaExceeded
from shared.routes import DIALECTS, ROUTES
from shared.settings import get_settings
from shared.store import aws, quotas
from shared.store.dynamodb import Database
from shared.store.quotas import SHARE_SECONDS, Quota, Quotas
from tests.aws_calls import handle_event
from tests.client import Client
from tests.routes.problems import assert_problem
from tests.routes.scene import Prepared

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.client import Registry
    from tests.memory import Memory

START = background.start  # before the tests replace it
MINUTE = 60
LIST = f"/v1/api-keys?org_id={ORGANISATION_ID}"


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is done beside a call is done before it goes on."""
    monkeypatch.setattr(background, "start", lambda task: task())


@pytest.fixture
def updates(registry: Registry) -> Iterator[list[str]]:
    """The partitions of the updates in DynamoDB."""
    partitions: list[str] = []

    def note(params: Any, model: Any, **_: object) -> None:
        if model.name == "UpdateItem":
            partitions.append(params["Key"]["pk"]["S"])

    event = "provide-client-params.dynamodb.UpdateItem"
    with handle_event(event, note, aws.get_dynamodb()):
        yield partitions


def create_client(registry: Registry, quota: int | None, **fields: Any) -> Client:
    """Create a client whose key has a quota."""
    fields = {"name": "key", "operation": "all", "team_ids": (registry.team_id,), **fields}
    return Client(
        registry.team_id, registry.create_key(Grant(quota=quota, **fields)), registry.cloud
    )


def set_quotas(registry: Registry, monkeypatch: pytest.MonkeyPatch, **quotas: int) -> None:
    """Set the quotas of the deployment."""
    for name, value in quotas.items():
        monkeypatch.setenv(name.upper(), str(value))
    get_settings.cache_clear()
    registry.forget()


def stop_clock(registry: Registry, now: float = 1_000_000 * MINUTE) -> list[float]:
    """Let the process count by a clock that the test sets."""
    clock = [now]
    registry.store.quotas._clock = lambda: clock[0]
    return clock


# -- several processes, whose time is simulated


class Processes:
    """Processes of several functions, which share tables, in a time of their own."""

    def __init__(self, number: int) -> None:
        self.now = 1_000_000.0 * MINUTE
        database = Database(get_settings().tables)
        self.quotas = [Quotas(database, lambda: self.now) for _ in range(number)]
        self.random = random.Random(7)

    def send(self, quota: Quota) -> bool:
        """Send a request to any of the processes, and tell whether it is let through."""
        try:
            self.random.choice(self.quotas).count([quota])
        except QuotaExceeded:
            return False
        return True

    def run(self, rates: dict[Quota, int]) -> dict[Quota, list[bool]]:
        """Run a minute in which each key sends so many requests, at any time."""
        start = self.now
        arrivals = sorted(
            (start + self.random.random() * MINUTE, quota.id, quota)
            for quota, number in rates.items()
            for _ in range(number)
        )
        results: dict[Quota, list[bool]] = {quota: [] for quota in rates}
        for self.now, _, quota in arrivals:
            results[quota].append(self.send(quota))
        self.now = start + MINUTE
        return results


@pytest.mark.usefixtures("registry", "at_once")
@pytest.mark.parametrize("number", [1, 2, 5, 20])
def test_ten_times_a_quota_gets_little_more_than_that_and_takes_nothing_from_others(
    number: int, updates: list[str]
) -> None:
    limit = 120
    flood, modest = (Quota(of="key", id=id, limit=limit) for id in ("flood", "modest"))
    processes = Processes(number)
    for _ in range(3):
        updates.clear()
        results = processes.run({flood: 10 * limit, modest: limit // 10})

        assert all(results[modest])
        accepted = sum(results[flood])
        most = limit + 10 * limit * 2 * SHARE_SECONDS / MINUTE
        assert limit <= accepted <= min(number * limit, most)
        # Each process tells of each key every ten seconds at most.
        assert len(updates) <= 2 * number * (MINUTE / SHARE_SECONDS + 1)


@pytest.mark.usefixtures("registry", "at_once")
@pytest.mark.parametrize("number", [1, 5, 20])
def test_whoever_keeps_to_a_quota_is_never_refused(number: int) -> None:
    quota = Quota(of="key", id="exact", limit=60)
    processes = Processes(number)
    for _ in range(4):
        assert all(processes.run({quota: quota.limit})[quota])


@pytest.mark.usefixtures("registry", "at_once")
def test_processes_with_few_requests_each_count_together() -> None:
    quota = Quota(of="key", id="sparse", limit=30)
    processes = Processes(200)

    assert sum(processes.run({quota: 150})[quota]) <= 1.5 * quota.limit


@pytest.mark.usefixtures("registry", "at_once")
def test_who_is_refused_by_one_quota_uses_nothing_of_another() -> None:
    (process,) = Processes(1).quotas
    key, team = Quota(of="key", id="k", limit=2), Quota(of="team", id="t", limit=10)
    other = Quota(of="key", id="other", limit=100)
    for _ in range(2):
        process.count([key, team])
    for _ in range(20):
        with pytest.raises(QuotaExceeded, match="this API key may make 2 requests a minute"):
            process.count([key, team])
    for _ in range(8):
        process.count([other, team])
    with pytest.raises(QuotaExceeded, match="this team may make 10 requests a minute"):
        process.count([other, team])
    for _ in range(92):
        process.count([other])


# -- through the API


@pytest.mark.usefixtures("at_once")
def test_a_quota_is_refused_in_each_dialects_own_shape(
    registry: Registry, caplog: pytest.LogCaptureFixture
) -> None:
    for dialect in DIALECTS:
        client = create_client(registry, 1)
        stop_clock(registry, 1_000_000 * MINUTE + 20)
        route = next(
            route
            for route in ROUTES
            if route.dialect == dialect and route.method == "GET" and "{" not in route.path
            if route.permission == "read"
        )
        call = Prepared(route, route.path, None)
        assert call.send(client).status != 429
        caplog.clear()

        response = call.send(client)

        assert_problem(response, route, 429)
        assert response.headers["Retry-After"] == "40"
        assert "1 requests a minute" in response.text
        (line,) = (record for record in caplog.records if record.message == "call")
        principal = registry.store.api_keys.find_principal(str(client.key))
        assert principal is not None
        fields = line.__dict__
        assert (fields["code"], fields["outcome"]) == ("quota_exceeded", "throttled")
        assert (fields["principal_id"], fields["team_id"]) == (principal.id, registry.team_id)


@pytest.mark.usefixtures("at_once")
def test_the_next_minute_lets_through_again(registry: Registry) -> None:
    client = create_client(registry, 2)
    clock = stop_clock(registry)
    statuses = []
    for second in (0, 1, 2, 59, 60, 61, 62):
        clock[0] = 1_000_000 * MINUTE + second
        statuses.append(client("GET", "/v1/prompts").status)

    assert statuses == [200, 200, 429, 429, 200, 200, 429]


@pytest.mark.usefixtures("at_once")
def test_defaults_are_for_keys_without_a_quota_and_for_all_keys_of_a_team(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_quotas(registry, monkeypatch, quota_per_key=2, quota_per_team=5)
    own = create_client(registry, 1_000)
    several = create_client(registry, None, team_ids=(registry.team_id, registry.stranger.team_id))
    stop_clock(registry)

    def count(client: Client) -> int:
        return [client("GET", "/v1/prompts").status for _ in range(8)].count(200)

    assert count(registry.viewer) == 2
    assert count(own) == 3
    response = own("GET", "/v1/prompts")
    assert (response.status, response.json["details"]) == (429, [{"quota": 5, "of": "team"}])
    # People are not counted, other teams not with this one, keys of several teams with none.
    assert count(registry.people["editor"]) == 8
    assert count(registry.stranger) == 2
    assert count(several) == 2


def test_without_a_quota_nothing_is_read_or_written(
    registry: Registry, updates: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background, "start", lambda task: task())
    for _ in range(3):
        assert registry.viewer("GET", "/v1/prompts").status == 200

    assert updates == []
    assert "quotas" not in vars(registry.store)


@pytest.mark.usefixtures("at_once")
def test_no_request_fails_while_dynamodb_throttles(
    registry: Registry, caplog: pytest.LogCaptureFixture
) -> None:
    client = create_client(registry, 3)
    stop_clock(registry)
    registry.cloud.fail("ThrottlingException", operation="UpdateItem")

    statuses = [client("GET", "/v1/prompts").status for _ in range(5)]

    assert statuses == [200, 200, 200, 429, 429]
    assert [record.message for record in caplog.records].count("count not shared") == 1


@pytest.mark.usefixtures("at_once")
def test_what_could_not_be_shared_is_shared_the_next_time(
    registry: Registry, memory: Memory
) -> None:
    client = create_client(registry, 100)
    clock = stop_clock(registry)
    undo = registry.cloud.fail("ThrottlingException", operation="UpdateItem")
    for _ in range(4):
        client("GET", "/v1/prompts")
    undo()
    clock[0] += SHARE_SECONDS
    client("GET", "/v1/prompts")

    (item,) = (
        item for item in memory.list_items()["access"] if item["pk"]["S"].startswith("quota#")
    )
    assert item["requests"]["N"] == "5"
    assert int(item["expires_at"]["N"]) > clock[0]


def test_no_request_waits_long_for_the_shared_count(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_write, is_written = Event(), Event()
    client = create_client(registry, 2)
    update = Database.update

    def wait(*arguments: Any, **fields: Any) -> Any:
        may_write.wait()
        try:
            return update(*arguments, **fields)
        finally:
            is_written.set()

    monkeypatch.setattr(background, "start", START)
    monkeypatch.setattr(quotas, "WAIT_SECONDS", 0.01)
    monkeypatch.setattr(Database, "update", wait)
    monkeypatch.setattr(registry.store.api_keys, "is_first_use", lambda *_: False)
    assert [client("GET", "/v1/prompts").status for _ in range(3)] == [200, 200, 429]
    may_write.set()
    assert is_written.wait()


def test_a_quota_is_changed_and_taken_away(registry: Registry) -> None:
    admin = registry.people["admin"]
    body = {
        "name": "CI",
        "org_id": ORGANISATION_ID,
        "team_ids": [registry.team_id],
        "quota": 600,
    }
    key = admin("POST", "/v1/api-keys", body).json

    def change(quota: int) -> Any:
        return admin("PUT", f"/v1/api-keys/{key['id']}", {"quota": quota})

    assert key["quota"] == 600
    assert change(60).json["api_key"]["quota"] == 60
    assert admin("PUT", f"/v1/api-keys/{key['id']}", {"name": "C"}).json["api_key"]["quota"] == 60
    assert change(0).json["api_key"]["quota"] is None
    for quota in (-1, 10**6 + 1):
        response = change(quota)
        assert (response.status, "quota" in response.error) == (400, True)


@pytest.mark.usefixtures("at_once")
def test_a_changed_quota_applies_at_once_in_the_process_that_changes_it(
    registry: Registry,
) -> None:
    client = create_client(registry, 1)
    stop_clock(registry)
    principal = registry.store.api_keys.find_principal(str(client.key))
    assert principal is not None
    assert [client("GET", "/v1/prompts").status for _ in range(2)] == [200, 429]

    response = registry.people["admin"]("PUT", f"/v1/api-keys/{principal.id}", {"quota": 3})

    assert response.status == 200
    after = registry.store.api_keys.find_principal(str(client.key))
    assert after == replace(principal, quota=3)
    assert [client("GET", "/v1/prompts").status for _ in range(3)] == [200, 200, 429]
