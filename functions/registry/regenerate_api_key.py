"""Serve `POST /v1/api-keys/{id}/regenerate`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.key_models import Regeneration
from shared.dialects.registry.key_requests import parse_key_id
from shared.dialects.registry.key_responses import dump_secret
from shared.domain.api_keys import check_overlap
from shared.serve import serve
from shared.writing import commit_access

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.key_models import KeyWithSecret
    from shared.domain.changes import Origin
    from shared.responses import Response
    from shared.store.accounts import Write


def regenerate_api_key(call: Call, id: str) -> Response[KeyWithSecret]:
    """Replace the secret of an API key; the new one is shown only now.

    The current secret stops working at once, or after `overlap_seconds`. The body may be left out.
    """
    store = call.open_keys()
    key_id = parse_key_id(id)
    store.get_key(key_id)
    seconds = call.load_body(Regeneration).overlap_seconds if call.request.body else 0
    overlap = check_overlap(seconds)

    def decide(origin: Origin) -> tuple[KeyWithSecret, Write]:
        secret, key, write = store.decide_new_secret(key_id, overlap, origin)
        return dump_secret(secret, key), write

    return commit_access(call, decide)


lambda_handler = serve(regenerate_api_key)
