"""Serve `GET /v1/prompts/{id}/history`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.responses import add_cursor, dump_event
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.models import EventPage
    from shared.responses import Response


def list_prompt_history(call: Call, id: str) -> Response[EventPage]:
    """List the events of a prompt, newest first."""
    store = call.open_prompt(call.resolve_prompt_id(id))
    request = call.parse_page(str)
    rows = (
        (position, dump_event(event))
        for position, event in store.list_events(before=request.after, size=request.size)
    )
    page = call.build_page(rows, request)
    body: EventPage = {"events": page.rows}
    return call.respond_page(page, add_cursor(body, page.cursor))


lambda_handler = serve(list_prompt_history)
