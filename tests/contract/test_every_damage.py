"""Damage to a stored item, at any depth, fails only that item, over all reading routes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from shared.routes import ROUTES
from shared.routes.route import UNREADABLE_ITEMS
from shared.settings import get_settings
from shared.store.dynamodb import Database
from shared.store.items import KEYS
from tests.contract.damage import VALUES, damage_item, list_paths, open_documents
from tests.routes.pages import fill_lists
from tests.routes.sample import get_sample
from tests.routes.scene import READING, Scene

if TYPE_CHECKING:
    from tests.memory import Item, Memory
    from tests.routes.scene import Prepared

# They write nothing, and read what the others read and more.
RENDERING = tuple(route for route in ROUTES if route.name in ("render_live", "render_version"))
# What they write has more in it than what `fill_lists` does.
WRITERS = ("create_canvas_version", "deploy_prompt", "create_config_version", "sync_prompt")
NUMBERS = st.integers(0, 10_000)  # places in lists whose length only the test knows
ENTITIES = ("prompt", "version", "payload", "event", "ledger")


@pytest.fixture
def calls(scene: Scene) -> list[Prepared]:
    """All calls that only read, of a prompt with one of everything that dialects write."""
    fill_lists(scene, 1)
    for route in ROUTES:
        if route.name in WRITERS:
            assert scene.prepare(route).send(scene.registry.editor).status < 300
    return [
        scene.prepare(route, variant)
        for route in (*READING, *RENDERING)
        for variant in (None, *get_sample(route).variants)
        if (route.name, variant) != ("list_canvases", None)  # prepared by its variant
    ]


def list_damageable(memory: Memory, whole_id: str) -> list[tuple[str, Item]]:
    """List the items that may be damaged: not those of the prompt that stays whole."""
    return [
        (table, item)
        for table, items in memory.list_items().items()
        for item in items
        if item["entity"]["S"] in ENTITIES and item.get("prompt_id") != {"S": whole_id}
    ]


@settings(max_examples=4, phases=(Phase.generate,), derandomize=True)
@given(item_at=NUMBERS, path_at=NUMBERS, value=st.sampled_from(VALUES))
def test_damage_at_any_depth_fails_nothing_but_its_item(
    scene: Scene, memory: Memory, calls: list[Prepared], item_at: int, path_at: int, value: Any
) -> None:
    registry = scene.registry
    registry.cloud.is_strict = False
    saved = memory.save()
    whole_id = registry.editor.create_prompt()["id"]
    registry.editor.create_version(whole_id)
    registry.editor.promote(whole_id, 1, times=2)
    before = [read(scene, call) for call in calls]
    items = list_damageable(memory, whole_id)
    table, item = items[item_at % len(items)]
    paths = [path for path in list_paths(open_documents(item)) if path[0] not in KEYS[table]]
    path = paths[path_at % len(paths)]
    try:
        Database(get_settings().tables).put(table, damage_item(item, path, value))
        for call, (status, text, _) in zip(calls, before, strict=True):
            current = read(scene, call)
            check(call, current, is_ledgers=item["entity"]["S"] == "ledger")
            if whole_id in text and status == current[0] == 200:
                assert whole_id in current[1], (call, path, value)
    finally:
        memory.restore(saved)


def read(scene: Scene, call: Prepared) -> tuple[int, str, Any]:
    """Make a call, for a process that remembers nothing."""
    scene.registry.forget()
    response = call.send(scene.registry.admin)
    return response.status, response.text, response.headers


def check(call: Prepared, current: tuple[int, str, Any], *, is_ledgers: bool) -> None:
    """Check that a response is one that the document of the API has."""
    status, text, headers = current
    assert status in (call.route.status, 400, 404, 422, 501), (call, text)
    if UNREADABLE_ITEMS in headers and status == call.route.status:
        assert UNREADABLE_ITEMS in call.route.optional_headers
    if '"unreadable"' in text and status == 422:
        assert headers[UNREADABLE_ITEMS]
        # A list fails only with its prompt, or with the ledger that it shows.
        assert is_ledgers or "list_prompts" not in call.route.name, call
