"""A handler's result goes back as API Gateway would send it."""

import base64
import json
import logging

import pytest

from infra.local.gateway import (
    INVOCATION_BYTES,
    Event,
    Gateway,
    MalformedResultError,
    Request,
    Response,
    parse_result,
)
from shared.routes import Permission, Route

ROUTE = Route(
    name="get_thing",
    dialect="test",
    method="POST",
    path="/",
    permission=Permission.PUBLIC,
    chapter="",
)


def respond_with(result: object, *, body: bytes = b"") -> Response:
    gateway = Gateway((ROUTE,), lambda _: lambda event, context: result)
    return gateway.respond(Request(method="POST", target="/", body=body))


def test_status_headers_and_body() -> None:
    response = parse_result(
        {"statusCode": 201, "headers": {"ETag": '"a"', "X-Count": 3, "X-Yes": True}, "body": "ü"}
    )

    assert response.status == 201
    assert response.body == "ü".encode()
    assert response.headers == (
        ("ETag", '"a"'),
        ("X-Count", "3"),
        ("X-Yes", "true"),
        ("Content-Type", "application/json"),
    )


def test_both_maps_of_headers_are_sent_and_a_pair_in_both_is_sent_once() -> None:
    response = parse_result(
        {
            "statusCode": 200,
            "headers": {"Link": "<1>", "content-type": "text/plain"},
            "multiValueHeaders": {"Link": ["<1>", "<2>"]},
        }
    )

    assert response.headers == (("Link", "<1>"), ("Link", "<2>"), ("content-type", "text/plain"))


def test_headers_of_the_connection_are_not_the_handlers() -> None:
    response = parse_result(
        {"statusCode": 200, "headers": {"Content-Length": "1", "Connection": "x", "date": "y"}}
    )

    assert response.headers == (("Content-Type", "application/json"),)


def test_binary_body() -> None:
    body = base64.b64encode(b"\x00\xff").decode()

    response = parse_result({"statusCode": 200, "body": body, "isBase64Encoded": True})

    assert response.body == b"\x00\xff"


@pytest.mark.parametrize("status", [204, 304])
def test_these_have_no_body(status: int) -> None:
    assert parse_result({"statusCode": status, "body": "x"}).body == b""


@pytest.mark.parametrize(
    "result",
    [
        None,
        "text",
        [],
        {},
        {"body": "no status"},
        {"statusCode": "200"},
        {"statusCode": 99},
        {"statusCode": 200, "body": {"not": "text"}},
        {"statusCode": 200, "body": b"bytes"},
        {"statusCode": 200, "surprise": 1},
        {"statusCode": 200, "headers": {"X": "a\r\nSet-Cookie: b"}},
        {"statusCode": 200, "headers": {"X": "€"}},
        {"statusCode": 200, "headers": {"X Y": "a"}},
        {"statusCode": 200, "headers": {"X": None}},
        {"statusCode": 200, "headers": ["X"]},
        {"statusCode": 200, "multiValueHeaders": {"X": "not a list"}},
        {"statusCode": 200, "body": "not base64!", "isBase64Encoded": True},
        {"statusCode": 200, "body": "\ud800"},
        {"statusCode": 200, "body": "x" * INVOCATION_BYTES},
        {"statusCode": 200, "body": '"' * (INVOCATION_BYTES // 2)},
    ],
    ids=lambda result: repr(result)[:50],
)
def test_malformed_result_is_a_502(result: object, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(MalformedResultError):
        parse_result(result)

    response = respond_with(result)

    assert response.status == 502
    assert json.loads(response.body)["error"] == "internal error"
    assert "get_thing: malformed result" in caplog.text


def test_unhandled_exception_is_a_502_that_does_not_tell(caplog: pytest.LogCaptureFixture) -> None:
    def handler(event: Event, context: object) -> object:
        raise RuntimeError("secret")

    with caplog.at_level(logging.ERROR):
        response = Gateway((ROUTE,), lambda _: handler).respond(Request(method="POST", target="/"))

    body = json.loads(response.body)
    assert response.status == 502
    assert body["code"] == "internal"
    assert "secret" not in response.body.decode()
    assert "RuntimeError: secret" in caplog.text


def test_every_answer_has_a_request_id() -> None:
    names = [name for name, _ in respond_with({"statusCode": 200}).headers]
    own = respond_with({"statusCode": 200, "headers": {"x-request-id": "mine"}}).headers

    assert "X-Request-Id" in names
    assert [value for name, value in own if name.lower() == "x-request-id"] == ["mine"]


def test_event_that_lambda_would_refuse_is_too_large() -> None:
    fits = respond_with({"statusCode": 200}, body=b"x" * (INVOCATION_BYTES - 10_000))
    grows = respond_with({"statusCode": 200}, body=b'"' * (INVOCATION_BYTES // 2))

    assert fits.status == 200
    assert grows.status == 413
    assert json.loads(grows.body)["code"] == "too_large"
