"""Serve `GET /v1/prompts/versions`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.maxim.contents import LENSES
from shared.dialects.maxim.requests import parse_page, parse_prompt_id, parse_version_id
from shared.dialects.maxim.responses import dump_pagination, dump_whole_version
from shared.paging import parse_number
from shared.problems import InvalidRequest, VersionNotFound
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.maxim.models import PublishedVersionsData
    from shared.responses import Response


def get_prompt_versions(
    call: Call, *, with_tool_ids: bool = False
) -> Response[PublishedVersionsData]:
    """Get the version with an `id`, or list those of a `promptId`, highest number first.

    Without a `limit` the list has as many as one response can hold. If `pagination.hasMore` is
    true, `pagination.cursor` is the `cursor` of the next page.
    """
    query, settings = call.request.query, call.settings
    version_id, prompt_id = query.get("id"), query.get("promptId")
    if version_id:
        store, version = call.open_version_by_id(parse_version_id(version_id))
        if prompt_id not in (None, "", store.prompt.id):
            raise VersionNotFound
        row = dump_whole_version(version, settings, with_tool_ids=with_tool_ids)
        headers = LENSES.build_headers(settings, version.content)
        return call.respond({"data": row}, headers=headers)
    if not prompt_id:
        raise InvalidRequest("id or promptId is required")
    request = parse_page(call.request, parse_number)
    store = call.open_prompt(parse_prompt_id(prompt_id))
    rows = (
        (str(version.number), dump_whole_version(version, settings, with_tool_ids=with_tool_ids))
        for version in store.list_versions(before=request.after, size=request.size)
    )
    page = call.build_page(rows, request)
    body: PublishedVersionsData = {
        "data": page.rows,
        "pagination": dump_pagination(page.cursor),
    }
    return call.respond_page(page, body)


lambda_handler = serve(get_prompt_versions)
