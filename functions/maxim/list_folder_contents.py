"""Serve `GET /v1/folders/contents`."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
from shared.store.keys import DirectoryEntry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.call import Call
    from shared.dialects.maxim.models import CreatedPrompt, Folder, FolderContentsData
    from shared.paging import Page
    from shared.responses import Response


def list_folder_contents(call: Call) -> Response[FolderContentsData]:
    """List the contents of a folder, folders before prompts, by default twenty per page."""
    query = call.request.query
    team_id = get_required(query, "workspaceId")
    entity_type = parse_entity_type(query)
    if not query.get("folderId") and not query.get("name"):
        raise InvalidRequest("folderId or name is required")
    request = parse_page(call.request, _parse_position, default_limit=DEFAULT_LIMIT)
    team = call.open_team(team_id, missing=NO_WORKSPACE)
    ledger = team.get_ledger(LEDGER)
    if folder_id := query.get("folderId"):
        folder = get_folder(ledger, folder_id, entity_type=entity_type)
    else:
        folder = get_folder_by_name(ledger, query, entity_type)

    def list_contents() -> Iterator[tuple[str, Folder | CreatedPrompt]]:
        start, after = request.after or (0, None)
        children = [
            entry
            for entry in list_folders(ledger, entity_type)
            if entry["parentId"] == folder["id"]
        ]
        for position, entry in enumerate(children[start:], start + 1) if after is None else ():
            yield str(position), dump_folder(entry, team.id)
        if entity_type == PROMPT:
            for place, prompt in team.list_prompts(
                after=after, folder_id=folder["id"], size=request.size
            ):
                yield place, dump_prompt(prompt)

    page: Page[Folder | CreatedPrompt] = call.build_page(list_contents(), request)
    body: FolderContentsData = {
        "data": page.rows,
        "pagination": dump_folder_pagination(page.cursor),
    }
    return call.respond_page(page, body)


def _parse_position(text: str) -> tuple[int, DirectoryEntry | None]:
    """Parse a position: the number of a folder, or the position of a prompt.

    Raises:
        ValueError: The text is neither.
    """
    if text.isdecimal():
        return parse_number(text), None
    return 0, DirectoryEntry.parse(text)


lambda_handler = serve(list_folder_contents)
