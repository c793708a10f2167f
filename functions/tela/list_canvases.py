"""Serve `GET /prompt`."""

from __future__ import annotations

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
    from shared.store.team import TeamStore


def list_canvases(call: Call) -> Response[list[Canvas]]:
    """List a project's prompts, newest first; `X-Next-Cursor` is the cursor of the next page."""
    query = call.request.query
    team_id = parse_project_query(query, call.principal)
    team = call.open_team(team_id) if team_id else call.open_own_team()
    request = call.parse_page(DirectoryEntry.parse)
    prompts = team.list_prompts(after=request.after, size=request.size)
    if wants_last_version(query):
        return call.respond_rows(_add_last_versions(call, team, prompts, request.size), request)
    rows = ((position, dump_canvas(prompt)) for position, prompt in prompts)
    return call.respond_rows(rows, request)


def _add_last_versions(
    call: Call, team: TeamStore, prompts: Iterator[tuple[str, Prompt]], size: int | None
) -> Iterator[tuple[str, Canvas]]:
    for position, prompt, newest in team.find_newest_versions(prompts, size=size):
        canvas = dump_canvas(prompt)
        version = _find_present(team, prompt, newest)
        canvas["lastVersion"] = dump_version(version, prompt, call.settings) if version else None
        yield position, canvas


def _find_present(team: TeamStore, prompt: Prompt, newest: Version | None) -> Version | None:
    """Find the newest version that is not archived."""
    if newest is None or newest.stage != "archived":
        return newest
    older = team.open_prompt(prompt).list_versions(before=newest.number, size=1)
    return next((version for version in older if version.stage != "archived"), None)


lambda_handler = serve(list_canvases)
