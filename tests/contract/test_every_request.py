"""What callers send, over all routes: whatever it is, it is taken or refused, and never a bug."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from shared.routes import ROUTES
from shared.settings import get_settings
from tests.routes.malformed import MALFORMED_BODIES, MALFORMED_TEXTS
from tests.routes.problems import assert_problem
from tests.routes.scene import WRITING, get_credential

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.client import Response
    from tests.routes.scene import Scene

BODIED = tuple(route for route in ROUTES if route.body)
# px0's and LangWatch's own servers look at a body's content type, Maxim's and Tela's do not.
TYPED_DIALECTS = {"registry", "langwatch"}
# What is rendered may be anything.
TAKES_NUL = {"render_live", "render_version"}


# -- bodies

BODY_OPTIONAL = {"regenerate_api_key"}  # px0's clients send none


def test_what_is_no_json_object_is_refused_and_changes_nothing(scene: Scene) -> None:
    for route in BODIED:
        with scene.visit(route) as call:
            before = scene.list_stored()
            for name, raw in MALFORMED_BODIES.items():
                if name == "empty" and route.name in BODY_OPTIONAL:
                    continue
                response = call.send(scene.get_caller(route), raw=raw)
                # Well-formed JSON that is no object breaks LangWatch's schemas.
                assert response.status == 400 or route.dialect == "langwatch", name
                assert_problem(response, route, 400, 422)
            assert scene.list_stored() == before


def test_a_body_that_is_not_utf8_is_a_bad_request(scene: Scene) -> None:
    for route in BODIED:
        with scene.visit(route) as call:
            response = call.send(scene.get_caller(route), raw=b'{"name": "\xff"}')
            assert_problem(response, route, 400)


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/x-www-form-urlencoded", "application/json5"]
)
def test_json_that_is_declared_as_something_else_is_refused_where_the_vendor_looks(
    scene: Scene, media_type: str
) -> None:
    for route in BODIED:
        with scene.visit(route) as call:
            response = call.send(scene.get_caller(route), content_type=media_type)
            if route.dialect in TYPED_DIALECTS:
                assert_problem(response, route, 400, 422)
            else:
                assert response.status == route.status, response.text


def test_no_text_of_a_body_may_hold_a_nul(scene: Scene) -> None:
    for route in BODIED:
        if route.name not in TAKES_NUL:
            with scene.visit(route) as call:
                before = scene.list_stored()
                for body in replace_texts(call.body, "a\0b"):
                    response = call.replace_body(body).send(scene.get_caller(route))
                    assert_problem(response, route, 400)
                assert scene.list_stored() == before


def replace_texts(value: Any, text: str) -> Iterator[Any]:
    """Replace one text in a JSON value after the other."""
    if isinstance(value, str):
        yield text
    elif isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            for other in replace_texts(item, text):
                copy = value.copy()
                copy[key] = other
                yield copy


def test_a_body_that_is_too_large_is_so_for_everybody(scene: Scene) -> None:
    raw = b"x" * (get_settings().body_bytes + 1)
    for route in ROUTES:
        with scene.visit(route) as call:
            unknown = get_credential(route)(f"ak_{'0' * 64}")
            assert_problem(call.send(scene.registry.nobody, raw=raw, **unknown), route, 413)


# -- paths


def test_segments_may_be_percent_encoded_throughout(scene: Scene) -> None:
    for route in ROUTES:
        with scene.visit(route) as call:
            for name in route.segment_names:
                text = "".join(f"%{ord(char):02X}" for char in call.get_segment(name))
                call = call.replace_segment(name, text)
            assert call.send(scene.get_caller(route)).status == route.status


def test_a_segment_that_names_nothing_is_a_problem_and_never_a_bug(scene: Scene) -> None:
    for route in ROUTES:
        # By a handle that there is not, LangWatch's sync creates a prompt.
        for name in route.segment_names if route.name != "sync_prompt" else ():
            with scene.visit(route) as call:
                before = scene.list_stored()
                for text in MALFORMED_TEXTS:
                    response = call.replace_segment(name, text).send(scene.get_caller(route))
                    assert_problem(response, route, 400, 404, 422)
                assert scene.list_stored() == before


# -- queries


def test_a_query_parameter_that_no_route_has_is_ignored(scene: Scene) -> None:
    for route in ROUTES:
        with scene.visit(route) as call:
            response = call.replace_query(nonsense="1").send(scene.get_caller(route))
            assert response.status == route.status, response.text


def test_a_query_parameter_may_be_anything_and_never_a_bug(scene: Scene) -> None:
    for route in ROUTES:
        for name in route.query_names:
            with scene.visit(route) as call:
                for text in (*MALFORMED_TEXTS, ""):
                    response = call.replace_query(**{name: text}).send(scene.get_caller(route))
                    if response.status >= 300:
                        assert_problem(response, route, 400, 404, 422)


# -- headers


def test_an_idempotency_key_has_1_to_255_characters(scene: Scene) -> None:
    for route in WRITING:
        with scene.visit(route) as call:
            before = scene.list_stored()
            for key in ("", "k" * 256):
                response = call.send(scene.get_caller(route), Idempotency_Key=key)
                assert_problem(response, route, 400)
                assert "Idempotency-Key must be 1 to 255 characters" in response.text
            assert scene.list_stored() == before
            response = call.send(scene.get_caller(route), Idempotency_Key="k" * 255)
            assert response.status == route.status, response.text


def test_a_write_that_is_repeated_with_its_key_happens_once(scene: Scene) -> None:
    for route in WRITING:
        with scene.visit(route) as call:
            first = call.send(scene.get_caller(route), Idempotency_Key="k")
            after = scene.list_stored()
            scene.registry.forget()
            again = call.send(scene.get_caller(route), Idempotency_Key="k")

            assert first.status == route.status, first.text
            assert (again.status, again.text) == (first.status, first.text)
            assert again.headers["X-Request-Id"] != first.headers["X-Request-Id"]
            assert drop_request_id(again) == drop_request_id(first)
            assert scene.list_stored() == after


def test_the_key_of_a_write_is_good_for_no_other(scene: Scene) -> None:
    for route in WRITING:
        with scene.visit(route) as call:
            assert call.send(scene.get_caller(route), Idempotency_Key="k").status == route.status
            after = scene.list_stored()
            other = call.replace_body({**(call.body or {}), "more": 1})
            assert_problem(other.send(scene.get_caller(route), Idempotency_Key="k"), route, 409)
            assert scene.list_stored() == after


def drop_request_id(response: Response) -> dict[str, str]:
    """Take the headers that two responses to the same request have in common."""
    return {name: text for name, text in response.headers.items() if name != "X-Request-Id"}
