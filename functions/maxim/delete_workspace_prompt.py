"""Serve `DELETE /v1/prompts`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.maxim.requests import get_required, parse_prompt_id
from shared.dialects.maxim.responses import NO_WORKSPACE, dump_only_prompt
from shared.domain import prompts
from shared.serve import serve
from shared.writing import commit

if TYPE_CHECKING:
    from shared.call import Call
    from shared.responses import Response


def delete_workspace_prompt(call: Call) -> Response[None]:
    """Delete a prompt with its versions, in every dialect; SDKs are notified for a day."""
    team_id = get_required(call.request.query, "workspaceId")
    prompt_id = get_required(call.request.query, "id")
    team = call.open_team(team_id, missing=NO_WORKSPACE)
    return commit(
        call,
        call.open_prompt_of_team(team, parse_prompt_id(prompt_id)),
        lambda store, origin: prompts.delete(store.prompt, origin),
        lambda change: None,
        read=lambda store: dump_only_prompt(store.prompt),
    )


lambda_handler = serve(delete_workspace_prompt)
