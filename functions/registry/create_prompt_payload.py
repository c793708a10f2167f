"""Serve `POST /v1/prompts/{id}/payloads`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.models import NewPayload
from shared.dialects.registry.responses import dump_payload
from shared.domain import payloads
from shared.problems import InvalidRequest
from shared.serve import serve
from shared.writing import commit

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.models import PayloadResponse
    from shared.responses import Response


def create_prompt_payload(call: Call, id: str) -> Response[PayloadResponse]:
    """Store sample variables with a prompt."""
    store = call.open_prompt(call.resolve_prompt_id(id))
    new = call.load_body(NewPayload)
    if "variables" not in new.model_fields_set:
        raise InvalidRequest("payload variables are required")
    name = payloads.check_payload_name(new.name)
    variables = payloads.check_variables(new.variables)
    return commit(
        call,
        store,
        lambda store, origin: payloads.create(
            store.prompt, name=name, variables=variables, origin=origin
        ),
        lambda change: {"payload": dump_payload(change.subject)},
    )


lambda_handler = serve(create_prompt_payload)
