"""Serve `PUT /v1/auth/me/second-factor`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.access_models import SecondFactorChange
from shared.domain.checks import check_text
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.access_models import Message
    from shared.responses import Response


def set_second_factor(call: Call) -> Response[Message]:
    """Have sign-in ask for a code of the authenticator, or for the password only."""
    body = call.load_body(SecondFactorChange)
    password = check_text(body.password.get_secret_value(), "password")
    code = check_text(body.code.get_secret_value(), "code")
    person = call.open_account().get_person()
    sign_in = call.open_sign_in(call.request.source)
    if body.enabled:
        sign_in.start_second_factor(person, password, code)
    else:
        sign_in.end_second_factor(person, password, code)
    asks = "a code too" if body.enabled else "the password only"
    return call.respond({"message": f"sign-in asks for {asks}"})


lambda_handler = serve(set_second_factor)
