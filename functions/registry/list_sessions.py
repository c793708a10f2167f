"""Serve `GET /v1/auth/sessions`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.access_responses import dump_session
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.access_models import SessionList
    from shared.responses import Response


def list_sessions(call: Call) -> Response[SessionList]:
    """List the sessions of the person who calls, newest first, without their tokens."""
    current = call.principal.session_id
    sessions = call.open_account().list_sessions()
    return call.respond({"sessions": [dump_session(session, current) for session in sessions]})


lambda_handler = serve(list_sessions)
