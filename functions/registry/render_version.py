"""POST /v1/prompts/{slug}/versions/{version}/render"""

from shared import templates
from shared.answers import Reply
from shared.call import Call
from shared.dialects import px0
from shared.serve import serve


def render_version(call: Call, slug: str, version: str) -> Reply:
    """Render a version of any status, by its number or by a tag."""
    selector = px0.selector(version)
    prompt = call.prompt_by_slug(slug)
    found = call.shown_version(prompt, selector)
    variables = px0.variables(call.request, found.content.engine)
    rendered = templates.render(found.content, variables, call.settings)
    return call.reply(px0.rendering(rendered, prompt, found))


lambda_handler = serve(render_version)
