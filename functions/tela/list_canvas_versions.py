"""Serve `GET /prompt-version`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.tela.requests import parse_prompt_query
from shared.dialects.tela.responses import dump_version
from shared.paging import parse_number
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.tela.models import CanvasVersion
    from shared.responses import Response


def list_canvas_versions(call: Call) -> Response[list[CanvasVersion]]:
    """List a prompt's versions, newest first; `X-Next-Cursor` is the cursor of the next page."""
    store = call.open_prompt(parse_prompt_query(call.request.query))
    request = call.parse_page(parse_number)
    rows = (
        (str(version.number), dump_version(version, store.prompt, call.settings))
        for version in store.list_versions(before=request.after, size=request.size)
        if version.stage != "archived"
    )
    return call.respond_rows(rows, request)


lambda_handler = serve(list_canvas_versions)
