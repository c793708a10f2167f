"""Serve `POST /v1/auth/me/second-factor`."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from shared.dialects.registry.access_models import SecondFactorRequest
from shared.domain.checks import check_text
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.access_models import SecondFactor
    from shared.responses import Response


def create_second_factor(call: Call) -> Response[SecondFactor]:
    """Begin to set up a second factor: make a secret for an authenticator, which is shown once.

    Sign-in asks for its codes after `PUT` with one of them.
    """
    password = call.load_body(SecondFactorRequest).password.get_secret_value()
    check_text(password, "password")
    person = call.open_account().get_person()
    secret = call.open_sign_in(call.request.source).create_second_factor(person, password)
    # Source: the URI format of Google Authenticator.
    uri = f"otpauth://totp/Cuebook:{quote(person.email)}?secret={secret}&issuer=Cuebook"
    return call.respond({"secret": secret, "uri": uri})


lambda_handler = serve(create_second_factor)
