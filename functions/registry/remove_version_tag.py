"""DELETE /v1/prompts/{id}/tags/{tag}"""

from shared.answers import Reply
from shared.call import Call
from shared.dialects import px0
from shared.domain import prompts
from shared.serve import serve


def remove_version_tag(call: Call, id: str, tag: str) -> Reply:
    """Remove a tag from a prompt."""
    prompt = call.prompt(px0.prompt_id(id))
    act = call.act()
    return call.commit(
        prompt, lambda prompt: prompts.remove_tag(prompt, tag, act), lambda _: call.reply(None)
    )


lambda_handler = serve(remove_version_tag)
