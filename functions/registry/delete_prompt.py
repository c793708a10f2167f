"""Serve `POST /v1/prompts/{id}/delete`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.requests import parse_flag
from shared.dialects.registry.responses import dump_prompt
from shared.domain import prompts
from shared.serve import serve
from shared.writing import commit

if TYPE_CHECKING:
    from shared.call import Call
    from shared.responses import Response


def delete_prompt(call: Call, id: str) -> Response[None]:
    """Delete a prompt with its versions for good, in every dialect, and release its names."""
    return commit(
        call,
        call.open_prompt(call.resolve_prompt_id(id)),
        lambda store, origin: prompts.delete(store.prompt, origin),
        lambda change: None,
        read=lambda store: {"prompt": dump_prompt(store.prompt)},
        is_forced=parse_flag(call.request.query, "force"),
    )


lambda_handler = serve(delete_prompt)
