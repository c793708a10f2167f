"""Serve `GET /v1/prompts/{id}`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.requests import parse_split_key, parse_version_query
from shared.dialects.registry.responses import dump_prompt_and_version
from shared.ids import parse_id
from shared.serve import serve
from shared.store.reading import NOTHING, Beside

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.models import PromptAndVersionResponse
    from shared.responses import Response


def get_prompt(call: Call, id: str) -> Response[PromptAndVersionResponse]:
    """Get a prompt by its id or slug, with the version that `version` or `tag` selects."""
    prompt_id, selector = parse_id(id), parse_version_query(call.request.query)
    beside = NOTHING if selector is None else Beside(selectors=(selector,))
    if prompt_id is not None:
        store = call.open_prompt(prompt_id, beside)
    else:
        store = call.open_prompt_by_slug(id, beside)
    if selector is None:
        return call.respond(dump_prompt_and_version(store.prompt, None))
    version = store.get_cached_version(selector, split_key=parse_split_key(call.request.query))
    return call.respond(dump_prompt_and_version(store.prompt, version))


lambda_handler = serve(get_prompt)
