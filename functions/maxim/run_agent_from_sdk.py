"""POST /api/sdk/v4/agents/run"""

from functions.maxim.run_prompt import run_prompt
from shared.answers import Reply
from shared.call import Call
from shared.serve import serve


def run_agent_from_sdk(call: Call) -> Reply:
    """Refuse to run a chain of prompts, and say what to do instead."""
    return run_prompt(call)


lambda_handler = serve(run_agent_from_sdk)
