"""GET /v1/prompts/{id}"""

from shared.answers import Reply
from shared.call import Call
from shared.dialects import px0
from shared.serve import serve


def get_prompt(call: Call, id: str) -> Reply:
    """Get a prompt by its id or slug, with the version that `version` or `tag` names."""
    prompt_id = px0.maybe_uuid(id)
    prompt = call.prompt(prompt_id) if prompt_id else call.prompt_by_slug(id)
    body = {"prompt": px0.prompt(prompt)}
    if (selector := px0.wanted_version(call.request.query)) is not None:
        body["version"] = px0.version(call.shown_version(prompt, selector), prompt)
    return call.reply(body)


lambda_handler = serve(get_prompt)
