"""Serve `POST /api/public/ingestion`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.langfuse.requests import list_event_ids
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.langfuse.models import Receipt, Receipts
    from shared.responses import Response


def drop_events(call: Call) -> Response[Receipts]:
    """Accept the events that Langfuse's clients send, and discard them."""
    call.require_permission_anywhere()
    receipts: list[Receipt] = [{"id": id, "status": 201} for id in list_event_ids(call.request)]
    return call.respond({"successes": receipts, "errors": []})


lambda_handler = serve(drop_events)
