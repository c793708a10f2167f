"""A registry whose AWS can be interfered with and looked into.

The one thing of our own that is patched is the clock that pauses between tries are taken from.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from moto.core.models import botocore_stubber

from infra.local.aws import replace_attribute
from shared.domain.access import OPERATIONS
from shared.store.callers import Callers
from tests.properties.consistency import assert_consistent, assert_follows
from tests.properties.interception import Clock, Interceptor
from tests.properties.scene import Scene
from tests.routes.scene import DRAFT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.domain.access import Principal
    from tests.client import Client, Registry
    from tests.memory import Memory, Saved
    from tests.properties.scene import Join
    from tests.routes.scene import Scene as StageScene

INLINE_BYTES = 1000


@pytest.fixture(scope="module", autouse=True)
def inline_bytes(memory: Memory, request: pytest.FixtureRequest) -> Iterator[None]:
    """What is longer than this lies in the bucket."""
    inline_bytes = getattr(request.module, "INLINE_BYTES", INLINE_BYTES)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INLINE_BYTES", str(inline_bytes))
        yield


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    # Faults follow upon each other here, as they do nowhere else: botocore would soon give up.
    monkeypatch.setattr("botocore.retries.quota.RetryQuota.acquire", lambda *_: True)
    for module in ("shared.deadline", "shared.writing", "botocore.endpoint"):
        monkeypatch.setattr(f"{module}.time", clock)
    return clock


@pytest.fixture
def interceptor(registry: Registry) -> Iterator[Interceptor]:
    interceptor = Interceptor(botocore_stubber.process_request)
    with replace_attribute(botocore_stubber, "process_request", interceptor):
        yield interceptor


@pytest.fixture
def join(monkeypatch: pytest.MonkeyPatch) -> Join:
    """Makes a caller who is in several teams.

    A key is in one only: so far nobody is in more, but a principal can be, and the rules of moving
    a prompt are about such.
    """
    teams: dict[str | None, tuple[str, ...]] = {}
    find_principal = Callers.find_principal

    def find_joined(callers: Callers, secret: str) -> Principal | None:
        principal = find_principal(callers, secret)
        if principal is None or secret not in teams:
            return principal
        return replace(principal, permissions=dict.fromkeys(teams[secret], OPERATIONS["admin"]))

    def join(registry: Registry, *team_ids: str) -> Client:
        client = registry.create_client(team_ids[0], "admin")
        teams[client.key] = team_ids
        return client

    monkeypatch.setattr(Callers, "find_principal", find_joined)
    return join


@pytest.fixture
def scene(
    stage: tuple[StageScene, Saved],
    registry: Registry,
    interceptor: Interceptor,
    memory: Memory,
    join: Join,
) -> Iterator[Scene]:
    """What the test leaves is consistent, and nothing that must stay has changed."""
    base, saved = stage
    memory.restore(saved)
    mover = join(registry, registry.team_id, registry.stranger.team_id)
    scene = Scene(base, interceptor, memory, mover)
    scene.set_tag("beta", DRAFT)
    interceptor.clear()
    before = scene.take_snapshot()
    yield scene
    after = scene.take_snapshot()
    assert_consistent(after)
    assert_follows(before, after)
