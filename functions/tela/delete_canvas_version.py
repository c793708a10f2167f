"""Serve `DELETE /prompt-version/{id}`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.tela.contents import LENSES
from shared.dialects.tela.flags import require_present
from shared.dialects.tela.requests import parse_version_id
from shared.dialects.tela.responses import dump_deleted_version, dump_version
from shared.domain import versions
from shared.serve import serve
from shared.writing import commit

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.tela.models import DeletedVersion
    from shared.domain.changes import Change, Origin
    from shared.domain.model import Version
    from shared.responses import Response
    from shared.store.team import PromptStore


def delete_canvas_version(call: Call, id: str) -> Response[DeletedVersion]:
    """Delete a draft, or archive any other version, which hides it from Tela's clients."""
    store, version = call.open_version_by_id(parse_version_id(id))

    def delete(store: PromptStore, origin: Origin) -> Change[Version]:
        current = require_present(store.get_version(version.number))
        return versions.delete(store.prompt, current, origin)

    return commit(
        call,
        store,
        delete,
        lambda change: dump_deleted_version(change, call.settings),
        headers=lambda change: LENSES.build_headers(call.settings, change.subject.content),
        read=lambda store: dump_version(
            require_present(store.get_version(version.number)), store.prompt, call.settings
        ),
    )


lambda_handler = serve(delete_canvas_version)
