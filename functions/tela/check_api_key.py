"""Serve `GET /api-key`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.tela.models import APIKey
    from shared.responses import Response


def check_api_key(call: Call) -> Response[APIKey]:
    """Confirm that the API key is valid, and get its name and its team, or the first of several."""
    call.require_permission_anywhere()
    caller = call.principal
    team_id = next(iter(caller.permissions))
    return call.respond({"id": caller.id, "title": caller.name, "workspaceId": team_id})


lambda_handler = serve(check_api_key)
