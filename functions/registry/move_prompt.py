"""POST /v1/prompts/{id}/move"""

from shared.answers import Reply
from shared.call import Call
from shared.dialects import px0
from shared.dialects.px0.models import Move
from shared.domain import prompts
from shared.errors import Unauthorized
from shared.serve import serve


def move_prompt(call: Call, id: str) -> Reply:
    """Hand a prompt over to another team; the caller must be permitted in both."""
    prompt_id = px0.prompt_id(id)
    target_id = px0.uuid(call.body(Move).team_id, otherwise="invalid target team_id")
    if not call.principal.may_somewhere(call.request.route.allow):
        raise Unauthorized  # not Forbidden: px0's own answer, here only
    call.require_team(target_id, otherwise="target team not found")
    prompt = call.prompt(prompt_id)
    call.permit(target_id)
    act = call.act()
    return call.commit(
        prompt,
        lambda prompt: prompts.move(prompt, target_id, act),
        lambda change: call.reply({"prompt": px0.prompt(change.after)}),
    )


lambda_handler = serve(move_prompt)
