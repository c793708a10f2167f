"""GET /v1/prompts/{id}/history"""

from shared.answers import Reply
from shared.call import Call
from shared.dialects import px0
from shared.serve import serve


def list_prompt_history(call: Call, id: str) -> Reply:
    """List who did what to a prompt, newest first."""
    prompt = call.prompt(px0.prompt_id(id))
    window = call.window(str)
    rows = (
        (place, px0.event(event))
        for place, event in call.store.events(prompt.id, before=window.after)
    )
    return call.reply_page("events", rows, window)


lambda_handler = serve(list_prompt_history)
