"""Serve `GET /v1/prompts/{id}/releases`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.release_responses import dump_release
from shared.dialects.registry.responses import add_cursor
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.release_models import ReleasePage
    from shared.responses import Response


def list_releases(call: Call, id: str) -> Response[ReleasePage]:
    """List the release requests of a prompt, newest first."""
    store = call.open_prompt(call.resolve_prompt_id(id))
    status = call.request.query.get("status") or None
    request = call.parse_page(str)
    releases = (
        (each for each in store.list_waiting_releases() if (request.after or "~") > each.id)
        if status == "waiting"
        else store.list_releases(before=request.after, size=request.size)
    )
    rows = (
        (
            release.id,
            dump_release(release, store.prompt)
            if status in (None, release.get_status(store.prompt))
            else None,
        )
        for release in releases
    )
    page = call.build_page(rows, request)
    body: ReleasePage = {"releases": page.rows}
    return call.respond_page(page, add_cursor(body, page.cursor))


lambda_handler = serve(list_releases)
