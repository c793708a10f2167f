"""DELETE /v1/prompts/{id}/versions/{version}"""

from shared.answers import Reply
from shared.call import Call
from shared.dialects import px0
from shared.domain import versions
from shared.serve import serve


def delete_prompt_version(call: Call, id: str, version: str) -> Reply:
    """Erase a draft; a version of any other status is archived."""
    selector = px0.selector(version)
    prompt = call.prompt(px0.prompt_id(id))
    act = call.act()
    return call.commit(
        prompt,
        lambda prompt: versions.delete(prompt, call.version(prompt, selector), act),
        lambda _: call.reply(None),
    )


lambda_handler = serve(delete_prompt_version)
