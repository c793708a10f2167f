"""Serve `DELETE /api/prompts/{id}`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.langwatch.requests import check_name_length
from shared.domain import prompts
from shared.problems import PromptNotFound
from shared.serve import serve
from shared.writing import commit

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.langwatch.models import Deletion
    from shared.responses import Response


def delete_prompt_by_handle(call: Call, id: str) -> Response[Deletion]:
    """Delete a prompt with all its versions; its handle can be used again."""
    return commit(
        call,
        call.open_prompt_by_name(check_name_length(id, problem=PromptNotFound)),
        lambda store, origin: prompts.delete(store.prompt, origin),
        lambda change: {"success": True},
    )


lambda_handler = serve(delete_prompt_by_handle)
