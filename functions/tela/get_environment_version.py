"""Serve `GET /environment/version`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.tela.contents import LENSES
from shared.dialects.tela.environments import MISSING, get_pointer
from shared.dialects.tela.flags import require_present
from shared.dialects.tela.requests import parse_environment_query
from shared.dialects.tela.responses import dump_version
from shared.problems import TagNotFound, VersionNotFound
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.tela.models import CanvasVersion
    from shared.responses import Response


def get_environment_version(call: Call) -> Response[CanvasVersion]:
    """Get the version that is published to an environment of a prompt."""
    prompt_id, name = parse_environment_query(call.request.query)
    store = call.open_prompt(prompt_id)
    try:
        version = require_present(store.get_cached_version(get_pointer(name)))
    except VersionNotFound as error:
        raise TagNotFound(MISSING) from error
    body = dump_version(version, store.prompt, call.settings)
    return call.respond(body, headers=LENSES.build_headers(call.settings, version.content))


lambda_handler = serve(get_environment_version)
