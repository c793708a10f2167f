"""Serve `DELETE /v1/api-keys/{id}`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.key_requests import parse_key_id
from shared.serve import serve
from shared.writing import commit_access

if TYPE_CHECKING:
    from shared.call import Call
    from shared.responses import Response


def delete_api_key(call: Call, id: str) -> Response[None]:
    """Revoke an API key; processes that have just served it stop within half a minute."""
    store = call.open_keys()
    key_id = parse_key_id(id)
    return commit_access(call, lambda origin: (None, store.decide_removal(key_id, origin)))


lambda_handler = serve(delete_api_key)
