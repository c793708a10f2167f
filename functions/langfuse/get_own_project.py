"""Serve `GET /api/public/projects`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.langfuse.responses import dump_project
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.langfuse.models import ProjectList
    from shared.responses import Response


def get_own_project(call: Call) -> Response[ProjectList]:
    """List the caller's project, which is its team."""
    call.open_own_team()
    organisation = call.open_own_organisation().get_organisation()
    return call.respond({"data": [dump_project(team, organisation) for team in call.list_teams()]})


lambda_handler = serve(get_own_project)
