"""Serve `GET /v1/orgs/{orgID}/teams`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.access_requests import parse_path_id
from shared.dialects.registry.access_responses import dump_team
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.access_models import TeamList
    from shared.responses import Response


def list_teams(call: Call, orgID: str) -> Response[TeamList]:
    """List the teams of the organization by name.

    Only its admins see all of them; others see those that they are in.
    """
    teams = call.open_organisation(parse_path_id(orgID)).list_teams()
    return call.respond({"teams": [dump_team(team) for team in teams]})


lambda_handler = serve(list_teams)
