"""Serve `GET /v1/prompts`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.maxim.deployments import find_deployment
from shared.dialects.maxim.requests import (
    get_required,
    parse_boolean,
    parse_deployment_query,
    parse_page,
)
from shared.dialects.maxim.responses import (
    NO_WORKSPACE,
    dump_pagination,
    dump_whole_prompt,
    dump_whole_version,
)
from shared.domain.checks import normalize_name
from shared.ids import is_id
from shared.paging import measure_row
from shared.serve import serve
from shared.store.keys import DirectoryEntry, build_position

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from shared.call import Call
    from shared.dialects.maxim.models import WorkspacePrompt, WorkspacePromptsData
    from shared.domain.content import Document
    from shared.domain.model import Prompt
    from shared.paging import PageRequest
    from shared.responses import Response
    from shared.settings import Settings
    from shared.store.team import TeamStore


DEFAULT_LIMIT = 10
VERSIONS_AT_FIRST = 10  # of a prompt, that are read together


def list_workspace_prompts(call: Call) -> Response[WorkspacePromptsData]:
    """List a workspace's prompts, newest first, by default ten per page.

    With a `deploymentQuery`, these are the prompts that have a deployment for it, each with the
    version that is deployed.
    """
    query = call.request.query
    name = normalize_name(query.get("name", ""))
    team_id = get_required(query, "workspaceId")
    with_versions = parse_boolean(query, "includeVersions")
    request = parse_page(call.request, DirectoryEntry.parse, default_limit=DEFAULT_LIMIT)
    conditions = parse_deployment_query(query)
    team = call.open_team(team_id, missing=NO_WORKSPACE)

    def dump(prompt: Prompt) -> WorkspacePrompt | None:
        if name not in ("", normalize_name(prompt.name)):
            return None
        if query.get("folderId") not in (None, "", prompt.folder_id):
            return None
        if not conditions:
            return _dump(team, prompt, call.settings, with_versions=with_versions)
        if (deployment := find_deployment(prompt, conditions)) is None:
            return None
        return _dump_for_deployment(team, prompt, deployment, call.settings)

    candidates = _list_candidates(team, query, request)
    page = call.build_page(((position, dump(prompt)) for position, prompt in candidates), request)
    body: WorkspacePromptsData = {"data": page.rows, "pagination": dump_pagination(page.cursor)}
    return call.respond_page(page, body)


def _list_candidates(
    team: TeamStore, query: Mapping[str, str], request: PageRequest[DirectoryEntry]
) -> Iterator[tuple[str, Prompt]]:
    """List the prompts that filters can let through, read by the filter that selects fewest."""
    after = request.after
    if prompt_id := query.get("id"):
        prompt = team.find_prompt(prompt_id) if is_id(prompt_id) else None
        if prompt is not None and not prompt.is_deleted:
            yield build_position(prompt), prompt
    elif name := query.get("name"):
        for prompt in team.find_prompts_by_name(name):
            position = build_position(prompt)
            if after is None or position < after.sort_key:
                yield position, prompt
    else:
        yield from team.list_prompts(
            after=after, folder_id=query.get("folderId") or None, size=request.size
        )


def _dump_for_deployment(
    team: TeamStore, prompt: Prompt, deployment: Document, settings: Settings
) -> WorkspacePrompt:
    body = dump_whole_prompt(prompt)
    body["versions"] = [
        dump_whole_version(version, settings, with_tool_ids=False)
        for version in team.open_prompt(prompt).find_versions([deployment["number"]], size=1)
        if version.stage == "stable"
    ]
    return body


def _dump(
    team: TeamStore, prompt: Prompt, settings: Settings, *, with_versions: bool
) -> WorkspacePrompt:
    body = dump_whole_prompt(prompt)
    if with_versions:
        body["versions"], remaining = [], settings.page_bytes
        for version in team.open_prompt(prompt).list_versions(size=VERSIONS_AT_FIRST):
            body["versions"].append(dump_whole_version(version, settings, with_tool_ids=False))
            remaining -= measure_row(body["versions"][-1])
            if remaining < 0:
                break  # the page shows the prompt without its versions, however many more it has
    return body


lambda_handler = serve(list_workspace_prompts)
