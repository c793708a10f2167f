"""Serve `GET /v1/prompts`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.maxim.deployments import get_settings
from shared.dialects.maxim.requests import (
    get_required,
    parse_boolean,
    parse_page,
    refuse_deployment_query,
)
from shared.dialects.maxim.responses import (
    NO_WORKSPACE,
    dump_pagination,
    dump_whole_prompt,
    dump_whole_version,
)
from shared.ids import is_id
from shared.serve import serve
from shared.store.keys import DirectoryEntry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.call import Call
    from shared.dialects.maxim.models import WorkspacePrompt, WorkspacePromptsData
    from shared.domain.model import Prompt
    from shared.responses import Response
    from shared.settings import Settings
    from shared.store.team import TeamStore


DEFAULT_LIMIT = 10


def list_workspace_prompts(call: Call) -> Response[WorkspacePromptsData]:
    """List a workspace's prompts, newest first, by default ten per page."""
    query = call.request.query
    team_id = get_required(query, "workspaceId")
    with_versions = parse_boolean(query, "includeVersions")
    page = parse_page(call.request, DirectoryEntry.parse, default_limit=DEFAULT_LIMIT)
    refuse_deployment_query(query)
    team = call.open_team(team_id, missing=NO_WORKSPACE)
    rows = (
        (position, _dump(team, prompt, call.settings, with_versions=with_versions))
        for position, prompt in _list_candidates(team, query.get("id"), page.after)
        if not prompt.is_deleted
        if query.get("name") in (None, "", prompt.name)
        if query.get("folderId") in (None, "", get_settings(prompt).get("folderId"))
    )
    prompts, cursor = call.build_page(rows, page)
    return call.respond({"data": prompts, "pagination": dump_pagination(cursor)})


def _list_candidates(
    team: TeamStore, prompt_id: str | None, after: DirectoryEntry | None
) -> Iterator[tuple[str, Prompt]]:
    if not prompt_id:
        yield from team.list_prompts(after=after)
    elif is_id(prompt_id) and (prompt := team.find_prompt(prompt_id)):
        yield "", prompt


def _dump(
    team: TeamStore, prompt: Prompt, settings: Settings, *, with_versions: bool
) -> WorkspacePrompt:
    body = dump_whole_prompt(prompt)
    if with_versions:
        body["versions"] = [
            dump_whole_version(version, settings, with_tool_ids=False)
            for version in team.open_prompt(prompt).list_versions()
        ]
    return body


lambda_handler = serve(list_workspace_prompts)
