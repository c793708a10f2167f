"""GET /api/prompts/{id}"""

from shared.answers import Reply
from shared.call import Call
from shared.dialects.langwatch import wanted_version
from shared.dialects.langwatch.project import Project
from shared.serve import serve


def get_prompt_by_handle(call: Call, id: str) -> Reply:
    """Get a version of a prompt: the newest, or the one that the query or a shorthand names.

    `team/greet:2` and `team/greet:production` name one by its number and by a tag.
    """
    name, wanted = wanted_version(id, call.request.query)
    project = Project(call)
    prompt = project.prompt(name, otherwise="Prompt not found")
    version = call.shown_version(prompt, project.selector(prompt, wanted))
    newest = True if wanted == "latest" else None
    return call.reply(project.shown(prompt, version, newest=newest))


lambda_handler = serve(get_prompt_by_handle)
