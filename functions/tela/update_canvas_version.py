"""PATCH /prompt-version/{id}"""

from shared.answers import Reply
from shared.call import Call
from shared.dialects import tela
from shared.dialects.tela.contents import revised
from shared.dialects.tela.models import CanvasVersionChanges
from shared.domain import versions
from shared.domain.changes import Change
from shared.domain.prompts import Prompt
from shared.domain.versions import Version
from shared.serve import serve


def update_canvas_version(call: Call, id: str) -> Reply:
    """Change a draft, or of any version its title and whether it is a draft or promoted."""
    prompt, found = call.version_by_id(tela.version_id(id))
    changes = call.body(CanvasVersionChanges)
    given = tela.given(changes)
    act = call.act()

    def update(prompt: Prompt) -> Change[Version]:
        current = tela.present(call.version(prompt, found.number))
        call.require_match(tela.version(current, prompt, call.settings))
        content = revised(current.content, given, call.settings)
        change = versions.annotate(prompt, current, tela.new_title(current, given), act)
        if content is not current.content:
            change = change.then(lambda prompt: versions.revise(prompt, change.about, content, act))
        return tela.flagged(change, act, promoted=changes.promoted, draft=changes.draft)

    return call.commit(
        prompt,
        update,
        lambda change: call.reply(tela.version(change.about, change.after, call.settings)),
    )


lambda_handler = serve(update_canvas_version)
