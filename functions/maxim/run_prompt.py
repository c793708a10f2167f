"""Serve `POST /v1/prompts/run`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.maxim.responses import RUN_ELSEWHERE
from shared.problems import Unsupported
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.responses import Response


def run_prompt(call: Call) -> Response[None]:
    """Refuse to run a model, and explain what to do instead."""
    raise Unsupported(RUN_ELSEWHERE)


lambda_handler = serve(run_prompt)
