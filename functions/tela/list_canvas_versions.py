"""GET /prompt-version"""

from shared import paging
from shared.answers import Reply
from shared.call import Call
from shared.dialects import tela
from shared.serve import serve


def list_canvas_versions(call: Call) -> Reply:
    """List a prompt's versions, newest first; `X-Next-Cursor` tells that there are more."""
    prompt = call.prompt(tela.wanted_prompt(call.request.query))
    window = call.window(paging.number)
    rows = (
        (str(version.number), tela.version(version, prompt, call.settings))
        for version in call.store.versions(prompt.id, before=window.after)
        if version.stage != "archived"
    )
    return call.reply_rows(rows, window)


lambda_handler = serve(list_canvas_versions)
