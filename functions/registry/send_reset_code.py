"""Serve `POST /v1/auth/password-reset/trigger`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.access_models import ResetRequest
from shared.domain.people import parse_email
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.access_models import Message
    from shared.responses import Response


def send_reset_code(call: Call) -> Response[Message]:
    """Send a code to set another password with, if somebody has the address.

    The response is the same whether somebody has it or not.
    """
    body = call.load_body(ResetRequest, before_permission=True)
    email = parse_email(body.email)
    call.open_sign_in(call.request.source).send_reset_code(email)
    return call.respond({"message": "password reset email sent successfully"})


lambda_handler = serve(send_reset_code)
