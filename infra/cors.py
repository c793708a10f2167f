"""Responses of the gateway itself to cross-origin requests, on AWS and on this machine.

A browser asks with a preflight, an `OPTIONS` request, before it sends what a page of another origin
wants to send. The gateway responds, and starts no function. Its problems have nothing that is worth
hiding, and cannot depend on the request on AWS, so pages of all origins may read them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.cors import ANY_ORIGIN, build_exposing_headers, build_origin_headers
from shared.dialects.dialect import get_dialect
from shared.routes import DIALECTS, ROUTES

if TYPE_CHECKING:
    from collections.abc import Iterable

PREFLIGHT_METHOD = "OPTIONS"
PREFLIGHT_STATUS = 204
PREFLIGHT_SECONDS = 7200  # the longest that Chrome remembers a preflight
# Request headers that no dialect has of its own, and that browsers ask for.
COMMON_HEADERS = (
    "Content-Type",
    "Content-Encoding",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
)
ALL_METHODS = tuple(sorted({"HEAD", *(route.method for route in ROUTES)}))


def list_request_headers() -> list[str]:
    """List the request headers that pages may set: those of all dialects, as they describe them."""
    names = {name.lower(): name for name in COMMON_HEADERS}
    for dialect in map(get_dialect, DIALECTS):
        for name in (*dialect.credential_headers, *dialect.request_headers):
            names.setdefault(name.lower(), name)
    return list(names.values())


def build_preflight_headers(
    origins: tuple[str, ...], origin: str, methods: Iterable[str]
) -> dict[str, str]:
    """Build the headers of the response to a preflight.

    Args:
        origins: The origins whose pages may call the API.
        origin: The value of the request's header `Origin`.
        methods: The methods of the path; none for a path that does not exist, so that its problem
            can be read.
    """
    return {
        **build_origin_headers(origins, origin),
        "Access-Control-Allow-Methods": ", ".join(sorted(methods) or ALL_METHODS),
        "Access-Control-Allow-Headers": ", ".join(list_request_headers()),
        "Access-Control-Max-Age": str(PREFLIGHT_SECONDS),
    }


def build_problem_headers(origins: tuple[str, ...], names: Iterable[str]) -> dict[str, str]:
    """Build the headers that a problem of the gateway has for pages of other origins.

    Args:
        origins: The origins whose pages may call the API; none if there are no such headers.
        names: The names of the problem's other headers.
    """
    if not origins:
        return {}
    return {**build_origin_headers((ANY_ORIGIN,), ""), **build_exposing_headers(names)}
