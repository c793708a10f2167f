"""Serve `GET /v1/orgs/{orgID}/audit-logs`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from shared.dialects.registry.access_requests import parse_path_id
from shared.dialects.registry.audit_requests import parse_filter, parse_offset
from shared.dialects.registry.audit_responses import dump_entries
from shared.dialects.registry.responses import add_cursor
from shared.paging import skip_rows
from shared.routes.audit import DEFAULT_LIMIT
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.audit_models import AuditPage
    from shared.responses import Response


def list_audit_logs(call: Call, orgID: str) -> Response[AuditPage]:
    """List who did what in the organization and in all of its teams, newest first.

    Admins of the organization can do this. What concerns two teams, such as the move of a prompt,
    is one entry. With `actor` or `kind` a page can have fewer entries than `limit`, or none, and
    still a `next_cursor`.
    """
    store = call.open_audit_of_organisation(parse_path_id(orgID))
    query, offset = parse_filter(call.request.query), parse_offset(call.request.query)
    request = call.parse_page(str)
    limit = request.limit or DEFAULT_LIMIT
    events = store.list_events(query, before=request.after, size=offset + limit + 1)
    rows = skip_rows(dump_entries(events), offset)
    page = call.build_page(rows, replace(request, limit=limit))
    body: AuditPage = {"logs": page.rows}
    return call.respond_page(page, add_cursor(body, page.cursor))


lambda_handler = serve(list_audit_logs)
