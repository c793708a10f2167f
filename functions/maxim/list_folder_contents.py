"""GET /v1/folders/contents"""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from shared.answers import Reply
from shared.call import Call
from shared.dialects import maxim
from shared.dialects.maxim import deployments, folders
from shared.errors import InvalidRequest
from shared.serve import serve


def list_folder_contents(call: Call) -> Reply:
    """List what lies in a folder: first its folders, then its prompts; twenty at a time."""
    query = call.request.query
    team_id = maxim.required(query, "workspaceId")
    entity_type = folders.entity_type(query)
    if not query.get("folderId") and not query.get("name"):
        raise InvalidRequest("folderId or name is required")
    window = maxim.window(call.request, place=folders.place, default=folders.DEFAULT_LIMIT)
    call.enter(team_id, otherwise=maxim.NO_WORKSPACE)
    ledger = call.store.ledger(team_id, folders.LEDGER)
    if folder_id := query.get("folderId"):
        folder = folders.find(ledger, folder_id, entity_type=entity_type)
    else:
        folder = folders.named(ledger, query, entity_type)

    def contents() -> Iterator[Mapping[str, Any]]:
        for entry in folders.of_type(ledger, entity_type):
            if entry["parentId"] == folder["id"]:
                yield folders.folder(entry, team_id)
        for _, prompt in call.store.prompts(team_id) if entity_type == folders.PROMPT else ():
            kept = deployments.kept(prompt)
            if prompt.status != "deleted" and kept.get("folderId") == folder["id"]:
                yield maxim.prompt(prompt)

    start = window.after or 0
    rows = (
        (str(place), row) for place, row in enumerate(islice(contents(), start, None), start + 1)
    )
    return call.reply(maxim.listed(*call.page(rows, window), named="nextCursor"))


lambda_handler = serve(list_folder_contents)
