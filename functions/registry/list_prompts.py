"""Serve `GET /v1/teams/{team_id}/prompts`."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from shared.dialects.registry.requests import parse_include, parse_status_filter, parse_uuid
from shared.dialects.registry.responses import (
    add_cursor,
    dump_prompt,
    dump_prompt_with_pointers,
    dump_version,
)
from shared.serve import serve
from shared.store.keys import DirectoryEntry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.call import Call
    from shared.dialects.registry.models import PromptPage, PromptRow
    from shared.domain.model import Prompt
    from shared.responses import Response
    from shared.store.team import TeamStore


def list_prompts(call: Call, team_id: str) -> Response[PromptPage]:
    """List a team's prompts, newest first, archived ones included unless filtered.

    With `include=live` each comes with its live version, with `include=pointers` with where its
    pointers are, since when the live version is live, and who changed it last.
    """
    query = call.request.query
    team = call.open_team(parse_uuid(team_id, problem="invalid id"))
    status, include = parse_status_filter(query), parse_include(query)
    request = call.parse_page(DirectoryEntry.parse)
    prompts = team.list_prompts(after=request.after, status=status, size=request.size)
    rows = _list_rows(team, prompts, query.get("q", ""), size=request.size, include=include)
    page = call.build_page(rows, request)
    body: PromptPage = {"prompts": page.rows}
    return call.respond_page(page, add_cursor(body, page.cursor))


def _list_rows(
    team: TeamStore,
    prompts: Iterator[tuple[str, Prompt]],
    words: str,
    *,
    size: int | None,
    include: str,
) -> Iterator[tuple[str, PromptRow | None]]:
    """List the rows of prompts; None for one that does not contain the words."""
    matches = (
        (position, prompt if prompt.has_words(words) else None) for position, prompt in prompts
    )
    if include != "live":
        for position, prompt in matches:
            yield position, _dump_row(team, prompt, include) if prompt else None
        return
    for position, prompt, version in team.find_live_versions(matches, size=size):
        if prompt is None:
            yield position, None
            continue
        row = _dump_row(team, prompt, include)
        row["live"] = dump_version(version, prompt) if version else None
        yield position, row


def _dump_row(team: TeamStore, prompt: Prompt, include: str) -> PromptRow:
    if include == "pointers":
        return dump_prompt_with_pointers(prompt, team.restrictions)
    return cast("PromptRow", dump_prompt(prompt))


lambda_handler = serve(list_prompts)
