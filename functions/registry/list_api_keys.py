"""Serve `GET /v1/api-keys`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.key_requests import check_organisation
from shared.dialects.registry.key_responses import dump_key
from shared.dialects.registry.responses import add_cursor
from shared.serve import serve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.call import Call
    from shared.dialects.registry.key_models import ApiKey, KeyPage
    from shared.paging import PageRequest
    from shared.responses import Response
    from shared.store.key_store import KeyStore


def list_api_keys(call: Call) -> Response[KeyPage]:
    """List the API keys that the caller manages, newest first, without their secrets."""
    store = call.open_keys()
    check_organisation(call.request.query.get("org_id"), problem="invalid id")
    request = call.parse_page(str)
    page = call.build_page(_list_rows(store, request), request)
    body: KeyPage = {"api_keys": page.rows}
    return call.respond_page(page, add_cursor(body, page.cursor))


def _list_rows(store: KeyStore, request: PageRequest[str]) -> Iterator[tuple[str, ApiKey]]:
    for position, key, last_use in store.list_keys(before=request.after, size=request.size):
        yield position, dump_key(key, last_use)


lambda_handler = serve(list_api_keys)
