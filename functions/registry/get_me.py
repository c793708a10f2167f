"""Serve `GET /v1/auth/me`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.access_responses import dump_user
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.access_models import UserResponse
    from shared.responses import Response


def get_me(call: Call) -> Response[UserResponse]:
    """Get the person who calls."""
    return call.respond({"user": dump_user(call.open_account().get_person())})


lambda_handler = serve(get_me)
