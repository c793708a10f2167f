"""Serve `POST /v1/auth/password-reset/reset`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.access_models import PasswordReset
from shared.dialects.registry.access_requests import check_password
from shared.domain.checks import check_text
from shared.domain.people import parse_email
from shared.problems import InvalidCredentials, InvalidRequest
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.access_models import PasswordResetResponse
    from shared.responses import Response


def reset_password(call: Call) -> Response[PasswordResetResponse]:
    """Set another password with the code of an e-mail, which ends all sessions."""
    body = call.load_body(PasswordReset, before_permission=True)
    code, password = body.code.get_secret_value(), body.new_password.get_secret_value()
    check_text(code, "code")
    if not code or not password:
        raise InvalidRequest("code and new_password are required")
    email = parse_email(body.email)
    check_password(password)
    try:
        call.open_sign_in(call.request.source).reset_password(email, code, password)
    except InvalidCredentials as problem:
        raise InvalidRequest("invalid or expired password reset code") from problem
    return call.respond({"email": email, "message": "password reset successfully"})


lambda_handler = serve(reset_password)
