"""POST /v1/prompts/{id}/versions/{version}/archive"""

from shared.answers import Reply
from shared.call import Call
from shared.dialects import px0
from shared.domain import versions
from shared.serve import serve


def archive_version(call: Call, id: str, version: str) -> Reply:
    """Archive a version for good."""
    selector = px0.selector(version)
    prompt = call.prompt(px0.prompt_id(id))
    act = call.act()
    return call.commit(
        prompt,
        lambda prompt: versions.archive(prompt, call.version(prompt, selector), act),
        lambda change: call.reply({"version": px0.version(change.about, change.after)}),
    )


lambda_handler = serve(archive_version)
