"""Serve `GET /v1/teams/{id}/audit`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.access_requests import parse_path_id
from shared.dialects.registry.audit_requests import parse_filter
from shared.dialects.registry.audit_responses import dump_entries
from shared.dialects.registry.responses import add_cursor
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.audit_models import AuditPage
    from shared.responses import Response


def list_team_audit(call: Call, id: str) -> Response[AuditPage]:
    """List who did what in a team, newest first: to its prompts, its API keys and its members.

    Admins of the team and of the organization can do this. With `actor` or `kind` a page can have
    fewer entries than `limit`, or none, and still a `next_cursor`.
    """
    store = call.open_audit(parse_path_id(id))
    query = parse_filter(call.request.query)
    request = call.parse_page(str)
    events = store.list_events(query, before=request.after, size=request.size)
    page = call.build_page(dump_entries(events), request)
    body: AuditPage = {"logs": page.rows}
    return call.respond_page(page, add_cursor(body, page.cursor))


lambda_handler = serve(list_team_audit)
