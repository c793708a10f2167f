"""POST /prompt-version"""

from shared.answers import Reply
from shared.call import Call
from shared.dialects import tela
from shared.dialects.tela.contents import new_content
from shared.dialects.tela.models import NewCanvasVersion
from shared.domain import versions
from shared.serve import serve


def create_canvas_version(call: Call) -> Reply:
    """Create a version of a prompt: a draft, the promoted one, or neither."""
    new = call.body(NewCanvasVersion)
    prompt = call.prompt(new.promptId.lower())
    content = new_content(tela.given(new), call.settings)
    status = tela.status(promoted=new.promoted, draft=new.draft)
    act = call.act()
    return call.commit(
        prompt,
        lambda prompt: versions.create(prompt, content, act, message=new.title, status=status),
        lambda change: call.reply(tela.version(change.about, change.after, call.settings)),
    )


lambda_handler = serve(create_canvas_version)
