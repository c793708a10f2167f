"""Cross-origin requests (CORS): which web pages may read responses. Source: Fetch, 3.2.

There are no cookies, so that no request carries a credential that its page did not have.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

ANY_ORIGIN = "*"
# As browsers write them: no path, and no slash at the end.
ORIGIN = re.compile(r"https?://[a-z0-9.-]+(?::\d{1,5})?|https?://\[[0-9a-f:]+\](?::\d{1,5})?")
# Headers that every page may read of a response that it may read at all.
READABLE_HEADERS = frozenset(
    {
        "cache-control",
        "content-language",
        "content-length",
        "content-type",
        "expires",
        "last-modified",
        "pragma",
    }
)


def parse_origins(text: str) -> tuple[str, ...]:
    """Parse origins, separated by commas, or `*` for all; none if the text is empty.

    Raises:
        ValueError: The text is something else.
    """
    origins = tuple(origin.strip() for origin in text.split(",")) if text.strip() else ()
    if origins != (ANY_ORIGIN,) and not all(map(ORIGIN.fullmatch, origins)):
        raise ValueError("use * or origins such as https://example.com, separated by commas")
    return origins


def build_origin_headers(origins: tuple[str, ...], origin: str) -> dict[str, str]:
    """Build the headers that tell a browser which origin may read a response.

    Args:
        origins: The origins that may; none if no page of another origin may.
        origin: The value of the request's header `Origin`. An origin that may not read the response
            is told of one that may, which stops its browser.
    """
    if not origins:
        return {}
    if origins == (ANY_ORIGIN,):
        return {"Access-Control-Allow-Origin": ANY_ORIGIN}
    reader = origin if origin in origins else origins[0]
    # Otherwise a cache could send one origin what was for another.
    return {"Access-Control-Allow-Origin": reader, "Vary": "Origin"}


def build_exposing_headers(names: Iterable[str]) -> dict[str, str]:
    """Build the header that lets pages read all of a response's headers.

    Args:
        names: The names of the response's headers.
    """
    names = [name for name in names if name.lower() not in READABLE_HEADERS]
    return {"Access-Control-Expose-Headers": ", ".join(names)} if names else {}
