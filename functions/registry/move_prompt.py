"""Serve `POST /v1/prompts/{id}/move`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.models import Move
from shared.dialects.registry.requests import parse_flag, parse_uuid
from shared.dialects.registry.responses import dump_prompt
from shared.domain import prompts
from shared.problems import Unauthorized
from shared.serve import serve
from shared.writing import commit

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.models import PromptResponse
    from shared.responses import Response


def move_prompt(call: Call, id: str) -> Response[PromptResponse]:
    """Move a prompt to another team; the caller needs the permission in both."""
    prompt_id = call.resolve_prompt_id(id)
    move = call.load_body(Move, before_permission=True)  # as in px0
    target_id = parse_uuid(move.team_id, problem="invalid target team_id")
    if not call.principal.has_permission_anywhere(call.request.route.permission):
        raise Unauthorized  # instead of Forbidden, as in px0, only in this endpoint
    target = call.open_team(target_id, missing="target team not found")
    store = call.open_prompt(prompt_id)
    return commit(
        call,
        store,
        lambda store, origin: prompts.move(store.prompt, target.id, origin),
        lambda change: {"prompt": dump_prompt(change.after)},
        read=lambda store: {"prompt": dump_prompt(store.prompt)},
        target=target,
        is_forced=parse_flag(call.request.query, "force"),
    )


lambda_handler = serve(move_prompt)
