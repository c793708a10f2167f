"""GET /v1/prompts/{id}/versions/{version}"""

from shared.answers import Reply
from shared.call import Call
from shared.dialects import px0
from shared.serve import serve


def get_version(call: Call, id: str, version: str) -> Reply:
    """Get a version by its number or by a tag."""
    prompt, found = call.prompt_and_version(px0.prompt_id(id), px0.selector(version))
    return call.reply({"version": px0.version(found, prompt)})


lambda_handler = serve(get_version)
