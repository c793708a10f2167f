"""Serve `GET /v1/me/teams`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.access_responses import dump_own_team
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.access_models import OwnTeamList
    from shared.responses import Response


def list_my_teams(call: Call) -> Response[OwnTeamList]:
    """List the teams that the caller is in, by name."""
    if not call.principal.is_person:
        call.require_permission_anywhere()
    teams = call.open_own_organisation().list_own_teams()
    return call.respond({"teams": [dump_own_team(team, call.principal) for team in teams]})


lambda_handler = serve(list_my_teams)
