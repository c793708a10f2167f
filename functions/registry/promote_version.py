"""POST /v1/prompts/{id}/versions/{version}/promote"""

from shared.answers import Reply
from shared.call import Call
from shared.dialects import px0
from shared.domain import versions
from shared.domain.changes import Change
from shared.domain.prompts import Prompt
from shared.domain.versions import Version
from shared.serve import serve


def promote_version(call: Call, id: str, version: str) -> Reply:
    """Make a draft stable, or a stable version the live one."""
    selector = px0.selector(version)
    prompt = call.prompt(px0.prompt_id(id))
    act = call.act()

    def promote(prompt: Prompt) -> Change[Version]:
        current = call.version(prompt, selector)
        call.require_match({"version": px0.version(current, prompt)})
        return versions.promote(prompt, current, act)

    return call.commit(
        prompt,
        promote,
        lambda change: call.reply({"version": px0.version(change.about, change.after)}),
    )


lambda_handler = serve(promote_version)
