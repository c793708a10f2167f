"""Serve `POST /api/public/prompts`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.langfuse.create_named_prompt import create_version
from shared.dialects.langfuse.models import NewLegacyPrompt
from shared.domain.model import PRODUCTION
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.langfuse.models import Prompt
    from shared.responses import Response


def create_active_prompt(call: Call) -> Response[Prompt]:
    """Create the next version of a prompt, as in the first version of Langfuse's API."""
    new = call.load_body(NewLegacyPrompt)
    if new.isActive:
        new.labels.append(PRODUCTION)
    return create_version(call, new, is_active=PRODUCTION in new.labels)


lambda_handler = serve(create_active_prompt)
