"""A handler gets the event that API Gateway would send it."""

import base64
import json
import re
import time
from typing import Any

import pytest

from infra.local.gateway import Context, Event, Resource, build_event
from infra.local.gateway import Request as LocalRequest


def make_event(target: str = "/things", **fields: Any) -> Event:
    request = LocalRequest(method="POST", target=target, **fields)
    return build_event(request, Resource("/things"), {})


def test_maps_without_entries_are_null() -> None:
    event = make_event()

    assert event["queryStringParameters"] is None
    assert event["multiValueQueryStringParameters"] is None
    assert event["pathParameters"] is None
    assert event["stageVariables"] is None
    assert event["body"] is None
    assert event["isBase64Encoded"] is False


def test_event_is_json() -> None:
    event = make_event("/things?a=1", body=b"\xff", headers=(("Host", "a.example"),))

    assert json.loads(json.dumps(event)) == event


def test_query_is_decoded_in_both_maps_and_the_last_value_is_the_single_one() -> None:
    event = make_event("/things?q=a%2Bb+c&tag=1&tag=2&flag&gr%C3%BC%C3%9Fe=%E2%82%AC&empty=")

    assert event["multiValueQueryStringParameters"] == {
        "q": ["a+b c"],
        "tag": ["1", "2"],
        "flag": [""],
        "grüße": ["€"],
        "empty": [""],
    }
    assert event["queryStringParameters"] == {
        "q": "a+b c",
        "tag": "2",
        "flag": "",
        "grüße": "€",
        "empty": "",
    }


def test_path_stays_as_it_was_sent_and_the_context_has_it_below_the_stage() -> None:
    event = make_event("/things/a%2Fb+c/?q=1")

    assert event["path"] == "/things/a%2Fb+c/"
    assert event["requestContext"]["path"] == "/things/a%2Fb+c/"
    assert event["resource"] == event["requestContext"]["resourcePath"] == "/things"


def test_headers_keep_their_case_and_their_order() -> None:
    event = make_event(headers=(("tEsT-HEADeR", "1"), ("Test-Header", "2"), ("Accept", "*/*")))

    assert event["multiValueHeaders"]["tEsT-HEADeR"] == ["1", "2"]
    assert event["headers"]["tEsT-HEADeR"] == "2"
    assert event["headers"]["Accept"] == "*/*"
    assert "Test-Header" not in event["headers"]


def test_headers_of_the_connection_do_not_arrive() -> None:
    event = make_event(
        headers=(
            ("Connection", "keep-alive"),
            ("Content-Length", "3"),
            ("Transfer-Encoding", "chunked"),
            ("Expect", "100-continue"),
        )
    )

    assert set(event["headers"]) == {
        "X-Forwarded-For",
        "X-Forwarded-Port",
        "X-Forwarded-Proto",
        "X-Amzn-Trace-Id",
    }


def test_headers_that_the_gateway_adds() -> None:
    event = make_event(
        source="192.0.2.7", headers=(("x-forwarded-for", "198.51.100.1"), ("Host", "a.example:1"))
    )

    assert event["headers"]["X-Forwarded-For"] == "198.51.100.1, 192.0.2.7"
    assert event["headers"]["X-Forwarded-Proto"] == "http"
    assert re.fullmatch(r"Root=1-[0-9a-f]{8}-[0-9a-f]{24}", event["headers"]["X-Amzn-Trace-Id"])
    assert "x-forwarded-for" not in event["headers"]


def test_trace_of_the_caller_is_kept() -> None:
    event = make_event(headers=(("x-amzn-trace-id", "Root=1-67891233-abcdef012345678912345678"),))

    assert event["headers"]["X-Amzn-Trace-Id"] == "Root=1-67891233-abcdef012345678912345678"


@pytest.mark.parametrize("text", ["plain", '{"a": "ü"}', "\ufeff", "\x00"])
def test_body_that_is_text_arrives_as_text(text: str) -> None:
    event = make_event(body=text.encode())

    assert (event["body"], event["isBase64Encoded"]) == (text, False)


@pytest.mark.parametrize("body", [b"\xff\xfe", b"\x80", b"\xed\xa0\x80"])
def test_body_that_is_not_utf8_arrives_in_base64(body: bytes) -> None:
    event = make_event(body=body)

    assert event["isBase64Encoded"] is True
    assert base64.b64decode(event["body"]) == body


def test_context_tells_who_calls_and_when() -> None:
    event = make_event(
        source="192.0.2.7",
        protocol="HTTP/1.0",
        headers=(("user-agent", "curl/8"), ("Host", "api.example")),
    )

    context = event["requestContext"]
    assert context["identity"]["sourceIp"] == "192.0.2.7"
    assert context["identity"]["userAgent"] == "curl/8"
    assert context["identity"]["user"] is None
    assert context["domainName"] == "api.example"
    assert context["domainPrefix"] == "api"
    assert context["protocol"] == "HTTP/1.0"
    assert context["httpMethod"] == "POST"
    assert context["stage"] == "local"
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", context["requestId"])
    assert re.fullmatch(r"\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d \+0000", context["requestTime"])
    assert abs(context["requestTimeEpoch"] - time.time() * 1000) < 60_000


def test_lambda_context_counts_down() -> None:
    context = Context(aws_request_id="1", function_name="cuebook-x", deadline=time.monotonic() + 10)

    assert 9_000 < context.get_remaining_time_in_millis() <= 10_000
    assert context.invoked_function_arn.endswith(":function:cuebook-x")
    assert (
        Context(
            aws_request_id="1", function_name="x", deadline=time.monotonic() - 1
        ).get_remaining_time_in_millis()
        == 0
    )
