"""Serve `DELETE /v1/auth/session`."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from shared.dialects.registry.requests import parse_credential
from shared.domain.credentials import SESSION, parse_kind
from shared.problems import Unauthorized
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.responses import Response


def sign_out(call: Call) -> Response[None]:
    """End the session of the request; without one there is nothing to do."""
    with suppress(Unauthorized):
        secret, _ = parse_credential(call.request.headers)
        if parse_kind(secret) == SESSION:
            call.open_sign_in(call.request.source).sign_out(secret)
    return call.respond(None)


lambda_handler = serve(sign_out)
