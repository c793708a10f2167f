"""DELETE /prompt-version/{id}"""

from shared.answers import Reply
from shared.call import Call
from shared.dialects import tela
from shared.domain import versions
from shared.domain.changes import Change
from shared.domain.prompts import Prompt
from shared.domain.versions import Version
from shared.serve import serve


def delete_canvas_version(call: Call, id: str) -> Reply:
    """Erase a draft; any other version is archived, which ends it for Tela's clients too."""
    prompt, found = call.version_by_id(tela.version_id(id))
    act = call.act()

    def delete(prompt: Prompt) -> Change[Version]:
        current = tela.present(call.version(prompt, found.number))
        call.require_match(tela.version(current, prompt, call.settings))
        return versions.delete(prompt, current, act)

    return call.commit(
        prompt,
        delete,
        lambda change: call.reply(tela.deleted(change, by=act.by, settings=call.settings)),
    )


lambda_handler = serve(delete_canvas_version)
