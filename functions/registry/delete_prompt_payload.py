"""DELETE /v1/prompts/{id}/payloads/{payload_id}"""

from shared.answers import Reply
from shared.call import Call
from shared.dialects import px0
from shared.domain import payloads
from shared.serve import serve


def delete_prompt_payload(call: Call, id: str, payload_id: str) -> Reply:
    """Delete a payload."""
    prompt_id, payload_id = px0.prompt_id(id), px0.payload_id(payload_id)
    prompt = call.prompt(prompt_id)
    act = call.act()
    return call.commit(
        prompt,
        lambda prompt: payloads.delete(prompt, call.payload(prompt, payload_id), act),
        lambda _: call.reply(None),
    )


lambda_handler = serve(delete_prompt_payload)
