"""PUT /v1/prompts/{id}/payloads/{payload_id}"""

from typing import Any

from shared.answers import Reply
from shared.call import Call
from shared.dialects import px0
from shared.dialects.px0.models import PayloadChanges
from shared.domain import payloads
from shared.serve import serve


def update_prompt_payload(call: Call, id: str, payload_id: str) -> Reply:
    """Change the name or replace the variables of a payload; what is left out stays."""
    prompt_id, payload_id = px0.prompt_id(id), px0.payload_id(payload_id)
    prompt = call.prompt(prompt_id)
    changes = call.body(PayloadChanges)
    fields: dict[str, Any] = {}
    if changes.name is not None:
        fields["name"] = payloads.checked_name(changes.name)
    if "variables" in changes.model_fields_set:
        fields["variables"] = payloads.checked_variables(changes.variables)
    act = call.act()
    return call.commit(
        prompt,
        lambda prompt: payloads.update(prompt, call.payload(prompt, payload_id), act, **fields),
        lambda change: call.reply({"payload": px0.payload(change.about)}),
    )


lambda_handler = serve(update_prompt_payload)
