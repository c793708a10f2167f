"""Serve `DELETE /v1/auth/sessions/{id}`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.access_requests import parse_path_id
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.responses import Response


def revoke_session(call: Call, id: str) -> Response[None]:
    """End one of the sessions of the person who calls."""
    call.open_account().revoke_session(parse_path_id(id))
    return call.respond(None)


lambda_handler = serve(revoke_session)
