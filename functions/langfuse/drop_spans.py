"""Serve `POST /api/public/otel/v1/traces`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.responses import Response


def drop_spans(call: Call) -> Response[None]:
    """Accept the spans that Langfuse's clients send, and discard them unread.

    The empty body is a valid response of OpenTelemetry's protocol.
    """
    call.require_permission_anywhere()
    return call.respond(None)


lambda_handler = serve(drop_spans)
