"""Serve `POST /v1/teams/{id}/members`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.access_models import NewMember
from shared.dialects.registry.access_requests import parse_path_id, parse_role
from shared.dialects.registry.requests import parse_uuid
from shared.problems import InvalidRequest
from shared.serve import serve
from shared.writing import commit_access

if TYPE_CHECKING:
    from shared.call import Call
    from shared.domain.changes import Origin
    from shared.responses import Response
    from shared.store.accounts import Write


def add_member(call: Call, id: str) -> Response[None]:
    """Add a person of the organization to a team; whoever is in it stays as they are."""
    team_id = parse_path_id(id)
    call.open_members(team_id)
    body = call.load_body(NewMember)
    if not body.user_id:
        raise InvalidRequest("user_id is required")
    person_id = parse_uuid(body.user_id, problem="invalid request body")
    role = parse_role(body.role) if body.role is not None else None

    def decide(origin: Origin) -> tuple[None, Write | None]:
        return None, call.open_members(team_id).decide_new_member(person_id, role, origin)

    return commit_access(call, decide)


lambda_handler = serve(add_member)
