"""Serve `GET /v1/prompts/{id}/splits/{pointer}`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.responses import dump_split
from shared.domain import pointers
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.models import SplitResponse
    from shared.responses import Response


def get_split(call: Call, id: str, pointer: str) -> Response[SplitResponse]:
    """Get the versions that `live` or a tag hands out, with their weights."""
    store = call.open_prompt(call.resolve_prompt_id(id))
    store.team.restrictions.check_selector(pointer)
    pointers.require_target(store.prompt, pointer)
    return call.respond(dump_split(store.prompt, pointer))


lambda_handler = serve(get_split)
