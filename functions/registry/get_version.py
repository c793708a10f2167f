"""Serve `GET /v1/prompts/{id}/versions/{version}`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from shared.dialects.languages import build_headers, show
from shared.dialects.registry.requests import (
    parse_flag,
    parse_language,
    parse_prompt_id,
    parse_selector,
    parse_split_key,
)
from shared.dialects.registry.responses import dump_resolved_version
from shared.serve import serve
from shared.templates import find_variables

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.models import ResolvableVersion
    from shared.responses import Response


def get_version(call: Call, id: str, version: str) -> Response[ResolvableVersion]:
    """Get a version by its number or by a tag: as it is stored, or as others read it.

    `resolve=true` puts in what its texts include, and `as` translates them.
    """
    store, current = call.open_version(
        parse_prompt_id(id),
        parse_selector(version),
        split_key=parse_split_key(call.request.query),
    )
    if parse_flag(call.request.query, "resolve"):
        current = store.resolve(current)
    body = dump_resolved_version(current, store.prompt)
    if language := parse_language(call.request.query):
        names = find_variables(current.content.whole, call.settings)
        content = show(current.content, language, names)
        translation = dump_resolved_version(replace(current, content=content), store.prompt)
        return call.respond({**body, **translation}, headers=build_headers(content))
    return call.respond(body)


lambda_handler = serve(get_version)
