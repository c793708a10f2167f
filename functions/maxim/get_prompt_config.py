"""Serve `GET /v1/prompts/config`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.maxim.requests import parse_prompt_id
from shared.dialects.maxim.responses import dump_config
from shared.problems import InvalidRequest
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.maxim.models import PromptConfigData
    from shared.responses import Response


def get_prompt_config(call: Call) -> Response[PromptConfigData]:
    """Get a prompt's configuration, by its `id` or `promptId`, which are the same."""
    query = call.request.query
    if not (prompt_id := query.get("promptId") or query.get("id")):
        raise InvalidRequest("id or promptId is required")
    store = call.open_prompt(parse_prompt_id(prompt_id))
    return call.respond({"data": dump_config(store.prompt)})


lambda_handler = serve(get_prompt_config)
