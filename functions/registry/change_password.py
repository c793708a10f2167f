"""Serve `POST /v1/auth/me/change-password`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.access_models import PasswordChange
from shared.dialects.registry.access_requests import check_password
from shared.domain.checks import check_text
from shared.problems import InvalidCredentials, InvalidRequest
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.access_models import Message
    from shared.responses import Response


def change_password(call: Call) -> Response[Message]:
    """Change the password, which ends all other sessions."""
    body = call.load_body(PasswordChange)
    account = call.open_account()
    current = body.current_password.get_secret_value()
    new = body.new_password.get_secret_value()
    check_text(current, "current_password")
    if not current or not new:
        raise InvalidRequest("current_password and new_password are required")
    check_password(new)
    try:
        account.change_password(current, new, call.open_sign_in(call.request.source))
    except InvalidCredentials as problem:
        raise InvalidCredentials("invalid current password") from problem
    return call.respond({"message": "password changed successfully"})


lambda_handler = serve(change_password)
