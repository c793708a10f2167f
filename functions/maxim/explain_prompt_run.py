"""GET /v1/prompts/run"""

from functions.maxim.run_prompt import run_prompt
from shared.answers import Reply
from shared.call import Call
from shared.serve import serve


def explain_prompt_run(call: Call) -> Reply:
    """The same as the answer to `POST`; it stands here to hand px0's slug `run` over to px0."""
    return run_prompt(call)


lambda_handler = serve(explain_prompt_run)
