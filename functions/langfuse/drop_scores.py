"""Serve `POST /api/public/scores`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.langfuse.models import Acceptance
    from shared.responses import Response


def drop_scores(call: Call) -> Response[Acceptance]:
    """Accept the scores that Langfuse's clients send, and discard them unread."""
    call.require_permission_anywhere()
    return call.respond({"message": "Accepted"})


lambda_handler = serve(drop_scores)
