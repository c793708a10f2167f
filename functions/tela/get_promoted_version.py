"""GET /prompt/{id}/promoted-version"""

from shared.answers import Reply
from shared.call import Call
from shared.dialects import tela
from shared.errors import NoLiveVersion, VersionNotFound
from shared.serve import serve


def get_promoted_version(call: Call, id: str) -> Reply:
    """Get the promoted version of a prompt."""
    prompt = call.prompt(tela.prompt_id(id))
    try:
        version = tela.present(call.shown_version(prompt, "live"))
    except VersionNotFound as error:
        raise NoLiveVersion("no version of this prompt is promoted") from error
    return call.reply(tela.version(version, prompt, call.settings))


lambda_handler = serve(get_promoted_version)
