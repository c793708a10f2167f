"""Serve `POST /v1/prompts/{id}/restore`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.responses import dump_prompt
from shared.domain import prompts
from shared.serve import serve
from shared.writing import commit

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.models import PromptResponse
    from shared.responses import Response


def restore_prompt(call: Call, id: str) -> Response[PromptResponse]:
    """Make an archived prompt active again."""
    return commit(
        call,
        call.open_prompt(call.resolve_prompt_id(id)),
        lambda store, origin: prompts.set_status(store.prompt, "active", origin),
        lambda change: {"prompt": dump_prompt(change.after)},
        read=lambda store: {"prompt": dump_prompt(store.prompt)},
    )


lambda_handler = serve(restore_prompt)
