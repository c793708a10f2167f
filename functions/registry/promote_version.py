"""Serve `POST /v1/prompts/{id}/versions/{version}/promote`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.requests import parse_prompt_id, parse_selector
from shared.dialects.registry.responses import dump_version
from shared.domain import versions
from shared.serve import serve
from shared.writing import commit

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.models import VersionResponse
    from shared.domain.changes import Change, Origin
    from shared.domain.model import Version
    from shared.responses import Response
    from shared.store.team import PromptStore


def promote_version(call: Call, id: str, version: str) -> Response[VersionResponse]:
    """Make a draft stable, or a stable version live."""
    selector = parse_selector(version)

    def promote(store: PromptStore, origin: Origin) -> Change[Version]:
        current = store.get_version(selector)
        call.require_match({"version": dump_version(current, store.prompt)})
        return versions.promote(store.prompt, current, origin)

    return commit(
        call,
        call.open_prompt(parse_prompt_id(id)),
        promote,
        lambda change: {"version": dump_version(change.subject, change.after)},
    )


lambda_handler = serve(promote_version)
