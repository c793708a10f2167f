"""PUT /api/prompts/{id}/tags/{tag}"""

from shared.answers import Reply
from shared.call import Call
from shared.dialects import langwatch
from shared.dialects.langwatch.models import Assignment
from shared.dialects.langwatch.problems import Refused
from shared.dialects.langwatch.project import Project
from shared.dialects.langwatch.tags import assign, wanted
from shared.domain.changes import Change
from shared.domain.prompts import Prompt
from shared.domain.versions import Version
from shared.errors import VersionNotFound
from shared.serve import serve


def assign_tag(call: Call, id: str, tag: str) -> Reply:
    """Point a tag at a version; `production` makes it the live one."""
    project = Project(call)
    prompt = project.prompt(id, otherwise=langwatch.named("Prompt not found", id))
    assignment = call.body(Assignment)
    (definition,) = wanted(project.tags, [tag])
    try:
        number = project.version_of(prompt, assignment.versionId).number
    except VersionNotFound as error:
        raise Refused("Version does not belong to this prompt config") from error
    act = call.act()

    def assigned(prompt: Prompt) -> Change[Version]:
        return assign(prompt, definition, call.version(prompt, number), act)

    return call.commit(
        prompt,
        assigned,
        lambda change: call.reply(
            {
                "configId": prompt.id,
                "versionId": change.about.id,
                "tag": tag,
                "updatedAt": langwatch.time(change.after.changed_at),
            }
        ),
    )


lambda_handler = serve(assign_tag)
