"""POST /api/prompts/{id}/versions/{version_id}/restore"""

from shared.answers import Reply
from shared.call import Call
from shared.dialects.langwatch.contents import signed
from shared.dialects.langwatch.project import Project
from shared.domain import versions
from shared.domain.changes import Change
from shared.domain.prompts import Prompt
from shared.domain.versions import Version
from shared.serve import serve


def restore_config_version(call: Call, id: str, version_id: str) -> Reply:
    """Create the next version of a prompt with the content of an earlier one."""
    project = Project(call)
    prompt = project.prompt(id)
    number = project.version_of(prompt, version_id).number
    message = f"Restore from version {number}"
    act = call.act()

    def restore(prompt: Prompt) -> Change[Version]:
        content = signed(call.version(prompt, number).content, None)
        return versions.create(prompt, content, act, message=message, status="stable")

    return call.commit(
        prompt, restore, lambda change: call.reply(project.shown(change.after, change.about))
    )


lambda_handler = serve(restore_config_version)
