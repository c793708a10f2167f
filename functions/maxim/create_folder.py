"""POST /v1/folders"""

from shared.answers import Reply
from shared.call import Call
from shared.dialects import maxim
from shared.dialects.maxim import folders
from shared.dialects.maxim.models import NewFolder
from shared.domain.ledgers import Ledger
from shared.serve import serve


def create_folder(call: Call) -> Reply:
    """Create a folder, in another one of the same type or in none."""
    new = call.body(NewFolder)
    call.enter(new.workspaceId, otherwise=maxim.NO_WORKSPACE)
    act = call.act()

    def create(ledger: Ledger) -> tuple[Ledger, Reply]:
        ledger, entry = folders.create(ledger, new, act)
        return ledger, call.reply({"data": folders.folder(entry, new.workspaceId)})

    return call.commit_ledger(new.workspaceId, folders.LEDGER, create)


lambda_handler = serve(create_folder)
