"""Serve `GET /api/sdk/v4/prompt-chains`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.problems import NotFound
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.maxim.models import ChainsData
    from shared.responses import Response


def sync_prompt_chains(call: Call) -> Response[ChainsData]:
    """Return an empty list of prompt chains, which an SDK requests when it starts."""
    if call.request.query.get("promptChainId"):
        raise NotFound("Prompt chain not found")
    return call.respond({"data": []})


lambda_handler = serve(sync_prompt_chains)
