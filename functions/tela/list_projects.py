"""GET /project"""

from shared.answers import Reply
from shared.call import Call
from shared.dialects import tela
from shared.serve import serve


def list_projects(call: Call) -> Reply:
    """List the caller's projects: each of its teams is one."""
    projects = []
    for team_id in call.principal.permissions:
        call.permit(team_id)
        if (team := call.store.team(team_id)) is not None:
            projects.append(tela.project(team))
    return call.reply(projects)


lambda_handler = serve(list_projects)
