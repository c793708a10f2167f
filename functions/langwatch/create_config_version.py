"""POST /api/prompts/{id}/versions"""

from shared.answers import Reply
from shared.call import Call
from shared.dialects import langwatch
from shared.dialects.langwatch import bodies
from shared.dialects.langwatch.models import FlatVersion, NewConfigVersion
from shared.dialects.langwatch.project import Project
from shared.domain import versions
from shared.domain.changes import Change
from shared.domain.content import Content
from shared.domain.prompts import Prompt
from shared.domain.versions import Version
from shared.serve import serve


def create_config_version(call: Call, id: str) -> Reply:
    """Create the next version of a prompt from a whole configuration, or a flat one from its last.

    The whole one is LangWatch's first API, the flat one is only in its guide to version control.
    """
    prompt = Project(call).prompt(id)
    flat = langwatch.is_flat(call.request)
    new = call.body(FlatVersion) if flat else call.body(NewConfigVersion)
    message = bodies.message(new)
    act = call.act()

    def create(prompt: Prompt) -> Change[Version]:
        if isinstance(new, NewConfigVersion):
            content = bodies.whole_content(new)
        else:
            newest = call.store.version(prompt, "latest")
            base = newest.content if newest else Content(template="", engine="jinja")
            content = bodies.revised_content(base, new, call.settings)
        return versions.create(prompt, content, act, message=message, status="stable")

    return call.commit(
        prompt,
        create,
        lambda change: call.reply(
            langwatch.config_version(change.after, change.about, call.settings)
        ),
    )


lambda_handler = serve(create_config_version)
