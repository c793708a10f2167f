"""Serve `PUT /v1/prompts`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.maxim.deployments import update_settings
from shared.dialects.maxim.folders import LEDGER, PROMPT, get_folder
from shared.dialects.maxim.models import WorkspacePromptChanges
from shared.dialects.maxim.requests import parse_prompt_id
from shared.dialects.maxim.responses import NO_WORKSPACE, dump_only_prompt, dump_whole_prompt
from shared.domain import prompts
from shared.problems import InvalidRequest
from shared.serve import serve
from shared.writing import commit

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.maxim.models import WorkspacePromptData
    from shared.domain.changes import Change, Origin
    from shared.responses import Response
    from shared.store.team import PromptStore


def update_workspace_prompt(call: Call) -> Response[WorkspacePromptData]:
    """Change a prompt's name, description or folder; other fields and the slug do not change."""
    changes = call.load_body(WorkspacePromptChanges)
    fields = changes.model_fields_set
    if "name" in fields and not changes.name:
        raise InvalidRequest("name must not be empty")
    team = call.open_team(changes.workspaceId, missing=NO_WORKSPACE)
    store = call.open_prompt_of_team(team, parse_prompt_id(changes.id))
    if changes.folderId is not None:
        get_folder(team.get_ledger(LEDGER), changes.folderId, entity_type=PROMPT)

    def update(store: PromptStore, origin: Origin) -> Change[None]:
        change = prompts.rename(store.prompt, origin, name=changes.name or None)
        if "description" in fields and changes.description != store.prompt.description:
            change = change.then(
                lambda prompt: prompts.describe(prompt, changes.description, origin)
            )
        if "folderId" in fields:
            change = change.then(
                lambda prompt: update_settings(prompt, origin, folderId=changes.folderId)
            )
        return change

    return commit(
        call,
        store,
        update,
        lambda change: {"data": dump_whole_prompt(change.after)},
        read=lambda store: dump_only_prompt(store.prompt),
    )


lambda_handler = serve(update_workspace_prompt)
