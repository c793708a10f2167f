"""Serve `GET /v1/folders/contents`."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from shared.dialects.maxim.deployments import get_settings
from shared.dialects.maxim.folders import (
    DEFAULT_LIMIT,
    LEDGER,
    PROMPT,
    dump_folder,
    get_folder,
    get_folder_by_name,
    list_folders,
)
from shared.dialects.maxim.requests import get_required, parse_entity_type, parse_page
from shared.dialects.maxim.responses import NO_WORKSPACE, dump_folder_pagination, dump_prompt
from shared.paging import parse_number
from shared.problems import InvalidRequest
from shared.serve import serve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.call import Call
    from shared.dialects.maxim.models import CreatedPrompt, Folder, FolderContentsData
    from shared.responses import Response


def list_folder_contents(call: Call) -> Response[FolderContentsData]:
    """List the contents of a folder, folders before prompts, by default twenty per page."""
    query = call.request.query
    team_id = get_required(query, "workspaceId")
    entity_type = parse_entity_type(query)
    if not query.get("folderId") and not query.get("name"):
        raise InvalidRequest("folderId or name is required")
    page = parse_page(call.request, parse_number, default_limit=DEFAULT_LIMIT)
    team = call.open_team(team_id, missing=NO_WORKSPACE)
    ledger = team.get_ledger(LEDGER)
    if folder_id := query.get("folderId"):
        folder = get_folder(ledger, folder_id, entity_type=entity_type)
    else:
        folder = get_folder_by_name(ledger, query, entity_type)

    def list_contents() -> Iterator[Folder | CreatedPrompt]:
        for entry in list_folders(ledger, entity_type):
            if entry["parentId"] == folder["id"]:
                yield dump_folder(entry, team.id)
        for _, prompt in team.list_prompts() if entity_type == PROMPT else ():
            if not prompt.is_deleted and get_settings(prompt).get("folderId") == folder["id"]:
                yield dump_prompt(prompt)

    start = page.after or 0
    rows = (
        (str(position), row)
        for position, row in enumerate(islice(list_contents(), start, None), start + 1)
    )
    contents, cursor = call.build_page(rows, page)
    return call.respond({"data": contents, "pagination": dump_folder_pagination(cursor)})


lambda_handler = serve(list_folder_contents)
