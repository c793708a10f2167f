"""Serve `GET /prompt/{id}/promoted-version`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.tela.contents import LENSES
from shared.dialects.tela.flags import require_present
from shared.dialects.tela.requests import parse_prompt_id
from shared.dialects.tela.responses import dump_version
from shared.problems import NoLiveVersion, VersionNotFound
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.tela.models import CanvasVersion
    from shared.responses import Response


def get_promoted_version(call: Call, id: str) -> Response[CanvasVersion]:
    """Get the promoted version of a prompt."""
    store = call.open_prompt(parse_prompt_id(id))
    try:
        version = require_present(store.get_cached_version("live"))
    except VersionNotFound as error:
        raise NoLiveVersion("no version of this prompt is promoted") from error
    body = dump_version(version, store.prompt, call.settings)
    return call.respond(body, headers=LENSES.build_headers(call.settings, version.content))


lambda_handler = serve(get_promoted_version)
