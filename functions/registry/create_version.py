"""POST /v1/prompts/{id}/versions"""

from shared import templates
from shared.answers import Reply
from shared.call import Call
from shared.dialects import px0
from shared.dialects.px0.contents import new_content
from shared.dialects.px0.models import NewVersion
from shared.domain import versions
from shared.domain.prompts import checked_message
from shared.serve import serve


def create_version(call: Call, id: str) -> Reply:
    """Create the next version of a prompt, as a draft."""
    prompt = call.prompt(px0.prompt_id(id))
    new = call.body(NewVersion)
    content = new_content(new)
    message = checked_message(new.message)
    templates.check(content, call.settings)
    act = call.act()
    return call.commit(
        prompt,
        lambda prompt: versions.create(prompt, content, act, message=message),
        lambda change: call.reply({"version": px0.version(change.about, change.after)}),
    )


lambda_handler = serve(create_version)
