"""POST /v1/prompts/{id}/payloads"""

from shared.answers import Reply
from shared.call import Call
from shared.dialects import px0
from shared.dialects.px0.models import NewPayload
from shared.domain import payloads
from shared.errors import InvalidRequest
from shared.serve import serve


def create_prompt_payload(call: Call, id: str) -> Reply:
    """Store sample variables with a prompt."""
    prompt = call.prompt(px0.prompt_id(id))
    new = call.body(NewPayload)
    if "variables" not in new.model_fields_set:
        raise InvalidRequest("payload variables are required")
    name, variables = payloads.checked_name(new.name), payloads.checked_variables(new.variables)
    act = call.act()
    return call.commit(
        prompt,
        lambda prompt: payloads.create(prompt, name=name, variables=variables, act=act),
        lambda change: call.reply({"payload": px0.payload(change.about)}),
    )


lambda_handler = serve(create_prompt_payload)
