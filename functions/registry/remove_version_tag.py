"""Serve `DELETE /v1/prompts/{id}/tags/{tag}`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.requests import parse_flag
from shared.dialects.registry.responses import dump_version
from shared.domain import prompts
from shared.serve import serve
from shared.writing import commit

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.models import VersionResponse
    from shared.responses import Response
    from shared.store.team import PromptStore


def remove_version_tag(call: Call, id: str, tag: str) -> Response[None]:
    """Remove a tag from a prompt."""

    def read_version(store: PromptStore) -> VersionResponse | None:
        version = store.find_version(store.prompt.tags.get(tag, 0))
        return {"version": dump_version(version, store.prompt)} if version else None

    return commit(
        call,
        call.open_prompt(call.resolve_prompt_id(id)),
        lambda store, origin: prompts.remove_tag(store.prompt, tag, origin),
        lambda change: None,
        read=read_version,
        is_forced=parse_flag(call.request.query, "force"),
    )


lambda_handler = serve(remove_version_tag)
