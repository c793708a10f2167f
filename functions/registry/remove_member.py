"""Serve `DELETE /v1/teams/{id}/members/{userID}`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.access_requests import parse_path_id
from shared.serve import serve
from shared.writing import commit_access

if TYPE_CHECKING:
    from shared.call import Call
    from shared.domain.changes import Origin
    from shared.responses import Response
    from shared.store.accounts import Write


def remove_member(call: Call, id: str, userID: str) -> Response[None]:
    """Take a person out of a team; its last admin stays."""
    team_id, person_id = parse_path_id(id), parse_path_id(userID)

    def decide(origin: Origin) -> tuple[None, Write | None]:
        return None, call.open_members(team_id).decide_removal(person_id, origin)

    return commit_access(call, decide)


lambda_handler = serve(remove_member)
