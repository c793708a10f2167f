"""Serve `POST /prompt-version`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.tela.contents import load_content
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
    from shared.responses import Response
    from shared.store.team import PromptStore


def create_canvas_version(call: Call) -> Response[CanvasVersion]:
    """Create a version of a prompt, optionally as a draft or promoted."""
    new = call.load_body(NewCanvasVersion)
    store = call.open_prompt(new.promptId.lower())
    content = load_content(dump_fields(new), call.settings)
    status = choose_status(promoted=new.promoted, draft=new.draft)

    def read_promoted(store: PromptStore) -> CanvasVersion | None:
        version = store.find_version("live")
        return dump_version(version, store.prompt, call.settings) if version else None

    return commit(
        call,
        store,
        lambda store, origin: versions.create(
            store.prompt, content, origin, message=new.title, status=status
        ),
        lambda change: dump_version(change.subject, change.after, call.settings),
        read=read_promoted,
    )


lambda_handler = serve(create_canvas_version)
