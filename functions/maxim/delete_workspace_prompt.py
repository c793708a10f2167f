"""DELETE /v1/prompts"""

from shared.answers import Reply
from shared.call import Call
from shared.dialects import maxim
from shared.domain import prompts
from shared.errors import PromptNotFound
from shared.serve import serve


def delete_workspace_prompt(call: Call) -> Reply:
    """Delete a prompt with its versions, in every dialect; the SDKs are told of it for a day."""
    team_id = maxim.required(call.request.query, "workspaceId")
    prompt_id = maxim.required(call.request.query, "id")
    call.enter(team_id, otherwise=maxim.NO_WORKSPACE)
    prompt = call.prompt(maxim.prompt_id(prompt_id))
    if prompt.team_id != team_id:
        raise PromptNotFound
    act = call.act()
    return call.commit(
        prompt, lambda prompt: prompts.delete(prompt, act), lambda _: call.reply(None)
    )


lambda_handler = serve(delete_workspace_prompt)
