"""Serve `GET /console`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.documents.console import read_console
from shared.responses import Response
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call

HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",  # after single sign-on, the URL has a code
    "X-Content-Type-Options": "nosniff",
}


def get_console(call: Call) -> Response[None]:
    """Get the console: the page on which people write, compare and release prompts.

    Its assets and the API are found relative to its URL, so a slash at the end is redirected.
    """
    if call.request.path.endswith("/"):
        return Response(status=308, body=None, headers={"Location": "../console"})
    return Response(body=None, text=read_console().page, headers=HEADERS)


lambda_handler = serve(get_console, prepare=read_console)
