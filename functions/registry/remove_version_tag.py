"""Serve `DELETE /v1/prompts/{id}/tags/{tag}`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.requests import parse_prompt_id
from shared.domain import prompts
from shared.serve import serve
from shared.writing import commit

if TYPE_CHECKING:
    from shared.call import Call
    from shared.responses import Response


def remove_version_tag(call: Call, id: str, tag: str) -> Response[None]:
    """Remove a tag from a prompt."""
    return commit(
        call,
        call.open_prompt(parse_prompt_id(id)),
        lambda store, origin: prompts.remove_tag(store.prompt, tag, origin),
        lambda change: None,
    )


lambda_handler = serve(remove_version_tag)
