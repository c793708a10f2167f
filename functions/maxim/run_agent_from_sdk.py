"""Serve `POST /api/sdk/v4/agents/run`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.maxim.run_prompt import run_prompt
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.responses import Response


def run_agent_from_sdk(call: Call) -> Response[None]:
    """Refuse to run a prompt chain, and explain what to do instead."""
    return run_prompt(call)


lambda_handler = serve(run_agent_from_sdk)
