"""GET /v1/teams/{team_id}/prompts"""

from shared.answers import Reply
from shared.call import Call
from shared.dialects import px0
from shared.serve import serve
from shared.store import keys


def list_prompts(call: Call, team_id: str) -> Reply:
    """List a team's prompts, newest first, archived ones included unless filtered."""
    team_id = px0.uuid(team_id, otherwise="invalid id")
    call.permit(team_id)
    status = px0.status_filter(call.request.query)
    window = call.window(keys.Entry.read)
    rows = (
        (place, px0.prompt(prompt))
        for place, prompt in call.store.prompts(team_id, after=window.after)
        if prompt.status != "deleted"
        if status in (None, prompt.status)
    )
    return call.reply_page("prompts", rows, window)


lambda_handler = serve(list_prompts)
