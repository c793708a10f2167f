"""Serve `GET /v1/prompts/{id}/releases/{release_id}`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.release_responses import dump_release
from shared.dialects.registry.requests import parse_uuid
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.release_models import ReleaseResponse
    from shared.responses import Response


def get_release(call: Call, id: str, release_id: str) -> Response[ReleaseResponse]:
    """Get a release request, and what has become of it."""
    store = call.open_prompt(call.resolve_prompt_id(id))
    release = store.get_release(parse_uuid(release_id, problem="invalid release id"))
    return call.respond({"release": dump_release(release, store.prompt)})


lambda_handler = serve(get_release)
