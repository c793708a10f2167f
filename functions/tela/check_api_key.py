"""GET /api-key"""

from shared.answers import Reply
from shared.call import Call
from shared.serve import serve


def check_api_key(call: Call) -> Reply:
    """Tell whose API key it is, and so that it is good."""
    call.permit(call.team_id)
    caller = call.principal
    return call.reply({"id": caller.id, "title": caller.name, "workspaceId": call.team_id})


lambda_handler = serve(check_api_key)
