"""Compression of bodies by the gateway, on AWS and on this machine.

Source: Amazon API Gateway's developer guide, "Payload compression". The gateway decompresses the
bodies of requests, so that functions never see a compressed one, and compresses those of responses
where the client accepts it.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from infra.gateway_problems import PROBLEMS, TOO_LARGE, GatewayProblem

if TYPE_CHECKING:
    from collections.abc import Iterable

# Bytes of the smallest body of a response that is compressed.
MINIMUM_BYTES = 1024
# How zlib reads each coding of a body.
WINDOW_BITS = {"gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}
UNSUPPORTED_MEDIA_TYPE = PROBLEMS["UNSUPPORTED_MEDIA_TYPE"]


class UnreadableBodyError(Exception):
    """A body cannot be decompressed.

    Attributes:
        problem: The problem to respond with.
    """

    def __init__(self, problem: GatewayProblem) -> None:
        super().__init__(problem)
        self.problem = problem


def decompress(body: bytes, coding: str, *, max_bytes: int) -> bytes:
    """Decompress a body, and stop where it is too large, however small it was when it arrived.

    Args:
        body: The body as it was sent.
        coding: The value of the header `Content-Encoding`; empty if there is none.
        max_bytes: The largest size after decompression.

    Raises:
        UnreadableBodyError: The coding is not supported, or the body does not have it or is larger.
    """
    coding = coding.strip().lower()
    if not body or coding in ("", "identity"):
        return body
    if coding not in WINDOW_BITS:
        raise UnreadableBodyError(UNSUPPORTED_MEDIA_TYPE)
    decoder = zlib.decompressobj(WINDOW_BITS[coding])
    try:
        result = decoder.decompress(body, max_bytes + 1)
    except zlib.error as error:
        raise UnreadableBodyError(UNSUPPORTED_MEDIA_TYPE) from error
    if len(result) > max_bytes:
        raise UnreadableBodyError(TOO_LARGE)
    if not decoder.eof or decoder.unused_data:
        raise UnreadableBodyError(UNSUPPORTED_MEDIA_TYPE)
    return result


def choose_coding(accepted: str) -> str | None:
    """Choose a coding that the header `Accept-Encoding` accepts; None to send a body as it is."""
    weights = dict(_parse_weights(accepted.lower().split(",")))
    codings = [coding for coding in WINDOW_BITS if weights.get(coding, weights.get("*", 0)) > 0]
    return codings[0] if codings else None


def _parse_weights(items: Iterable[str]) -> Iterable[tuple[str, float]]:
    for item in items:
        coding, _, parameter = item.partition(";")
        try:
            weight = float(parameter.partition("=")[2]) if parameter else 1.0
        except ValueError:
            weight = 0.0
        yield coding.strip(), weight


def compress(body: bytes, coding: str) -> bytes:
    """Compress a body."""
    encoder = zlib.compressobj(wbits=WINDOW_BITS[coding])
    return encoder.compress(body) + encoder.flush()
