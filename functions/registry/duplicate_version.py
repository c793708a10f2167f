"""POST /v1/prompts/{id}/versions/{version}/duplicate"""

from shared.answers import Reply
from shared.call import Call
from shared.dialects import px0
from shared.domain import versions
from shared.domain.changes import Change
from shared.domain.prompts import Prompt
from shared.domain.versions import Version
from shared.serve import serve


def duplicate_version(call: Call, id: str, version: str) -> Reply:
    """Create a draft with the content of any version, without its tags."""
    selector = px0.selector(version)
    prompt = call.prompt(px0.prompt_id(id))
    act = call.act()

    def duplicate(prompt: Prompt) -> Change[Version]:
        source = call.version(prompt, selector)
        return versions.create(prompt, source.content, act)

    return call.commit(
        prompt,
        duplicate,
        lambda change: call.reply({"version": px0.version(change.about, change.after)}),
    )


lambda_handler = serve(duplicate_version)
