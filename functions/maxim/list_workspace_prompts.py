"""GET /v1/prompts"""

from collections.abc import Iterator
from typing import Any

from shared.answers import Reply
from shared.call import Call
from shared.dialects import maxim
from shared.dialects.maxim import deployments
from shared.domain.prompts import Prompt
from shared.serve import serve
from shared.store import keys

DEFAULT_LIMIT = 10


def list_workspace_prompts(call: Call) -> Reply:
    """List a workspace's prompts, newest first, ten at a time unless `limit` says otherwise."""
    query = call.request.query
    team_id = maxim.required(query, "workspaceId")
    with_versions = maxim.boolean(query, "includeVersions")
    window = maxim.window(call.request, place=keys.Entry.read, default=DEFAULT_LIMIT)
    maxim.refuse_deployment_query(query)
    call.enter(team_id, otherwise=maxim.NO_WORKSPACE)
    rows = (
        (place, maxim.prompt_in_full(prompt) | _versions(call, prompt, with_versions))
        for place, prompt in _candidates(call, team_id, query.get("id"), window.after)
        if prompt.status != "deleted" and prompt.team_id == team_id
        if query.get("name") in (None, "", prompt.name)
        if query.get("folderId") in (None, "", deployments.kept(prompt).get("folderId"))
    )
    return call.reply(maxim.listed(*call.page(rows, window)))


def _candidates(
    call: Call, team_id: str, prompt_id: str | None, after: keys.Entry | None
) -> Iterator[tuple[str, Prompt]]:
    if not prompt_id:
        yield from call.store.prompts(team_id, after=after)
    elif maxim.UUID.fullmatch(prompt_id) and (found := call.store.prompt(prompt_id)):
        yield "", found


def _versions(call: Call, prompt: Prompt, wanted: bool) -> dict[str, Any]:
    if not wanted:
        return {}
    model = call.settings.default_model
    found = call.store.versions(prompt.id)
    return {
        "versions": [
            maxim.version_in_full(one, default_model=model, tool_ids=False) for one in found
        ]
    }


lambda_handler = serve(list_workspace_prompts)
