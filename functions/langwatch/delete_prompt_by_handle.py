"""Serve `DELETE /api/prompts/{id}`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.langwatch.project import Project
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
    store = call.open_prompt_by_name(check_name_length(id, problem=PromptNotFound))
    project = Project(call.request, call.settings, store.team.get_ledger)
    return commit(
        call,
        store,
        lambda store, origin: prompts.delete(store.prompt, origin),
        lambda change: {"success": True},
        read=lambda store: project.dump_newest(store.prompt, store.find_version("latest")),
    )


lambda_handler = serve(delete_prompt_by_handle)
