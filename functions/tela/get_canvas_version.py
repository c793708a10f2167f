"""GET /prompt-version/{id}"""

from shared.answers import Reply
from shared.call import Call
from shared.dialects import tela
from shared.serve import serve


def get_canvas_version(call: Call, id: str) -> Reply:
    """Get a version."""
    prompt, version = call.version_by_id(tela.version_id(id))
    return call.reply(tela.version(tela.present(version), prompt, call.settings))


lambda_handler = serve(get_canvas_version)
