"""Serve `GET /prompt-version-message`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.tela.contents import LENSES
from shared.dialects.tela.flags import require_present
from shared.dialects.tela.requests import parse_version_query
from shared.dialects.tela.responses import dump_messages
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.tela.models import VersionMessage
    from shared.responses import Response


def list_version_messages(call: Call) -> Response[list[VersionMessage]]:
    """List the messages of a version; its content is the only one, of the system, if it has none.

    They change with their version: `PATCH /prompt-version/{id}`.
    """
    _, version = call.open_version_by_id(parse_version_query(call.request.query))
    return call.respond(
        dump_messages(require_present(version), call.settings),
        headers=LENSES.build_headers(call.settings, version.content),
    )


lambda_handler = serve(list_version_messages)
