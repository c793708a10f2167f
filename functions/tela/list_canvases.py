"""Serve `GET /prompt`."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from shared.dialects.tela.requests import parse_project_query, wants_last_version
from shared.dialects.tela.responses import dump_canvas, dump_version
from shared.serve import serve
from shared.store.keys import DirectoryEntry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.call import Call
    from shared.dialects.tela.models import Canvas
    from shared.domain.model import Prompt, Version
    from shared.responses import Response
    from shared.settings import Settings
    from shared.store.team import TeamStore


BATCH = 100  # prompts whose newest versions are read in one request


def list_canvases(call: Call) -> Response[list[Canvas]]:
    """List a project's prompts, newest first; `X-Next-Cursor` is the cursor of the next page."""
    query = call.request.query
    team_id = parse_project_query(query, call.principal)
    team = call.open_team(team_id) if team_id else call.open_own_team()
    page = call.parse_page(DirectoryEntry.parse)
    prompts = (
        (position, prompt)
        for position, prompt in team.list_prompts(after=page.after)
        if not prompt.is_deleted
    )
    if not wants_last_version(query):
        return call.respond_rows(
            ((position, dump_canvas(prompt)) for position, prompt in prompts), page
        )
    # One more than the limit, which shows whether there is a next page.
    size = min(BATCH, (page.limit or BATCH) + 1)
    return call.respond_rows(_add_last_versions(team, prompts, size, call.settings), page)


def _add_last_versions(
    team: TeamStore, prompts: Iterator[tuple[str, Prompt]], size: int, settings: Settings
) -> Iterator[tuple[str, Canvas]]:
    while batch := list(islice(prompts, size)):
        newest = team.find_newest_versions([prompt for _, prompt in batch])
        for position, prompt in batch:
            canvas = dump_canvas(prompt)
            version = _find_present(team, prompt, newest.get(prompt.id))
            canvas["lastVersion"] = dump_version(version, prompt, settings) if version else None
            yield position, canvas


def _find_present(team: TeamStore, prompt: Prompt, newest: Version | None) -> Version | None:
    """Find the newest version that is not archived."""
    if newest is None or newest.stage != "archived":
        return newest
    older = team.open_prompt(prompt).list_versions(before=newest.number)
    return next((version for version in older if version.stage != "archived"), None)


lambda_handler = serve(list_canvases)
