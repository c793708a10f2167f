"""POST /v1/prompts/{slug}/render"""

from shared import templates
from shared.answers import Reply
from shared.call import Call
from shared.dialects import px0
from shared.errors import NoLiveVersion
from shared.serve import serve


def render_live(call: Call, slug: str) -> Reply:
    """Render the live version of a prompt."""
    prompt = call.prompt_by_slug(slug)
    if prompt.live_version is None:
        raise NoLiveVersion
    version = call.shown_version(prompt, prompt.live_version)
    variables = px0.variables(call.request, version.content.engine)
    rendered = templates.render(version.content, variables, call.settings)
    return call.reply(px0.rendering(rendered, prompt, version))


lambda_handler = serve(render_live)
