"""DELETE /api/prompts/tags/{tag}"""

from shared.answers import Reply
from shared.call import Call
from shared.dialects.langwatch.tags import LEDGER, remove
from shared.serve import serve


def delete_tag_definition(call: Call, tag: str) -> Reply:
    """Delete a tag; nothing is found by it, nor shown with it, any more."""
    call.permit(call.team_id)
    return call.commit_ledger(
        call.team_id, LEDGER, lambda ledger: (remove(ledger, tag), call.reply(None))
    )


lambda_handler = serve(delete_tag_definition)
