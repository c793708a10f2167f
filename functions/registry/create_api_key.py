"""Serve `POST /v1/api-keys`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.key_models import NewKey
from shared.dialects.registry.key_requests import (
    check_organisation,
    parse_expiry,
    parse_team_ids,
    require_organisation,
)
from shared.dialects.registry.key_responses import dump_secret
from shared.domain.access import Grant
from shared.domain.api_keys import check_operation
from shared.problems import InvalidRequest
from shared.serve import serve
from shared.writing import commit_access

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.key_models import KeyWithSecret
    from shared.domain.changes import Origin
    from shared.responses import Response
    from shared.store.accounts import Write


def create_api_key(call: Call) -> Response[KeyWithSecret]:
    """Make an API key; its secret is shown only now.

    Without `team_ids` it is for the whole organization, which only the admins of that can give it.
    """
    store = call.open_keys()
    new = call.load_body(NewKey)
    if not new.name.strip():
        raise InvalidRequest("name is required")
    require_organisation(new.org_id)
    check_operation(new.operation)
    check_organisation(new.org_id, problem="invalid request body")
    grant = Grant(
        name=new.name,
        operation=new.operation,
        team_ids=parse_team_ids(new.team_ids),
        pointers=None if new.pointers is None else frozenset(new.pointers),
        quota=new.quota,
        expires_at=parse_expiry(new.expires_at),
    )

    def decide(origin: Origin) -> tuple[KeyWithSecret, Write]:
        secret, key, write = store.decide_new_key(grant, new.prompts, origin)
        return dump_secret(secret, key), write

    return commit_access(call, decide)


lambda_handler = serve(create_api_key)
