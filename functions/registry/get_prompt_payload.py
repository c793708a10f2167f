"""GET /v1/prompts/{id}/payloads/{payload_id}"""

from shared.answers import Reply
from shared.call import Call
from shared.dialects import px0
from shared.serve import serve


def get_prompt_payload(call: Call, id: str, payload_id: str) -> Reply:
    """Get a payload."""
    prompt_id, payload_id = px0.prompt_id(id), px0.payload_id(payload_id)
    prompt = call.prompt(prompt_id)
    return call.reply({"payload": px0.payload(call.payload(prompt, payload_id))})


lambda_handler = serve(get_prompt_payload)
