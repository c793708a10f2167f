"""Serve `GET /v1/prompts/{id}/versions`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.requests import parse_prompt_id, parse_tags_filter
from shared.dialects.registry.responses import add_cursor, dump_version
from shared.paging import parse_number
from shared.serve import serve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.call import Call
    from shared.dialects.registry.models import VersionPage
    from shared.domain.model import Version
    from shared.paging import PageRequest
    from shared.responses import Response
    from shared.store.team import PromptStore


def list_versions(call: Call, id: str) -> Response[VersionPage]:
    """List a prompt's versions, highest number first."""
    store = call.open_prompt(parse_prompt_id(id))
    status = call.request.query.get("status")
    tags = parse_tags_filter(call.request.query)
    request = call.parse_page(parse_number)
    rows = (
        (str(version.number), dump_version(version, store.prompt))
        for version in _list_candidates(store, status, tags, request)
        if not status or status == store.prompt.get_status(version)
        if not tags or tags & set(store.prompt.list_tags(version.number))
    )
    page = call.build_page(rows, request)
    body: VersionPage = {"versions": page.rows}
    return call.respond_page(page, add_cursor(body, page.cursor))


def _list_candidates(
    store: PromptStore, status: str | None, tags: set[str], request: PageRequest[int]
) -> Iterator[Version]:
    """List the versions that filters can let through: those of pointers, or else all."""
    prompt = store.prompt
    if tags:
        numbers = {prompt.tags[tag] for tag in tags & prompt.tags.keys()}
    elif status == "live":
        numbers = {prompt.live_version} if prompt.live_version else set()
    else:
        return store.list_versions(before=request.after, size=request.size)
    after = request.after
    candidates = sorted((n for n in numbers if after is None or n < after), reverse=True)
    return store.find_versions(candidates, size=request.size)


lambda_handler = serve(list_versions)
