"""PUT /v1/prompts/{id}"""

from shared.answers import Reply
from shared.call import Call
from shared.dialects import px0
from shared.dialects.px0.models import PromptChanges
from shared.domain import prompts
from shared.domain.changes import Change
from shared.domain.prompts import Prompt
from shared.serve import serve


def update_prompt(call: Call, id: str) -> Reply:
    """Give a prompt another description."""
    prompt = call.find_prompt(px0.prompt_id(id))
    changes = call.body(PromptChanges)  # px0 judges the body before the role, here only
    call.permit(prompt.team_id)
    act = call.act()

    def describe(prompt: Prompt) -> Change[None]:
        call.require_match({"prompt": px0.prompt(prompt)})
        return prompts.describe(prompt, changes.description, act)

    return call.commit(
        prompt, describe, lambda change: call.reply({"prompt": px0.prompt(change.after)})
    )


lambda_handler = serve(update_prompt)
