"""Serve `GET /api-key`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.tela.models import APIKey
    from shared.responses import Response


def check_api_key(call: Call) -> Response[APIKey]:
    """Confirm that the API key is valid, and get its name and team."""
    team, caller = call.open_own_team(), call.principal
    return call.respond({"id": caller.id, "title": caller.name, "workspaceId": team.id})


lambda_handler = serve(check_api_key)
