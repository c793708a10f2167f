"""Serve `POST /v1/prompts/{slug}/versions/{version}/render`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.chats import load_histories
from shared.dialects.registry.requests import (
    load_payload_id,
    load_split_key,
    load_strict,
    load_variables,
    parse_selector,
)
from shared.dialects.registry.responses import dump_rendering
from shared.serve import serve
from shared.store.reading import Beside
from shared.templates import load_engines, render

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.models import Rendering
    from shared.domain.model import Selector
    from shared.responses import Response
    from shared.store.team import PromptStore


def render_version(call: Call, slug: str, version: str) -> Response[Rendering]:
    """Render a version of any status, by its number or by a tag.

    The prompt is named by its slug or its id.
    """
    selector = parse_selector(version)
    store = call.open_prompt_by_name(slug, Beside(selectors=(selector,)))
    return respond_rendering(call, store, selector)


def respond_rendering(call: Call, store: PromptStore, selector: Selector) -> Response[Rendering]:
    """Render the version that a selector names, with the variables of the request."""
    version = store.resolve(
        store.get_cached_version(selector, split_key=load_split_key(call.request, store.prompt))
    )
    payload_id = load_payload_id(call.request)
    sample = store.get_payload(payload_id).variables if payload_id else {}
    variables = load_variables(call.request, version.content.engine, sample=sample)
    is_strict = load_strict(call.request)
    content = version.content.whole
    histories = load_histories(content, variables)
    rendering = render(content, variables, call.settings, histories=histories, is_strict=is_strict)
    return call.respond(dump_rendering(rendering, store.prompt, version))


lambda_handler = serve(render_version, prepare=load_engines)
