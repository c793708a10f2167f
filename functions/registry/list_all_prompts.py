"""Serve `GET /v1/prompts`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.registry.list_prompts import list_prompts
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.models import PromptPage
    from shared.responses import Response


def list_all_prompts(call: Call) -> Response[PromptPage]:
    """List the prompts of the team in the query; without a team the list is empty."""
    query = call.request.query
    if team_id := query.get("team") or query.get("team_id"):
        return list_prompts(call, team_id)
    return call.respond({"prompts": []})


lambda_handler = serve(list_all_prompts)
