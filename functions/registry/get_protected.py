"""Serve `GET /v1/teams/{id}/protected`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.access_requests import parse_path_id
from shared.dialects.registry.release_responses import dump_protection
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.release_models import Protection
    from shared.responses import Response


def get_protected(call: Call, id: str) -> Response[Protection]:
    """Get the pointers that a team protects, and who else may move them."""
    team_id = parse_path_id(id)
    call.open_members(team_id)
    return call.respond(dump_protection(call.open_team(team_id).get_protection()))


lambda_handler = serve(get_protected)
