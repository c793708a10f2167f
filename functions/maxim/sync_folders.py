"""GET /api/sdk/v3/folders"""

from shared.answers import Reply
from shared.call import Call
from shared.dialects.maxim import folders, runtime
from shared.errors import FolderNotFound
from shared.serve import serve


def sync_folders(call: Call) -> Reply:
    """Give an SDK the folders for prompts and chains, or the one of a `folderId`."""
    call.permit(call.team_id)
    ledger = call.store.ledger(call.team_id, folders.LEDGER)
    entries = [entry for entry in ledger.entries if entry["entityType"] in folders.SERVED]
    if not (folder_id := call.request.query.get("folderId")):
        return call.reply({"data": [runtime.folder(entry) for entry in entries]})
    for entry in entries:
        if entry["id"] == folder_id:
            return call.reply({"data": runtime.folder(entry)})
    raise FolderNotFound


lambda_handler = serve(sync_folders)
