"""GET /v1/prompts/{id}/versions/{version}/variables"""

from shared import templates
from shared.answers import Reply
from shared.call import Call
from shared.dialects import px0
from shared.serve import serve


def list_version_variables(call: Call, id: str, version: str) -> Reply:
    """List the variables that a version's template may ask for."""
    _, found = call.prompt_and_version(px0.prompt_id(id), px0.selector(version))
    return call.reply({"variables": templates.variables(found.content, call.settings)})


lambda_handler = serve(list_version_variables)
