"""POST /v1/prompts/versions"""

from shared.answers import Reply
from shared.call import Call
from shared.dialects import maxim
from shared.dialects.maxim.contents import new_content
from shared.dialects.maxim.models import NewPromptVersion
from shared.domain import versions
from shared.domain.prompts import MESSAGE_LENGTH, checked_text
from shared.serve import serve


def create_prompt_version(call: Call) -> Reply:
    """Publish the next version of a prompt, which nobody can change any more."""
    new = call.body(NewPromptVersion)
    description = checked_text(new.description, "description", longest=MESSAGE_LENGTH)
    content = new_content(new)
    prompt = call.prompt(maxim.prompt_id(new.promptId))
    act = call.act()
    model = call.settings.default_model
    return call.commit(
        prompt,
        lambda prompt: versions.create(prompt, content, act, message=description, status="stable"),
        lambda change: call.reply({"data": maxim.version(change.about, default_model=model)}),
    )


lambda_handler = serve(create_prompt_version)
