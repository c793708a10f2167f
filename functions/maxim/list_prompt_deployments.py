"""Serve `GET /v1/prompts/deploy`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.maxim.requests import get_required, parse_prompt_id
from shared.dialects.maxim.responses import dump_deployments
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.maxim.models import DeploymentsData
    from shared.responses import Response


def list_prompt_deployments(call: Call) -> Response[DeploymentsData]:
    """List a prompt's deployments, newest first, which is also their precedence."""
    prompt_id = get_required(call.request.query, "promptId")
    prompt = call.open_prompt(parse_prompt_id(prompt_id)).prompt
    return call.respond(dump_deployments(prompt))


lambda_handler = serve(list_prompt_deployments)
