"""Serve `GET /api/sdk/v4/prompts`."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from heapq import merge
from importlib import import_module
from operator import itemgetter
from typing import TYPE_CHECKING, Any, cast

from shared import exact_json
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
from shared.responses import encode_ahead, lists_etag, make_etag
from shared.serve import serve
from shared.store.team import UNREADABLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.call import Call
    from shared.dialects.maxim.models import BundlesData
    from shared.domain.model import Prompt
    from shared.responses import Response
    from shared.store.team import TeamStore


def sync_prompts(call: Call) -> Response[BundlesData]:
    """List all prompts with deployed or live versions for an SDK, or get the one of a `promptId`.

    SDKs do not support pages. If the prompts do not fit into one response, those that changed
    longest ago are left out, and the header `X-Omitted-Prompts` has their number. SDKs request
    these one by one. A prompt that alone is larger than a response has no versions, and `omissions`
    says so. While nothing has changed, the list is sent again without reading the prompts.
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
        call.annotate_uses((store.prompt.id, number) for number in list_numbers(store.prompt))
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
    teams = call.open_own_teams()
    call.annotate_sync(teams)
    # It is read before the prompts, so that it is never newer than these.
    stamp = _find_stamp(call, teams, now)
    if stamp is None:
        return _list_bundles(call, teams, now)
    if lists_etag(call.request.headers.get("if-none-match", ""), stamp):
        return replace(call.respond(cast("Any", None)), headers={"ETag": stamp}, text="")
    if (response := teams[0].find_response(stamp)) is not None:
        return response
    response = _list_bundles(call, teams, now)
    if UNREADABLE in call.annotations:
        return response  # it may be repaired, which no stamp tells
    response = encode_ahead(response, stamp)
    teams[0].remember_response(stamp, response)
    return response


def _find_stamp(call: Call, teams: Sequence[TeamStore], now: datetime) -> str | None:
    """Find an ETag that is the same as long as the list is; None if only the list tells."""
    entries = [team.find_stamp(deleted_after=now - DELETED_SHOWN_FOR) for team in teams]
    if not teams or None in entries:
        return None
    settings, pointers = call.settings, teams[0].restrictions.pointers
    state = {
        "deployment": [settings.access_table, settings.cuebook_version],
        "settings": [settings.default_model, settings.response_bytes],
        "teams": [team.id for team in teams],
        "pointers": None if pointers is None else sorted(pointers),
        "entries": entries,
    }
    return make_etag(exact_json.encode_sorted(state))


def _list_bundles(call: Call, teams: Sequence[TeamStore], now: datetime) -> Response[BundlesData]:
    total, lists = 0, []
    for team in teams:
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


load_stamps = partial(import_module, "shared.store.stamps")
lambda_handler = serve(sync_prompts, prepare=load_stamps)
