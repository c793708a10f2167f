"""Serve `POST /api/sdk/v4/prompts/run`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.maxim.run_prompt import run_prompt
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.responses import Response


def run_prompt_from_sdk(call: Call) -> Response[None]:
    """Refuse to run a model for an SDK, and explain what to do instead."""
    return run_prompt(call)


lambda_handler = serve(run_prompt_from_sdk)
