"""A registry whose AWS can be interfered with and looked into.

The one thing of our own that is patched is the clock that pauses between tries are taken from.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from moto.core.models import botocore_stubber

from infra.local.aws import replaced
from shared.domain.access import OPERATIONS
from shared.store.store import Store
from tests.properties.consistency import assert_consistent, assert_follows
from tests.properties.memory import Memory
from tests.properties.scene import DRAFT, LIVE, STABLE, Scene
from tests.properties.wire import Clock, Wire

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.domain.access import Principal
    from tests.client import Client, Registry
    from tests.properties.scene import Join

INLINE_BYTES = 1000


@pytest.fixture(autouse=True)
def small_items(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is longer than this lies in the bucket."""
    monkeypatch.setenv("INLINE_BYTES", str(INLINE_BYTES))


@pytest.fixture(autouse=True)
def memory(tables: None) -> Memory:
    """What is stored; nothing of any other test."""
    memory = Memory()
    memory.clear()
    return memory


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("shared.call.time", clock)
    monkeypatch.setattr("botocore.endpoint.time", clock)
    return clock


@pytest.fixture
def wire(registry: Registry) -> Iterator[Wire]:
    wire = Wire(botocore_stubber.process_request)
    with replaced(botocore_stubber, "process_request", wire):
        yield wire


@pytest.fixture
def join(monkeypatch: pytest.MonkeyPatch) -> Join:
    """Makes a caller who is in several teams.

    A key is in one only: so far nobody is in more, but a principal can be, and the rules of moving
    a prompt are about such.
    """
    teams: dict[str | None, tuple[str, ...]] = {}
    principal_of = Store.principal

    def principal(store: Store, secret: str) -> Principal | None:
        found = principal_of(store, secret)
        if found is None or secret not in teams:
            return found
        return replace(found, permissions=dict.fromkeys(teams[secret], OPERATIONS["admin"]))

    def join(registry: Registry, *team_ids: str) -> Client:
        client = registry.client(team_ids[0], "admin")
        teams[client.key] = team_ids
        return client

    monkeypatch.setattr(Store, "principal", principal)
    return join


@pytest.fixture
def scene(registry: Registry, wire: Wire, memory: Memory, join: Join) -> Iterator[Scene]:
    """What the test leaves is consistent, and nothing that must stay has changed."""
    editor = registry.editor
    prompt = editor.new_prompt("Greeting")
    for template in ("One", "Two", "Three"):
        editor.new_version(prompt["id"], template)
    editor.promote(prompt["id"], LIVE, times=2)
    editor.promote(prompt["id"], STABLE)
    payload = editor("POST", f"/v1/prompts/{prompt['id']}/payloads", {"variables": {}})
    mover = join(registry, registry.team_id, registry.stranger.team_id)
    scene = Scene(registry, wire, memory, mover, prompt, payload.json["payload"]["id"])
    scene.tag("beta", DRAFT)
    scene.tag("prod", LIVE)
    wire.clear()
    before = memory.snapshot()
    yield scene
    after = memory.snapshot()
    assert_consistent(after)
    assert_follows(before, after)
