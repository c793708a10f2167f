"""Serve `GET /v1/folders`."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from shared.dialects.maxim.folders import (
    DEFAULT_LIMIT,
    LEDGER,
    dump_folder,
    get_folder,
    get_folder_by_name,
    list_children,
)
from shared.dialects.maxim.requests import get_required, parse_entity_type, parse_page
from shared.dialects.maxim.responses import NO_WORKSPACE, dump_folder_pagination
from shared.paging import parse_number
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.maxim.models import FoldersData
    from shared.responses import Response


def list_folders(call: Call) -> Response[FoldersData]:
    """Get the folder with an `id` or a `name`, or list folders, oldest first, twenty per page."""
    query = call.request.query
    team_id = get_required(query, "workspaceId")
    entity_type = parse_entity_type(query)
    request = parse_page(call.request, parse_number, default_limit=DEFAULT_LIMIT)
    team = call.open_team(team_id, missing=NO_WORKSPACE)
    ledger = team.get_ledger(LEDGER)
    if folder_id := query.get("id"):
        entry = get_folder(ledger, folder_id, entity_type=entity_type)
        return call.respond({"data": dump_folder(entry, team.id)})
    if query.get("name"):
        entry = get_folder_by_name(ledger, query, entity_type)
        return call.respond({"data": dump_folder(entry, team.id)})
    start = request.after or 0
    entries = islice(list_children(ledger, query, entity_type), start, None)
    rows = (
        (str(position), dump_folder(entry, team.id))
        for position, entry in enumerate(entries, start + 1)
    )
    page = call.build_page(rows, request)
    body: FoldersData = {"data": page.rows, "pagination": dump_folder_pagination(page.cursor)}
    return call.respond_page(page, body)


lambda_handler = serve(list_folders)
