"""POST /api/sdk/v4/prompts/run"""

from functions.maxim.run_prompt import run_prompt
from shared.answers import Reply
from shared.call import Call
from shared.serve import serve


def run_prompt_from_sdk(call: Call) -> Reply:
    """Refuse an SDK's call of a model, and say what to do instead."""
    return run_prompt(call)


lambda_handler = serve(run_prompt_from_sdk)
