"""GET /v1/prompts"""

from functions.registry.list_prompts import list_prompts
from shared.answers import Reply
from shared.call import Call
from shared.serve import serve


def list_all_prompts(call: Call) -> Reply:
    """List the prompts of the team that the query names; without one, none."""
    query = call.request.query
    if team_id := query.get("team") or query.get("team_id"):
        return list_prompts(call, team_id)
    return call.reply({"prompts": []})


lambda_handler = serve(list_all_prompts)
