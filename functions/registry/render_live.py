"""Serve `POST /v1/prompts/{slug}/render`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.registry.render_version import respond_rendering
from shared.domain.model import LIVE
from shared.problems import NoLiveVersion
from shared.serve import serve
from shared.store.reading import Beside
from shared.templates import load_engines

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.models import Rendering
    from shared.responses import Response


def render_live(call: Call, slug: str) -> Response[Rendering]:
    """Render the live version of a prompt, which is named by its slug or its id."""
    store = call.open_prompt_by_name(slug, Beside(selectors=(LIVE,)))
    if store.prompt.live_version is None:
        raise NoLiveVersion
    return respond_rendering(call, store, LIVE)


lambda_handler = serve(render_live, prepare=load_engines)
