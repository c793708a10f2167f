"""Serve `POST /v1/prompts/{id}/versions/{version}/duplicate`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.requests import parse_selector
from shared.dialects.registry.responses import dump_version
from shared.domain import versions
from shared.serve import serve
from shared.store.reading import Beside
from shared.writing import commit

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.models import VersionResponse
    from shared.domain.changes import Change, Origin
    from shared.domain.model import Version
    from shared.responses import Response
    from shared.store.team import PromptStore


def duplicate_version(call: Call, id: str, version: str) -> Response[VersionResponse]:
    """Create a draft with the content of any version, without its tags."""
    selector = parse_selector(version)

    def duplicate(store: PromptStore, origin: Origin) -> Change[Version]:
        source = store.get_version(selector)
        return versions.create(store.prompt, source.content, origin, base=source)

    return commit(
        call,
        call.open_prompt(call.resolve_prompt_id(id), Beside(selectors=(selector,))),
        duplicate,
        lambda change: {"version": dump_version(change.subject, change.after)},
    )


lambda_handler = serve(duplicate_version)
