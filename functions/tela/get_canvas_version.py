"""Serve `GET /prompt-version/{id}`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.tela.contents import LENSES
from shared.dialects.tela.flags import require_present
from shared.dialects.tela.requests import parse_version_id
from shared.dialects.tela.responses import dump_version
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.tela.models import CanvasVersion
    from shared.responses import Response


def get_canvas_version(call: Call, id: str) -> Response[CanvasVersion]:
    """Get a version."""
    store, version = call.open_version_by_id(parse_version_id(id))
    body = dump_version(require_present(version), store.prompt, call.settings)
    return call.respond(body, headers=LENSES.build_headers(call.settings, version.content))


lambda_handler = serve(get_canvas_version)
