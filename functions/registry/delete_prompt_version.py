"""Serve `DELETE /v1/prompts/{id}/versions/{version}`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.requests import parse_flag, parse_selector
from shared.dialects.registry.responses import dump_version
from shared.domain import versions
from shared.serve import serve
from shared.store.reading import Beside
from shared.writing import commit

if TYPE_CHECKING:
    from shared.call import Call
    from shared.responses import Response


def delete_prompt_version(call: Call, id: str, version: str) -> Response[None]:
    """Delete a draft, or archive a version with another status."""
    selector = parse_selector(version)
    return commit(
        call,
        call.open_prompt(call.resolve_prompt_id(id), Beside(selectors=(selector,))),
        lambda store, origin: versions.delete(store.prompt, store.get_version(selector), origin),
        lambda change: None,
        read=lambda store: {"version": dump_version(store.get_version(selector), store.prompt)},
        is_forced=parse_flag(call.request.query, "force"),
    )


lambda_handler = serve(delete_prompt_version)
