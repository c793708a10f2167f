"""Serve `GET /api/public/prompts`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.langfuse.get_named_prompt import respond
from shared.dialects.langfuse.requests import parse_legacy_query
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.langfuse.models import ResolvedPrompt
    from shared.responses import Response


def get_prompt_by_query(call: Call) -> Response[ResolvedPrompt]:
    """Get a version of a prompt, as in the first version of Langfuse's API."""
    name, selection = parse_legacy_query(call.request)
    return respond(call, name, selection.selector, "Prompt not found")


lambda_handler = serve(get_prompt_by_query)
