"""Serve `GET /project`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.tela.responses import dump_project
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.tela.models import Project
    from shared.responses import Response


def list_projects(call: Call) -> Response[list[Project]]:
    """List the caller's projects, which are its teams."""
    return call.respond([dump_project(team) for team in call.list_teams()])


lambda_handler = serve(list_projects)
