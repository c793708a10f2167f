"""Serve `POST /v1/auth/exchange`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.access_models import CodeExchange
from shared.dialects.registry.access_responses import dump_sign_in
from shared.domain.checks import check_text
from shared.problems import InvalidRequest
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.access_models import SignedIn
    from shared.responses import Response


def exchange_code(call: Call) -> Response[SignedIn]:
    """Sign in with the authorization code of the organization's single sign-on.

    The groups that the identity provider sends decide which teams the person is in.
    """
    body = call.load_body(CodeExchange, before_permission=True)
    code, verifier = body.code.get_secret_value(), body.code_verifier.get_secret_value()
    texts = {"code": code, "code_verifier": verifier, "redirect_uri": body.redirect_uri}
    for name, text in texts.items():
        if not check_text(text, name):
            raise InvalidRequest(f"{name} is required")
    store = call.open_sign_in(call.request.source)
    outcome = store.exchange_code(
        code, verifier=verifier, redirect_uri=body.redirect_uri, request_id=call.request.id
    )
    return call.respond(dump_sign_in(*outcome))


lambda_handler = serve(exchange_code)
