"""Serve `PUT /v1/api-keys/{id}`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.key_models import KeyChanges
from shared.dialects.registry.key_requests import parse_key_id, parse_team_ids
from shared.dialects.registry.key_responses import dump_key
from shared.serve import serve
from shared.writing import commit_access

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.key_models import KeyResponse
    from shared.domain.changes import Origin
    from shared.responses import Response
    from shared.store.accounts import Write


def update_api_key(call: Call, id: str) -> Response[KeyResponse]:
    """Change the name, the teams, the operation or the quota of an API key; its secret stays."""
    store = call.open_keys()
    key_id = parse_key_id(id)
    store.get_key(key_id)  # as in px0, before the body is checked
    changes = call.load_body(KeyChanges)
    team_ids = None if changes.team_ids is None else parse_team_ids(changes.team_ids)

    def decide(origin: Origin) -> tuple[KeyResponse, Write]:
        key, write = store.decide_change(
            key_id,
            origin,
            name=changes.name,
            operation=changes.operation,
            team_ids=team_ids,
            quota=changes.quota,
        )
        last_use = store.find_last_uses([key.id]).get(key.id)
        return {"api_key": dump_key(key, last_use)}, write

    return commit_access(call, decide)


lambda_handler = serve(update_api_key)
