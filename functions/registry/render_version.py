"""Serve `POST /v1/prompts/{slug}/versions/{version}/render`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.requests import load_split_key, load_variables, parse_selector
from shared.dialects.registry.responses import dump_rendering
from shared.serve import serve
from shared.templates import render

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.models import Rendering
    from shared.responses import Response


def render_version(call: Call, slug: str, version: str) -> Response[Rendering]:
    """Render a version of any status, by its number or by a tag.

    The prompt is named by its slug or its id.
    """
    selector = parse_selector(version)
    store = call.open_prompt_by_name(slug)
    current = store.get_cached_version(
        selector, split_key=load_split_key(call.request, store.prompt)
    )
    variables = load_variables(call.request, current.content.engine)
    text = render(current.content, variables, call.settings)
    return call.respond(dump_rendering(text, store.prompt, current))


lambda_handler = serve(render_version)
