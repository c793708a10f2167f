"""Serve `POST /v1/prompts/{slug}/render`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.requests import load_split_key, load_variables
from shared.dialects.registry.responses import dump_rendering
from shared.problems import NoLiveVersion
from shared.serve import serve
from shared.templates import render

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.models import Rendering
    from shared.responses import Response


def render_live(call: Call, slug: str) -> Response[Rendering]:
    """Render the live version of a prompt, which is named by its slug or its id."""
    store = call.open_prompt_by_name(slug)
    if store.prompt.live_version is None:
        raise NoLiveVersion
    version = store.get_cached_version("live", split_key=load_split_key(call.request, store.prompt))
    variables = load_variables(call.request, version.content.engine)
    text = render(version.content, variables, call.settings)
    return call.respond(dump_rendering(text, store.prompt, version))


lambda_handler = serve(render_live)
