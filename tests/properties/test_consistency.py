"""The checker of what is stored knows every kind of item and event that there is."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from shared import background
from shared.domain.access import Grant
from tests.client import Client
from tests.contract.sources import ROOT, list_event_kinds, parse
from tests.properties.consistency import KEYS, assert_consistent, find_kind, list_kinds
from tests.routes.sample import get_sample
from tests.routes.scene import CHANGING, WRITING

if TYPE_CHECKING:
    import pytest

    from tests.properties.scene import Scene


def test_what_all_routes_write_is_all_that_the_checker_knows(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    items: set[tuple[str, str]] = set()
    events: set[str] = set()
    before = scene.take_snapshot()
    for route in CHANGING:
        for variant in (None, *get_sample(route).variants):
            with scene.base.visit(route, variant, scene.get_names(route)) as call:
                has_key = route in WRITING and not route.shows_secret
                headers = {"Idempotency_Key": "once"} if has_key else {}
                scene.send(call, **headers)
                after = scene.take_snapshot()
                assert_consistent(after)
                events.update(list_kinds(before, after))
                items.update(
                    (table, find_kind(table, item))
                    for table, stored in after.tables.items()
                    for item in stored
                )

    registry = scene.base.registry
    monkeypatch.setattr(background, "start", lambda task: task())
    grant = Grant(name="Key with a quota", team_ids=(registry.team_id,), quota=100)
    Client(registry.team_id, registry.create_key(grant), registry.cloud)("GET", "/v1/prompts")
    after = scene.take_snapshot()
    assert_consistent(after)
    items.update(("access", find_kind("access", item)) for item in after.tables["access"])

    assert items == {
        (table, pattern)
        for table, entities in KEYS.items()
        for patterns in entities.values()
        for pattern in patterns
    }
    assert events == list_event_kinds()


def test_every_key_that_the_store_builds_is_one_that_the_checker_knows() -> None:
    texts = [
        node.value
        for node in ast.walk(parse(ROOT / "shared/store/keys.py"))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    patterns = [
        pattern
        for entities in KEYS.values()
        for patterns in entities.values()
        for pattern in patterns
    ]

    known = {name for pattern in patterns for name in re.findall("([a-z]+)#", pattern)}
    known.add("uses")  # which no route writes: they are counted from the log
    assert {name for text in texts for name in re.findall("^([a-z]+)#", text)} == known
