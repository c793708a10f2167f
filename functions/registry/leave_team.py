"""Serve `DELETE /v1/me/teams/{teamID}`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.access_requests import parse_path_id
from shared.serve import serve
from shared.writing import commit_access

if TYPE_CHECKING:
    from shared.call import Call
    from shared.responses import Response


def leave_team(call: Call, teamID: str) -> Response[None]:
    """Leave a team; its last admin cannot."""
    team_id = parse_path_id(teamID)
    account = call.open_account()
    return commit_access(call, lambda origin: (None, account.decide_leaving(team_id, origin)))


lambda_handler = serve(leave_team)
