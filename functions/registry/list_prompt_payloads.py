"""GET /v1/prompts/{id}/payloads"""

from shared.answers import Reply
from shared.call import Call
from shared.dialects import px0
from shared.serve import serve


def list_prompt_payloads(call: Call, id: str) -> Reply:
    """List a prompt's payloads, newest first."""
    prompt = call.prompt(px0.prompt_id(id))
    window = call.window(str)
    rows = (
        (payload.id, px0.payload(payload))
        for payload in call.store.payloads(prompt.id, before=window.after)
    )
    return call.reply_page("payloads", rows, window)


lambda_handler = serve(list_prompt_payloads)
