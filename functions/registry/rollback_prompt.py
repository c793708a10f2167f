"""Serve `POST /v1/prompts/{id}/rollback`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.models import Rollback
from shared.dialects.registry.requests import parse_prompt_id
from shared.dialects.registry.responses import dump_version
from shared.domain import versions
from shared.domain.checks import check_message
from shared.problems import InvalidRequest
from shared.serve import serve
from shared.writing import commit

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.models import VersionResponse
    from shared.responses import Response
    from shared.store.team import PromptStore


def rollback_prompt(call: Call, id: str) -> Response[VersionResponse]:
    """Make a stable version live, and record the reason in the prompt's history."""
    prompt_id = parse_prompt_id(id)
    rollback = call.load_body(Rollback, before_permission=True)  # as in px0
    if rollback.target_version <= 0:
        raise InvalidRequest("target_version must be greater than 0")
    if not rollback.rollback_reason:
        raise InvalidRequest("rollback_reason is required")
    reason = check_message(rollback.rollback_reason)

    def read_live(store: PromptStore) -> VersionResponse | None:
        live = store.find_version("live")
        return {"version": dump_version(live, store.prompt)} if live else None

    return commit(
        call,
        call.open_prompt(prompt_id),
        lambda store, origin: versions.roll_back(
            store.prompt, store.get_version(rollback.target_version), origin, reason=reason
        ),
        lambda change: {"version": dump_version(change.subject, change.after)},
        read=read_live,
    )


lambda_handler = serve(rollback_prompt)
