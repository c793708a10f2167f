"""Serve `PUT /v1/prompts/{id}/payloads/{payload_id}`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shared.dialects.registry.models import PayloadChanges
from shared.dialects.registry.requests import parse_payload_id
from shared.dialects.registry.responses import dump_payload
from shared.domain import payloads
from shared.serve import serve
from shared.store.reading import Beside
from shared.writing import commit

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.models import PayloadResponse
    from shared.responses import Response


def update_prompt_payload(call: Call, id: str, payload_id: str) -> Response[PayloadResponse]:
    """Change the name or replace the variables of a payload; other fields do not change."""
    prompt_id, payload_id = call.resolve_prompt_id(id), parse_payload_id(payload_id)
    store = call.open_prompt(prompt_id, Beside(payload_id=payload_id))
    changes = call.load_body(PayloadChanges)
    fields: dict[str, Any] = {}
    if changes.name is not None:
        fields["name"] = payloads.check_payload_name(changes.name)
    if "variables" in changes.model_fields_set:
        fields["variables"] = payloads.check_variables(changes.variables)
    return commit(
        call,
        store,
        lambda store, origin: payloads.update(
            store.prompt, store.get_payload(payload_id), origin, **fields
        ),
        lambda change: {"payload": dump_payload(change.subject)},
        read=lambda store: {"payload": dump_payload(store.get_payload(payload_id))},
    )


lambda_handler = serve(update_prompt_payload)
