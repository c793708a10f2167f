"""Serve `GET /api/sdk/v3/folders`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.maxim.folders import LEDGER, SYNC_ENTITIES
from shared.dialects.maxim.runtime import dump_folder
from shared.problems import FolderNotFound
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.maxim.models import RuntimeFoldersData
    from shared.responses import Response


def sync_folders(call: Call) -> Response[RuntimeFoldersData]:
    """List all folders of prompts and prompt chains for an SDK, or get the one of a `folderId`."""
    ledgers = (team.get_ledger(LEDGER) for team in call.open_own_teams())
    entries = [
        entry
        for ledger in ledgers
        for entry in ledger.entries
        if entry["entityType"] in SYNC_ENTITIES
    ]
    if not (folder_id := call.request.query.get("folderId")):
        return call.respond({"data": [dump_folder(entry) for entry in entries]})
    for entry in entries:
        if entry["id"] == folder_id:
            return call.respond({"data": dump_folder(entry)})
    raise FolderNotFound


lambda_handler = serve(sync_folders)
