"""Serve `GET /v1/prompts/{id}/versions/{version}`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.requests import parse_prompt_id, parse_selector, parse_split_key
from shared.dialects.registry.responses import dump_version
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.models import VersionResponse
    from shared.responses import Response


def get_version(call: Call, id: str, version: str) -> Response[VersionResponse]:
    """Get a version by its number or by a tag."""
    store, current = call.open_version(
        parse_prompt_id(id),
        parse_selector(version),
        split_key=parse_split_key(call.request.query),
    )
    return call.respond({"version": dump_version(current, store.prompt)})


lambda_handler = serve(get_version)
