"""Serve `POST /v1/auth/login/challenge`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.access_models import ChallengeResponse
from shared.dialects.registry.access_requests import check_password
from shared.dialects.registry.access_responses import dump_sign_in
from shared.domain.checks import check_text
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.access_models import SignedIn
    from shared.responses import Response


def finish_sign_in(call: Call) -> Response[SignedIn]:
    """Go on to sign in, with a new password or the code of a second factor."""
    body = call.load_body(ChallengeResponse, before_permission=True)
    token, code = body.challenge_token.get_secret_value(), body.code.get_secret_value()
    password = body.new_password.get_secret_value()
    check_text(token, "challenge_token")
    check_text(code, "code")
    if password:
        check_password(password)
    store = call.open_sign_in(call.request.source)
    return call.respond(dump_sign_in(*store.respond(token, password=password, code=code)))


lambda_handler = serve(finish_sign_in)
