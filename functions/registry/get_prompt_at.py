"""Serve `GET /v1/prompts/{id}/at`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.requests import parse_time_query
from shared.dialects.registry.responses import dump_time, dump_version
from shared.domain.history import find_version
from shared.problems import NoLiveVersion, TagNotFound
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.models import VersionAtTime
    from shared.responses import Response


def get_prompt_at(call: Call, id: str) -> Response[VersionAtTime]:
    """Get the version that was live at a time, or that had a tag then, in its current state."""
    at = parse_time_query(call.request.query)
    pointer = call.request.query.get("tag", "live")
    store = call.open_prompt(call.resolve_prompt_id(id))
    number = find_version(store.list_events_until(at), pointer)
    if number is None and pointer == "live":
        raise NoLiveVersion("no version of this prompt was live at this time")
    if number is None:
        raise TagNotFound("no version of this prompt had this tag at this time")
    missing = "the version that had this tag at this time has been deleted"
    version = store.get_version(number, missing=missing)
    body = dump_version(version, store.prompt)
    return call.respond({"version": body, "at": dump_time(at), "pointer": pointer})


lambda_handler = serve(get_prompt_at)
