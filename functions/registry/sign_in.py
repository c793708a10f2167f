"""Serve `POST /v1/auth/login`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.access_models import SignInRequest
from shared.dialects.registry.access_responses import dump_sign_in
from shared.domain.checks import check_text
from shared.domain.people import normalize_email
from shared.problems import InvalidCredentials
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.access_models import SignedIn
    from shared.responses import Response


def sign_in(call: Call) -> Response[SignedIn]:
    """Sign in with an e-mail address and a password.

    What is asked for in between, such as a first password of one's own, is a 403 with a token for
    `POST /v1/auth/login/challenge`.
    """
    body = call.load_body(SignInRequest, before_permission=True)
    email, password = normalize_email(body.email), body.password.get_secret_value()
    check_text(password, "password")
    # Cognito takes ids too, whose attempts would be counted by themselves.
    if "@" not in email or not password:
        raise InvalidCredentials
    outcome = call.open_sign_in(call.request.source).authenticate(email, password)
    return call.respond(dump_sign_in(*outcome))


lambda_handler = serve(sign_in)
