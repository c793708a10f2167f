"""POST /v1/prompts/{id}/archive"""

from shared.answers import Reply
from shared.call import Call
from shared.dialects import px0
from shared.domain import prompts
from shared.serve import serve


def archive_prompt(call: Call, id: str) -> Reply:
    """Archive a prompt; it can still be edited, promoted and rendered."""
    prompt = call.prompt(px0.prompt_id(id))
    act = call.act()
    return call.commit(
        prompt,
        lambda prompt: prompts.set_status(prompt, "archived", act),
        lambda change: call.reply({"prompt": px0.prompt(change.after)}),
    )


lambda_handler = serve(archive_prompt)
