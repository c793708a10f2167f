"""GET /api/sdk/v4/prompt-chains"""

from shared.answers import Reply
from shared.call import Call
from shared.errors import NotFound
from shared.serve import serve


def sync_prompt_chains(call: Call) -> Reply:
    """Tell an SDK, which will not start without asking, that there are no prompt chains here."""
    if call.request.query.get("promptChainId"):
        raise NotFound("Prompt chain not found")
    return call.reply({"data": []})


lambda_handler = serve(sync_prompt_chains)
