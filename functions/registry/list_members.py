"""Serve `GET /v1/teams/{id}/members`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.access_requests import parse_page, parse_path_id, select_page
from shared.dialects.registry.access_responses import dump_member
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.access_models import MemberPage
    from shared.responses import Response


def list_members(call: Call, id: str) -> Response[MemberPage]:
    """List the members of a team, in the order in which they came into it."""
    members = call.open_members(parse_path_id(id)).list_members()
    page, limit = parse_page(call.request.query)
    rows = [dump_member(member) for member in select_page(members, page, limit)]
    return call.respond({"members": rows, "page": page, "limit": limit, "total": len(members)})


lambda_handler = serve(list_members)
