"""Serve `PUT /v1/prompts/{id}`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.models import PromptChanges
from shared.dialects.registry.requests import parse_prompt_id
from shared.dialects.registry.responses import dump_prompt
from shared.domain import prompts
from shared.serve import serve
from shared.writing import commit

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.models import PromptResponse
    from shared.responses import Response


def update_prompt(call: Call, id: str) -> Response[PromptResponse]:
    """Replace the description of a prompt."""
    prompt = call.locate_prompt(parse_prompt_id(id))
    # As in px0, only this endpoint checks the body before the permission.
    changes = call.load_body(PromptChanges, before_permission=True)

    return commit(
        call,
        call.admit(prompt),
        lambda store, origin: prompts.describe(store.prompt, changes.description, origin),
        lambda change: {"prompt": dump_prompt(change.after)},
        read=lambda store: {"prompt": dump_prompt(store.prompt)},
    )


lambda_handler = serve(update_prompt)
