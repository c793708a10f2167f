"""Serve `PUT /v1/teams/{id}/members/{userID}/role`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.access_models import NewRole
from shared.dialects.registry.access_requests import parse_path_id, parse_role
from shared.serve import serve
from shared.writing import commit_access

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.access_models import Message
    from shared.domain.changes import Origin
    from shared.responses import Response
    from shared.store.accounts import Write


def set_member_role(call: Call, id: str, userID: str) -> Response[Message]:
    """Give a member of a team another role; the last admin stays one."""
    team_id, person_id = parse_path_id(id), parse_path_id(userID)
    call.open_members(team_id)
    role = parse_role(call.load_body(NewRole).role)

    def decide(origin: Origin) -> tuple[Message, Write | None]:
        write = call.open_members(team_id).decide_role(person_id, role, origin)
        return {"message": "role updated successfully"}, write

    return commit_access(call, decide)


lambda_handler = serve(set_member_role)
