"""Serve `GET /v1/teams/{team_id}/prompts`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.requests import parse_status_filter, parse_uuid
from shared.dialects.registry.responses import add_cursor, dump_prompt
from shared.serve import serve
from shared.store.keys import DirectoryEntry

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.models import PromptPage
    from shared.responses import Response


def list_prompts(call: Call, team_id: str) -> Response[PromptPage]:
    """List a team's prompts, newest first, archived ones included unless filtered."""
    team = call.open_team(parse_uuid(team_id, problem="invalid id"))
    status = parse_status_filter(call.request.query)
    request = call.parse_page(DirectoryEntry.parse)
    rows = (
        (position, dump_prompt(prompt))
        for position, prompt in team.list_prompts(
            after=request.after, status=status, size=request.size
        )
    )
    page = call.build_page(rows, request)
    body: PromptPage = {"prompts": page.rows}
    return call.respond_page(page, add_cursor(body, page.cursor))


lambda_handler = serve(list_prompts)
