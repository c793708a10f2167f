"""GET /v1/prompts/config"""

from shared.answers import Reply
from shared.call import Call
from shared.dialects import maxim
from shared.errors import InvalidRequest
from shared.serve import serve


def get_prompt_config(call: Call) -> Reply:
    """Get a prompt's configuration, by its `id` or its `promptId`, which are the same."""
    query = call.request.query
    if not (prompt_id := query.get("promptId") or query.get("id")):
        raise InvalidRequest("id or promptId is required")
    prompt = call.prompt(maxim.prompt_id(prompt_id))
    return call.reply({"data": maxim.config(prompt)})


lambda_handler = serve(get_prompt_config)
