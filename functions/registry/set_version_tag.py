"""Serve `POST /v1/prompts/{id}/versions/{version}/tags`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.models import NewTag
from shared.dialects.registry.requests import parse_flag, parse_selector
from shared.dialects.registry.responses import dump_version
from shared.domain import prompts
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


def set_version_tag(call: Call, id: str, version: str) -> Response[VersionResponse]:
    """Set a tag to a version; if the prompt has the tag already, it is moved."""
    selector = parse_selector(version)
    store = call.open_prompt(call.resolve_prompt_id(id), Beside(selectors=(selector,)))
    tag = prompts.check_tag(call.load_body(NewTag).tag)

    def set_tag(store: PromptStore, origin: Origin) -> Change[Version]:
        return prompts.set_tag(store.prompt, tag, store.get_version(selector), origin)

    return commit(
        call,
        store,
        set_tag,
        lambda change: {"version": dump_version(change.subject, change.after)},
        read=lambda store: {"version": dump_version(store.get_version(selector), store.prompt)},
        is_forced=parse_flag(call.request.query, "force"),
    )


lambda_handler = serve(set_version_tag)
