"""Bodies that the gateway decompresses and compresses, within bounds."""

from __future__ import annotations

import gzip
import json
import tracemalloc
import zlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.compression import (
    MINIMUM_BYTES,
    UnreadableBodyError,
    choose_coding,
    compress,
    decompress,
)
from infra.local.gateway import REQUEST_BYTES, Gateway, Request, Response
from shared.routes import Permission, Route

if TYPE_CHECKING:
    from infra.local.gateway import Context, Event

ROUTE = Route(
    name="echo",
    dialect="test",
    method="POST",
    path="/",
    permission=Permission.PUBLIC,
    chapter="",
)
BODY = json.dumps({"template": "Grüße, {{.name}}! " * 20}, ensure_ascii=False).encode()


def compress_exactly(body: bytes) -> bytes:
    """Compress a body without the time, by which tests would have another name each time."""
    return gzip.compress(body, mtime=0)


def echo(event: Event, context: Context) -> object:
    headers = {"X-Coding": event["headers"].get("content-encoding", "none")}
    return {"statusCode": 200, "headers": headers, "body": event["body"] or ""}


def send(body: bytes, **headers: str) -> Response:
    pairs = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    gateway = Gateway((ROUTE,), lambda _: echo)
    return gateway.respond(Request(method="POST", target="/", headers=pairs, body=body))


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", compress_exactly(BODY)),
        ("GZIP ", compress_exactly(BODY)),
        ("deflate", zlib.compress(BODY)),
        ("identity", BODY),
        ("", BODY),
    ],
)
def test_a_function_gets_the_body_as_it_was_before_it_was_compressed(
    coding: str, body: bytes
) -> None:
    response = send(body, content_encoding=coding)

    assert response.body == BODY
    assert dict(response.headers)["X-Coding"] in ("none", "identity", "")


def test_no_body_needs_no_decompression() -> None:
    assert send(b"", content_encoding="gzip").status == 200


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("br", BODY),
        ("gzip, gzip", compress_exactly(compress_exactly(BODY))),
        ("gzip", BODY),
        ("gzip", compress_exactly(BODY)[:-9]),
        ("gzip", compress_exactly(BODY) + b"more"),
        ("deflate", compress_exactly(BODY)),
    ],
)
def test_what_has_another_coding_than_it_says_is_refused(coding: str, body: bytes) -> None:
    response = send(body, content_encoding=coding)

    assert response.status == 415
    assert json.loads(response.body)["code"] == "unsupported_media_type"


def test_a_bomb_is_refused_before_it_has_taken_the_memory() -> None:
    bomb = gzip.compress(bytes(5 * REQUEST_BYTES))
    assert len(bomb) < REQUEST_BYTES // 20
    tracemalloc.start()
    try:
        response = send(bomb, content_encoding="gzip")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert (response.status, json.loads(response.body)["code"]) == (413, "too_large")
    assert peak < 3 * REQUEST_BYTES


@given(st.binary(max_size=300), st.sampled_from(["gzip", "deflate"]), st.integers(0, 300))
def test_exactly_what_fits_is_decompressed(body: bytes, coding: str, limit: int) -> None:
    if body and len(body) > limit:
        with pytest.raises(UnreadableBodyError) as error:
            decompress(compress(body, coding), coding, max_bytes=limit)
        assert error.value.problem.status == 413
    else:
        assert decompress(compress(body, coding), coding, max_bytes=limit) == body


@given(st.binary(max_size=200), st.sampled_from(["gzip", "deflate", "br", "identity"]))
def test_whatever_is_sent_is_taken_or_refused(body: bytes, coding: str) -> None:
    assert send(body, content_encoding=coding).status in (200, 415)


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("", None),
        ("gzip", "gzip"),
        ("deflate, GZIP;q=0.5", "gzip"),
        ("deflate", "deflate"),
        ("gzip;q=0, deflate", "deflate"),
        ("*", "gzip"),
        ("*;q=0", None),
        ("br, identity", None),
        ("gzip;q=much", None),
    ],
)
def test_a_response_is_compressed_as_the_client_accepts(accepted: str, coding: str | None) -> None:
    large, small = b"x" * MINIMUM_BYTES, b"x" * (MINIMUM_BYTES - 1)

    response = send(large, accept_encoding=accepted)

    assert choose_coding(accepted) == coding
    assert dict(response.headers).get("Content-Encoding") == coding
    assert decompress(response.body, coding or "", max_bytes=MINIMUM_BYTES) == large
    assert send(small, accept_encoding=accepted).body == small
