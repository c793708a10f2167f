"""PUT /api/prompts/{id}"""

from shared.answers import Reply
from shared.call import Call
from shared.dialects.langwatch import SCOPES, SHOWN_SCOPES, bodies
from shared.dialects.langwatch.models import HandleChanges
from shared.dialects.langwatch.problems import HandleTaken, StaleBase
from shared.dialects.langwatch.project import Project
from shared.dialects.langwatch.tags import assign_all, wanted
from shared.domain import prompts, versions
from shared.domain.changes import Change
from shared.domain.content import Content
from shared.domain.prompts import Prompt
from shared.domain.versions import Version
from shared.errors import NameTaken
from shared.serve import serve


def update_prompt_by_handle(call: Call, id: str) -> Reply:
    """Make a prompt's next version from its newest, and give the prompt other names.

    To lose no update of somebody else's, send what was read: its number as `baseVersion`, or its
    ETag as `If-Match`.
    """
    project = Project(call)
    prompt = project.prompt(id)
    changes = call.body(HandleChanges)
    message = bodies.message(changes)
    tags = wanted(project.tags, changes.tags) if changes.tags else []
    act = call.act()

    def update(prompt: Prompt) -> Change[Version]:
        newest = call.store.version(prompt, "latest")
        if newest is not None:
            call.require_match(project.shown(prompt, newest, newest=True))
        if "baseVersion" in changes.given and changes.baseVersion != (newest and newest.number):
            raise StaleBase
        base = newest.content if newest else Content(template="", engine="jinja")
        content = bodies.revised_content(base, changes, call.settings)
        name, handle = bodies.new_names(changes, prompt)
        scope = SCOPES[changes.scope] if "scope" in changes.given else None
        return assign_all(
            prompts.rename(prompt, act, name=name, slug=handle, scope=scope).then(
                lambda prompt: versions.create(
                    prompt, content, act, message=message, status="stable"
                )
            ),
            tags,
            act,
        )

    try:
        return call.commit(
            prompt, update, lambda change: call.reply(project.shown(change.after, change.about))
        )
    except NameTaken as error:
        scope = changes.scope if "scope" in changes.given else SHOWN_SCOPES[prompt.scope]
        raise HandleTaken(f"Prompt handle already exists for scope {scope}") from error


lambda_handler = serve(update_prompt_by_handle)
