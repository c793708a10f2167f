"""A registry whose AWS can be interfered with and looked into.

The one thing of our own that is patched is the clock that pauses between tries are taken from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from moto.core.models import botocore_stubber

from infra.local.moto_patches import replace_attribute
from tests.properties.consistency import assert_consistent, assert_follows
from tests.properties.interception import Clock, Interceptor
from tests.properties.scene import Scene, create_mover
from tests.routes.scene import DRAFT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.client import Registry
    from tests.memory import Memory, Saved
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
def scene(
    stage: tuple[StageScene, Saved],
    registry: Registry,
    interceptor: Interceptor,
    memory: Memory,
) -> Iterator[Scene]:
    """What the test leaves is consistent, and nothing that must stay has changed."""
    base, saved = stage
    memory.restore(saved)
    mover = create_mover(registry, registry.team_id, registry.stranger.team_id)
    scene = Scene(base, interceptor, memory, mover)
    scene.set_tag("beta", DRAFT)
    interceptor.clear()
    before = scene.take_snapshot()
    yield scene
    after = scene.take_snapshot()
    assert_consistent(after)
    assert_follows(before, after)
