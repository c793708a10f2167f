"""Serve `DELETE /v1/prompts/{id}/payloads/{payload_id}`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.requests import parse_payload_id
from shared.dialects.registry.responses import dump_payload
from shared.domain import payloads
from shared.serve import serve
from shared.store.reading import Beside
from shared.writing import commit

if TYPE_CHECKING:
    from shared.call import Call
    from shared.responses import Response


def delete_prompt_payload(call: Call, id: str, payload_id: str) -> Response[None]:
    """Delete a payload."""
    prompt_id, payload_id = call.resolve_prompt_id(id), parse_payload_id(payload_id)
    return commit(
        call,
        call.open_prompt(prompt_id, Beside(payload_id=payload_id)),
        lambda store, origin: payloads.delete(store.prompt, store.get_payload(payload_id), origin),
        lambda change: None,
        read=lambda store: {"payload": dump_payload(store.get_payload(payload_id))},
    )


lambda_handler = serve(delete_prompt_payload)
