"""Serve `GET /v1/prompts/{id}/tags`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.responses import add_cursor, dump_tag
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.models import TagPage
    from shared.responses import Response


def list_version_tags(call: Call, id: str) -> Response[TagPage]:
    """List a prompt's tags in alphabetical order, each with the number of its version."""
    prompt = call.open_prompt(call.resolve_prompt_id(id)).prompt
    request = call.parse_page(str)
    rows = (
        (tag, dump_tag(tag, number))
        for tag, number in sorted(prompt.tags.items())
        if request.after is None or tag > request.after
    )
    page = call.build_page(rows, request)
    body: TagPage = {"tags": page.rows}
    return call.respond_page(page, add_cursor(body, page.cursor))


lambda_handler = serve(list_version_tags)
