"""Serve `POST /v1/prompts/{id}/archive`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.requests import parse_flag
from shared.dialects.registry.responses import dump_prompt
from shared.domain import prompts
from shared.serve import serve
from shared.writing import commit

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.models import PromptResponse
    from shared.responses import Response


def archive_prompt(call: Call, id: str) -> Response[PromptResponse]:
    """Archive a prompt; it can still be edited, promoted and rendered."""
    return commit(
        call,
        call.open_prompt(call.resolve_prompt_id(id)),
        lambda store, origin: prompts.set_status(store.prompt, "archived", origin),
        lambda change: {"prompt": dump_prompt(change.after)},
        read=lambda store: {"prompt": dump_prompt(store.prompt)},
        is_forced=parse_flag(call.request.query, "force"),
    )


lambda_handler = serve(archive_prompt)
