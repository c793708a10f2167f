"""POST /api/prompts"""

from shared.answers import Reply
from shared.call import Call
from shared.dialects.langwatch import SCOPES, bodies, checked_name
from shared.dialects.langwatch.models import NewHandle
from shared.dialects.langwatch.problems import HandleTaken
from shared.dialects.langwatch.project import Project
from shared.dialects.langwatch.tags import assign_all, wanted
from shared.domain import prompts, versions
from shared.errors import NameTaken
from shared.serve import serve


def create_prompt_by_handle(call: Call) -> Reply:
    """Create a prompt with its first version, and tag that."""
    project = Project(call)
    call.permit(call.team_id)
    new = call.body(NewHandle)
    handle = checked_name(new.handle)
    content = bodies.new_content(new, call.settings)
    message = bodies.message(new, otherwise="Initial version")
    tags = wanted(project.tags, new.tags) if new.tags else []
    act = call.act()
    made = prompts.create(
        team_id=call.team_id, name=handle, slug=handle, scope=SCOPES[new.scope], act=call.act()
    ).then(lambda prompt: versions.create(prompt, content, act, message=message, status="stable"))
    try:
        return call.create(
            assign_all(made, tags, act),
            lambda change: call.reply(project.shown(change.after, change.about)),
        )
    except NameTaken as error:
        raise HandleTaken(f"Prompt handle already exists for scope {new.scope}") from error


lambda_handler = serve(create_prompt_by_handle)
