"""Calls of vendors that make no sense here: whoever makes them is told what to do instead."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from infra.unsupported import UNSUPPORTED_CALLS, UnsupportedCall
from shared.dialects.dialect import get_dialect
from shared.problems import Unsupported
from shared.routes import NATIVE, ROUTES
from shared.routes.route import SEGMENT

if TYPE_CHECKING:
    from tests.client import Registry

CALL = re.compile(r"([A-Z]{3,}) (/[^ ,]+)")
BY_ID = pytest.mark.parametrize("call", UNSUPPORTED_CALLS, ids=lambda call: str(call.operation_id))


@BY_ID
@pytest.mark.parametrize("caller", ["nobody", "editor", "admin"])
def test_every_caller_gets_501_in_the_shape_of_the_dialect(
    registry: Registry, call: UnsupportedCall, caller: str
) -> None:
    path = SEGMENT.sub(str(uuid4()), call.path)
    client = registry.nobody if caller == "nobody" else registry.people[caller]

    response = client(call.method, path, raw=None if call.method == "GET" else "not JSON")

    assert response.status == 501
    problem = Unsupported(f"not supported; {call.instead}")
    body = get_dialect(call.dialect).dump_problem(problem, response.headers["X-Request-Id"]).body
    assert response.json == body or call.dialect == NATIVE
    if call.dialect == NATIVE:
        assert response.error == problem.message
        assert response.json["code"] == "unsupported"
        assert response.json["request_id"] == response.headers["X-Request-Id"]


def test_telas_sdk_finds_the_status_and_maxims_the_message(registry: Registry) -> None:
    tela = registry.nobody("POST", "/v2/chat/completions", {"canvas_id": "x"})
    maxim = registry.nobody("GET", "/v1/prompt-partials?workspaceId=x")

    assert (tela.json["status"], tela.json["code"]) == (501, "unsupported")
    assert "render" in tela.json["message"]
    assert "partials" in maxim.json["error"]["message"]


def test_head_is_answered_like_get(registry: Registry) -> None:
    for call in UNSUPPORTED_CALLS:
        if call.method == "GET":
            assert registry.nobody("HEAD", call.path).status == 501, call.path


@BY_ID
def test_what_to_do_instead_is_a_call_that_there_is(call: UnsupportedCall) -> None:
    calls = {(route.method, route.path) for route in ROUTES if route.dialect == NATIVE}

    assert {*CALL.findall(call.instead)} <= calls
    assert (call.method, call.path) not in calls
