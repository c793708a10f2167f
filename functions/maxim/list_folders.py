"""GET /v1/folders"""

from itertools import islice

from shared.answers import Reply
from shared.call import Call
from shared.dialects import maxim
from shared.dialects.maxim import folders
from shared.serve import serve


def list_folders(call: Call) -> Reply:
    """Get the folder of an `id` or a `name`, or list folders, oldest first, twenty at a time."""
    query = call.request.query
    team_id = maxim.required(query, "workspaceId")
    entity_type = folders.entity_type(query)
    window = maxim.window(call.request, place=folders.place, default=folders.DEFAULT_LIMIT)
    call.enter(team_id, otherwise=maxim.NO_WORKSPACE)
    ledger = call.store.ledger(team_id, folders.LEDGER)
    if folder_id := query.get("id"):
        entry = folders.find(ledger, folder_id, entity_type=entity_type)
        return call.reply({"data": folders.folder(entry, team_id)})
    if query.get("name"):
        entry = folders.named(ledger, query, entity_type)
        return call.reply({"data": folders.folder(entry, team_id)})
    start = window.after or 0
    found = islice(folders.matching(ledger, query, entity_type), start, None)
    rows = (
        (str(place), folders.folder(entry, team_id)) for place, entry in enumerate(found, start + 1)
    )
    return call.reply(maxim.listed(*call.page(rows, window), named="nextCursor"))


lambda_handler = serve(list_folders)
