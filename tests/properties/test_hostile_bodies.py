"""Bodies of as much as a request can hold take bounded memory, and their problems are short."""

from __future__ import annotations

import json
import tracemalloc
from typing import TYPE_CHECKING, Any

import pytest

from shared.routes import DIALECTS, ROUTES
from shared.texts import MAX_EXCERPT
from tests.routes.bounds import MAX_MEGABYTES
from tests.routes.hostile import FULL, build_values, list_bodies
from tests.routes.problems import assert_problem
from tests.routes.scene import Scene

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.client import Registry

PROBLEM_LENGTH = 20_000  # characters
WHOLE = ("all: ", "unknown field: ")  # places that every route has
STATUSES = (400, 401, 403, 404, 409, 413, 422, 429, 501)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_hostile_value_in_any_place_takes_bounded_memory_and_is_not_repeated(
    dialect: str, registry: Registry
) -> None:
    scene = Scene(registry)
    # Whole bodies are as large as requests can be; single fields are smaller, to save time.
    full, part = build_values(FULL), build_values(FULL // 4)
    # `make bounds` puts every value into every place, which takes long. Here each place gets one,
    # and the next place the next one; fields that several routes share are filled once.
    names = list(full)
    turn = 0
    fields: set[str] = set()
    for route in ROUTES:
        if not route.body or route.dialect != dialect:
            continue
        with scene.visit(route) as call:
            for place, body in list_bodies(route, call.body, {"value": json.dumps("VALUE")}):
                if place in fields:
                    continue
                if not place.startswith(WHOLE):
                    fields.add(place)
                name = names[turn % len(names)]
                turn += 1
                value = full[name] if place.startswith(WHOLE) else part.get(name, full[name])
                raw = body.replace('"VALUE"', value)
                tracemalloc.start()
                try:
                    response = call.send(scene.get_caller(route), raw=raw)
                    _, peak = tracemalloc.get_traced_memory()
                finally:
                    tracemalloc.stop()
                where = f"{place} {name}"
                assert peak <= MAX_MEGABYTES * 1e6, where
                if response.status >= 400:
                    assert_problem(response, route, *STATUSES)
                    assert len(response.text) <= PROBLEM_LENGTH, where
                    assert not find_repeated(response.json, raw), where


def find_repeated(problem: Any, raw: str) -> str:
    """Find a part of a body that a problem repeats, if it is longer than an excerpt may be."""
    inputs = [raw, *list_texts(json.loads(raw))]
    for text in list_texts(problem):
        for start in range(0, len(text) - MAX_EXCERPT, MAX_EXCERPT // 4):
            part = text[start : start + MAX_EXCERPT + 1]
            if any(part in item for item in inputs):
                return part
    return ""


def list_texts(value: Any) -> Iterator[str]:
    """List the texts in a JSON value, and the names of its fields."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from value
    for item in (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    ):
        yield from list_texts(item)


def test_a_repeated_text_is_found() -> None:
    raw = json.dumps({"a": ["é" * 500], "k" * 300: 1})

    assert find_repeated({"error": "x" * 20 + "é" * 130}, raw)
    assert find_repeated({"details": [{"path": "k" * 130}]}, raw)
    assert not find_repeated({"error": "x" * 500, "details": ["k" * 100]}, raw)
