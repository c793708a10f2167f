"""Serve `GET /v1/prompts/{id}/payloads/{payload_id}`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.requests import parse_payload_id
from shared.dialects.registry.responses import dump_payload
from shared.serve import serve
from shared.store.reading import Beside

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.models import PayloadResponse
    from shared.responses import Response


def get_prompt_payload(call: Call, id: str, payload_id: str) -> Response[PayloadResponse]:
    """Get a payload."""
    prompt_id, payload_id = call.resolve_prompt_id(id), parse_payload_id(payload_id)
    payload = call.open_prompt(prompt_id, Beside(payload_id=payload_id)).get_payload(payload_id)
    return call.respond({"payload": dump_payload(payload)})


lambda_handler = serve(get_prompt_payload)
