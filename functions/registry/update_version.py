"""PUT /v1/prompts/{id}/versions/{version}"""

from shared import templates
from shared.answers import Reply
from shared.call import Call
from shared.dialects import px0
from shared.dialects.px0.contents import revised
from shared.dialects.px0.models import VersionChanges
from shared.domain import versions
from shared.domain.changes import Change
from shared.domain.prompts import Prompt
from shared.domain.versions import Version
from shared.serve import serve


def update_version(call: Call, id: str, version: str) -> Reply:
    """Change the content of a draft."""
    selector = px0.selector(version)
    prompt = call.prompt(px0.prompt_id(id))
    act = call.act()

    def revise(prompt: Prompt) -> Change[Version]:
        current = call.version(prompt, selector)
        call.require_match({"version": px0.version(current, prompt)})
        versions.require_draft(current)  # px0 judges the state before it reads the body
        content = revised(current.content, call.body(VersionChanges))
        templates.check(content, call.settings)
        return versions.revise(prompt, current, content, act)

    return call.commit(
        prompt,
        revise,
        lambda change: call.reply({"version": px0.version(change.about, change.after)}),
    )


lambda_handler = serve(update_version)
