"""POST /v1/prompts/run"""

from shared.answers import Reply
from shared.call import Call
from shared.dialects import maxim
from shared.errors import Unsupported
from shared.serve import serve


def run_prompt(call: Call) -> Reply:
    """Refuse to run a model, and say what to do instead."""
    raise Unsupported(maxim.RUN_ELSEWHERE)


lambda_handler = serve(run_prompt)
