"""Serve `GET /v1/prompts/run`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.maxim.run_prompt import run_prompt
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.responses import Response


def explain_prompt_run(call: Call) -> Response[None]:
    """Refuse to run a model, like `POST`; without Maxim's key, get px0's prompt `run`."""
    return run_prompt(call)


lambda_handler = serve(explain_prompt_run)
