"""Serve `DELETE /v1/prompts/{id}/splits/{pointer}`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.responses import dump_split
from shared.domain import pointers
from shared.serve import serve
from shared.writing import commit

if TYPE_CHECKING:
    from shared.call import Call
    from shared.responses import Response


def end_split(call: Call, id: str, pointer: str) -> Response[None]:
    """End the split of a pointer, which stays at the first version."""
    return commit(
        call,
        call.open_prompt(call.resolve_prompt_id(id)),
        lambda store, origin: pointers.end_split(store.prompt, pointer, origin),
        lambda change: None,
        read=lambda store: dump_split(store.prompt, pointer),
    )


lambda_handler = serve(end_split)
