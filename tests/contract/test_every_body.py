"""Hostile bodies of every route, which are refused before anything is made of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from infra.openapi import load_models
from shared import exact_json
from shared.problems import MAX_DETAILS, InvalidRequest
from shared.routes import ROUTES, Permission
from tests.routes.problems import assert_problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import BaseModel

    from shared.routes import Route
    from tests.routes.scene import Scene

BODIED = tuple(route for route in ROUTES if route.body)
# px0 tells about these bodies before it tells about the permission.
BODY_FIRST = {"move_prompt", "rollback_prompt", "update_prompt"}
NUMBERS = ("1e999999999", "1e9999999", "1e-999999999", "1e401", "9" * 402, "1." + "9" * 100_000)


def list_models() -> Iterator[tuple[str, type[BaseModel]]]:
    for route in BODIED:
        for name in route.body:
            yield name, getattr(load_models(route.dialect), name)


def list_schemas(value: Any) -> Iterator[dict[str, Any]]:
    """List the parts of one of pydantic's schemas."""
    if isinstance(value, dict):
        if isinstance(value.get("type"), str):
            yield value
        for item in value.values():
            yield from list_schemas(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from list_schemas(item)


@pytest.mark.parametrize(("name", "model"), [*list_models()])
def test_the_first_invalid_item_of_a_list_ends_its_validation(
    name: str, model: type[BaseModel]
) -> None:
    lists = [
        schema
        for schema in list_schemas(model.__pydantic_core_schema__)
        if schema["type"] == "list"
    ]

    assert all(schema.get("fail_fast") for schema in lists), f"use Items[…] in {name}"


def list_fields(route: Route) -> list[str]:
    """List the fields of all bodies that a route takes."""
    models = load_models(route.dialect)
    return sorted({name for body in route.body for name in getattr(models, body).model_fields})


def test_a_number_that_no_float_can_be_is_refused_in_every_field(scene: Scene) -> None:
    for route in BODIED:
        with scene.visit(route) as call:
            before = scene.list_stored()
            for name in list_fields(route):
                for number in NUMBERS:
                    body = json.dumps({**(call.body or {}), name: ["MARK"]})
                    raw = body.replace('"MARK"', number)
                    assert_problem(call.send(scene.get_caller(route), raw=raw), route, 400)
            assert scene.list_stored() == before


def test_a_problem_has_at_most_twenty_details_and_is_short(scene: Scene) -> None:
    for route in BODIED:
        with scene.visit(route) as call:
            for body in ({f"{n}{'k' * 200}": n for n in range(500)}, {"messages": [1] * 5_000}):
                response = call.replace_body(body).send(scene.get_caller(route))
                # Maxim's SDKs send more than is documented, so that a body may even be good.
                if response.status >= 400:
                    assert_problem(response, route, 400, 401, 404, 422, 501)
                    assert len(response.text) < 20_000
                    lists = [item for item in list_values(response.json) if isinstance(item, list)]
                    assert all(len(item) <= MAX_DETAILS for item in lists)


def list_values(value: Any) -> Iterator[Any]:
    """List a JSON value and all that is in it."""
    yield value
    for item in (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    ):
        yield from list_values(item)


def test_a_problem_that_no_function_could_respond_is_told_briefly(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: object) -> object:
        raise InvalidRequest("x" * 7_000_000)

    for route in BODIED:
        with scene.visit(route) as call, monkeypatch.context() as patch:
            patch.setattr(exact_json, "decode", refuse)
            response = call.send(scene.get_caller(route))
            assert_problem(response, route, 400, 422, 501)
            assert len(response.text) < 1_000


def test_a_body_of_too_many_parts_is_refused_before_it_is_decoded(scene: Scene) -> None:
    raw = "[" * (exact_json.MAX_PARTS + 1)
    for route in BODIED:
        with scene.visit(route) as call:
            response = call.send(scene.get_caller(route), raw=raw)
            assert_problem(response, route, 400)
            assert "exceeds a limit" in response.text


def test_a_body_is_decoded_once_and_stays_what_it_is(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    decode, bodies, values = exact_json.decode, list[bytes](), list[Any]()

    def record(body: bytes) -> Any:
        bodies.append(body)
        values.append(decode(body))
        return values[-1]

    monkeypatch.setattr(exact_json, "decode", record)
    for route in BODIED:
        with scene.visit(route) as call:
            bodies.clear()
            values.clear()
            call.send(scene.get_caller(route))
            assert bodies, route.name
            assert len(bodies) == len({*bodies}), route.name
            assert values == [decode(body) for body in bodies], route.name


def test_who_may_write_nowhere_is_refused_before_the_body_is_decoded(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def decode(_: object) -> object:
        raise AssertionError("the body is decoded")

    for route in BODIED:
        is_guarded = route.permission not in (Permission.PUBLIC, Permission.READ)
        if is_guarded and route.name not in BODY_FIRST:
            with scene.visit(route) as call, monkeypatch.context() as patch:
                patch.setattr(exact_json, "decode", decode)
                assert_problem(
                    call.send(scene.registry.viewer), route, 401 if route.sessions_only else 403
                )
