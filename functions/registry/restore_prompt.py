"""POST /v1/prompts/{id}/restore"""

from shared.answers import Reply
from shared.call import Call
from shared.dialects import px0
from shared.domain import prompts
from shared.serve import serve


def restore_prompt(call: Call, id: str) -> Reply:
    """Make an archived prompt active again."""
    prompt = call.prompt(px0.prompt_id(id))
    act = call.act()
    return call.commit(
        prompt,
        lambda prompt: prompts.set_status(prompt, "active", act),
        lambda change: call.reply({"prompt": px0.prompt(change.after)}),
    )


lambda_handler = serve(restore_prompt)
