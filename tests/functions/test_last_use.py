"""The day on which an API key was last used: one write per key, process and day, unwaited for."""

from __future__ import annotations

from datetime import UTC, datetime
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest

from shared import background
from shared.domain.organisation import ORGANISATION_ID
from shared.store import aws
from tests.aws_calls import handle_event

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.client import Client, Registry

LIST = f"/v1/api-keys?org_id={ORGANISATION_ID}"


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What no call waits for is done before it goes on."""
    monkeypatch.setattr(background, "start", lambda task: task())


@pytest.fixture
def calls(registry: Registry) -> Iterator[list[str]]:
    """The calls of DynamoDB, by their names."""
    names: list[str] = []

    def note(model: Any, **_: object) -> None:
        names.append(model.name)

    with handle_event("before-call", note, aws.get_dynamodb()):
        yield names


def find_last_use(registry: Registry, client: Client) -> str | None:
    principal = registry.store.api_keys.find_principal(str(client.key))
    assert principal is not None
    rows = registry.people["organisation_admin"]("GET", LIST).json["api_keys"]
    (last_use,) = (row["last_used_at"] for row in rows if row["id"] == principal.id)
    return str(last_use) if last_use else None


def render(client: Client) -> int:
    return client("POST", "/v1/prompts/greeting/render", {"variables": {}}).status


def create_greeting(registry: Registry) -> None:
    prompt_id = registry.editor.create_prompt("Greeting")["id"]
    registry.editor.create_version(prompt_id, "Hello")
    registry.editor.promote(prompt_id, 1, times=2)


@pytest.mark.usefixtures("at_once")
def test_it_is_listed_to_the_day(registry: Registry) -> None:
    assert find_last_use(registry, registry.viewer) is None

    registry.viewer("GET", "/v1/prompts")

    assert find_last_use(registry, registry.viewer) == f"{datetime.now(UTC):%Y-%m-%d}T00:00:00Z"


@pytest.mark.usefixtures("at_once")
def test_a_hot_call_makes_no_other_call_for_it_but_once(
    registry: Registry, calls: list[str]
) -> None:
    create_greeting(registry)
    registry.forget()
    counts = []
    for _ in range(3):
        calls.clear()
        assert render(registry.viewer) == 200
        counts.append((calls.count("PutItem"), calls.count("GetItem") + calls.count("Query")))

    first, *others = counts
    assert first[0] == 1
    assert others == [(0, 1), (0, 1)]


@pytest.mark.usefixtures("at_once")
def test_who_is_refused_uses_nothing(registry: Registry, calls: list[str]) -> None:
    unknown = {"Authorization": f"Bearer ak_{'0' * 64}"}

    assert registry.nobody("GET", "/v1/prompts", headers=unknown).status == 401
    assert registry.people["editor"]("GET", "/v1/prompts").status == 200

    assert "PutItem" not in calls


@pytest.mark.usefixtures("at_once")
def test_a_write_that_fails_is_logged_and_the_next_call_tries_again(
    registry: Registry, calls: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    create_greeting(registry)
    registry.forget()
    registry.cloud.fail("AccessDeniedException", operation="PutItem", times=1)

    counts = []
    for _ in range(3):
        calls.clear()
        assert render(registry.viewer) == 200
        counts.append(calls.count("PutItem"))

    assert counts == [1, 1, 0]
    assert [record.message for record in caplog.records].count("use not written") == 1
    assert find_last_use(registry, registry.viewer) is not None


def test_no_call_waits_for_it(registry: Registry) -> None:
    may_write, is_written = Event(), Event()
    store = registry.store.api_keys
    write_use = store.write_use

    def write(key_id: str, day: str) -> None:
        may_write.wait()
        write_use(key_id, day)
        is_written.set()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(background, "start", START)
        patch.setattr(store, "write_use", write)
        assert registry.viewer("GET", "/v1/prompts").status == 200
        assert find_last_use(registry, registry.viewer) is None
        may_write.set()
        is_written.wait()

    assert find_last_use(registry, registry.viewer) is not None


START = background.start  # before the tests replace it
