"""POST /v1/prompts/{id}/versions/{version}/tags"""

from shared.answers import Reply
from shared.call import Call
from shared.dialects import px0
from shared.dialects.px0.models import NewTag
from shared.domain import prompts
from shared.serve import serve


def set_version_tag(call: Call, id: str, version: str) -> Reply:
    """Point a tag at a version, wherever it pointed before."""
    selector = px0.selector(version)
    prompt = call.prompt(px0.prompt_id(id))
    tag = prompts.checked_tag(call.body(NewTag).tag)
    act = call.act()
    return call.commit(
        prompt,
        lambda prompt: prompts.set_tag(prompt, tag, call.version(prompt, selector), act),
        lambda change: call.reply({"version": px0.version(change.about, change.after)}),
    )


lambda_handler = serve(set_version_tag)
