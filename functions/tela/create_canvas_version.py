"""Serve `POST /prompt-version`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.tela.contents import LENSES, load_content
from shared.dialects.tela.flags import choose_status
from shared.dialects.tela.models import NewCanvasVersion
from shared.dialects.tela.requests import dump_fields
from shared.dialects.tela.responses import dump_version
from shared.domain import versions
from shared.serve import serve
from shared.writing import commit

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.tela.models import CanvasVersion
    from shared.domain.changes import Change, Origin
    from shared.domain.model import Version
    from shared.responses import Response
    from shared.store.team import PromptStore


def create_canvas_version(call: Call) -> Response[CanvasVersion]:
    """Create a version of a prompt, optionally as a draft or promoted."""
    new = call.load_body(NewCanvasVersion)
    store = call.open_prompt(new.promptId.lower())
    status = choose_status(promoted=new.promoted, draft=new.draft)

    def read_promoted(store: PromptStore) -> CanvasVersion | None:
        version = store.find_version("live")
        return dump_version(version, store.prompt, call.settings) if version else None

    def create(store: PromptStore, origin: Origin) -> Change[Version]:
        newest, sources = store.find_base(), store.list_sources()
        base = newest.content if newest else None
        content = load_content(dump_fields(new), call.settings, base=base, sources=sources)
        return versions.create(
            store.prompt, content, origin, base=newest, message=new.title, status=status
        )

    return commit(
        call,
        store,
        create,
        lambda change: dump_version(change.subject, change.after, call.settings),
        headers=lambda change: LENSES.build_headers(call.settings, change.subject.content),
        read=read_promoted,
    )


lambda_handler = serve(create_canvas_version)
