"""GET /prompt"""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from shared.answers import Reply
from shared.call import Call
from shared.dialects import tela
from shared.domain.prompts import Prompt
from shared.domain.versions import Version
from shared.serve import serve
from shared.store.keys import Entry

BATCH = 100  # prompts whose last versions are read together


def list_canvases(call: Call) -> Reply:
    """List a project's prompts, newest first; `X-Next-Cursor` tells that there are more."""
    query = call.request.query
    team_id = tela.wanted_project(query, call.principal) or call.team_id
    call.permit(team_id)
    window = call.window(Entry.read)
    listed = call.store.prompts(team_id, after=window.after)
    prompts = ((place, prompt) for place, prompt in listed if prompt.status != "deleted")
    if not tela.wants_last_version(query):
        return call.reply_rows(((place, tela.canvas(prompt)) for place, prompt in prompts), window)
    # One more than is asked for: it tells whether the list goes on.
    size = min(BATCH, (window.limit or BATCH) + 1)
    return call.reply_rows(_with_last_versions(call, prompts, size), window)


def _with_last_versions(
    call: Call, prompts: Iterator[tuple[str, Prompt]], size: int
) -> Iterator[tuple[str, dict[str, Any]]]:
    while batch := list(islice(prompts, size)):
        newest = call.store.newest([prompt for _, prompt in batch])
        for place, prompt in batch:
            version = _present(call, newest.get(prompt.id))
            last = tela.version(version, prompt, call.settings) if version else None
            yield place, {**tela.canvas(prompt), "lastVersion": last}


def _present(call: Call, newest: Version | None) -> Version | None:
    """The newest version that is not archived."""
    if newest is None or newest.stage != "archived":
        return newest
    older = call.store.versions(newest.prompt_id, before=newest.number)
    return next((version for version in older if version.stage != "archived"), None)


lambda_handler = serve(list_canvases)
