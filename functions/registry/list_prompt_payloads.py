"""Serve `GET /v1/prompts/{id}/payloads`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.responses import add_cursor, dump_payload
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.models import PayloadPage
    from shared.responses import Response


def list_prompt_payloads(call: Call, id: str) -> Response[PayloadPage]:
    """List a prompt's payloads, newest first."""
    store = call.open_prompt(call.resolve_prompt_id(id))
    request = call.parse_page(str)
    rows = (
        (payload.id, dump_payload(payload))
        for payload in store.list_payloads(before=request.after, size=request.size)
    )
    page = call.build_page(rows, request)
    body: PayloadPage = {"payloads": page.rows}
    return call.respond_page(page, add_cursor(body, page.cursor))


lambda_handler = serve(list_prompt_payloads)
