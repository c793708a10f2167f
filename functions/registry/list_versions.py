"""Serve `GET /v1/prompts/{id}/versions`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.requests import parse_prompt_id, parse_tags_filter
from shared.dialects.registry.responses import add_cursor, dump_version
from shared.paging import parse_number
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.models import VersionPage
    from shared.responses import Response


def list_versions(call: Call, id: str) -> Response[VersionPage]:
    """List a prompt's versions, highest number first."""
    store = call.open_prompt(parse_prompt_id(id))
    status = call.request.query.get("status")
    tags = parse_tags_filter(call.request.query)
    page = call.parse_page(parse_number)
    rows = (
        (str(version.number), dump_version(version, store.prompt))
        for version in store.list_versions(before=page.after)
        if not status or status == store.prompt.get_status(version)
        if not tags or tags & set(store.prompt.list_tags(version.number))
    )
    versions, cursor = call.build_page(rows, page)
    body: VersionPage = {"versions": versions}
    return call.respond(add_cursor(body, cursor))


lambda_handler = serve(list_versions)
