"""Serve `GET /api/sdk/v4/prompts`."""

from __future__ import annotations

from datetime import UTC, datetime
from heapq import merge
from operator import itemgetter
from typing import TYPE_CHECKING

from shared.dialects.maxim.contents import LENSES
from shared.dialects.maxim.requests import parse_prompt_id, parse_version_number
from shared.dialects.maxim.runtime import (
    DELETED_SHOWN_FOR,
    dump_bundle,
    dump_bundle_of_version,
    dump_bundles,
    is_listed,
    list_numbers,
    select_fitting,
)
from shared.paging import Page
from shared.problems import InvalidRequest
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.maxim.models import BundlesData
    from shared.domain.model import Prompt
    from shared.responses import Response


def sync_prompts(call: Call) -> Response[BundlesData]:
    """List all prompts with deployed or live versions for an SDK, or get the one of a `promptId`.

    SDKs do not support pages. If the prompts do not fit into one response, those that changed
    longest ago are left out, and the header `X-Omitted-Prompts` has their number. SDKs request
    these one by one. A prompt that alone is larger than a response has no versions, and `omissions`
    says so.
    """
    query = call.request.query
    if prompt_id := query.get("promptId"):
        return _respond_one(call, prompt_id, query.get("promptVersionNumber"))
    if query.get("promptVersionNumber"):
        raise InvalidRequest("promptId is required with promptVersionNumber")
    return _respond_all(call)


def _respond_one(call: Call, prompt_id: str, text: str | None) -> Response[BundlesData]:
    number = parse_version_number(text) if text else None
    store = call.open_prompt(parse_prompt_id(prompt_id))
    if number is None:
        versions = store.team.find_versions(
            (store.prompt, number) for number in list_numbers(store.prompt)
        )
        return call.respond({"data": dump_bundle(store.prompt, versions, call.settings)})
    version = store.get_cached_version(number)
    return call.respond(
        {"data": dump_bundle_of_version(store.prompt, version, call.settings)},
        headers=LENSES.build_headers(call.settings, version.content),
    )


def _respond_all(call: Call) -> Response[BundlesData]:
    now = datetime.now(UTC)
    total, lists = 0, []
    for team in call.open_own_teams():
        prompts = team.list_prompts_and_deletions(deleted_after=now - DELETED_SHOWN_FOR)
        prompts = [prompt for prompt in prompts if is_listed(prompt, now)]
        prompts.sort(key=_get_position, reverse=True)
        total += len(prompts)
        bundles = dump_bundles(prompts, team.find_versions, call.settings)
        lists.append(zip(map(_get_position, prompts), bundles, strict=True))
    rows = merge(*lists, key=itemgetter(0), reverse=True)
    selection = select_fitting((bundle for _, bundle in rows), call.settings.page_bytes)
    page = Page(rows=selection, omissions=sum("omissions" in bundle for bundle in selection))
    omissions = total - len(selection)
    headers = {"X-Omitted-Prompts": str(omissions)} if omissions else {}
    body: BundlesData = {"data": page.rows}
    return call.respond_page(page, body, headers=headers)


def _get_position(prompt: Prompt) -> tuple[datetime, str]:
    return prompt.changed_at, prompt.id


lambda_handler = serve(sync_prompts)
