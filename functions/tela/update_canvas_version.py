"""Serve `PATCH /prompt-version/{id}`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.tela.contents import LENSES, revise_content
from shared.dialects.tela.flags import apply_flags, require_present
from shared.dialects.tela.models import CanvasVersionChanges
from shared.dialects.tela.requests import dump_fields, parse_version_id
from shared.dialects.tela.responses import dump_version, revise_message
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


def update_canvas_version(call: Call, id: str) -> Response[CanvasVersion]:
    """Change a draft, or the title and the flags of any version."""
    store, version = call.open_version_by_id(parse_version_id(id))
    changes = call.load_body(CanvasVersionChanges)
    fields = dump_fields(changes)

    def update(store: PromptStore, origin: Origin) -> Change[Version]:
        current = require_present(store.get_version(version.number))
        content = revise_content(current.content, fields, call.settings)
        message = revise_message(current, fields)
        change = versions.annotate(store.prompt, current, message, origin)
        if content is not current.content:
            change = change.then(
                lambda prompt: versions.revise(prompt, change.subject, content, origin)
            )
        return apply_flags(change, origin, promoted=changes.promoted, draft=changes.draft)

    return commit(
        call,
        store,
        update,
        lambda change: dump_version(change.subject, change.after, call.settings),
        headers=lambda change: LENSES.build_headers(call.settings, change.subject.content),
        read=lambda store: dump_version(
            require_present(store.get_version(version.number)), store.prompt, call.settings
        ),
    )


lambda_handler = serve(update_canvas_version)
