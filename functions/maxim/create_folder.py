"""Serve `POST /v1/folders`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.maxim.folders import LEDGER, create, dump_folder
from shared.dialects.maxim.models import NewFolder
from shared.dialects.maxim.responses import NO_WORKSPACE
from shared.serve import serve
from shared.writing import commit_ledger

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.maxim.models import FolderData
    from shared.domain.changes import Origin
    from shared.domain.model import Ledger
    from shared.responses import Response


def create_folder(call: Call) -> Response[FolderData]:
    """Create a folder, optionally in another folder of the same type."""
    new = call.load_body(NewFolder)
    team = call.open_team(new.workspaceId, missing=NO_WORKSPACE)

    def create_entry(ledger: Ledger, origin: Origin) -> tuple[Ledger, FolderData]:
        after, entry = create(ledger, new, origin)
        return after, {"data": dump_folder(entry, team.id)}

    return commit_ledger(call, team, LEDGER, create_entry)


lambda_handler = serve(create_folder)
