"""Serve `POST /v1/prompts`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.maxim.deployments import NAME
from shared.dialects.maxim.folders import LEDGER, PROMPT, get_folder
from shared.dialects.maxim.models import NewWorkspacePrompt
from shared.dialects.maxim.responses import NO_WORKSPACE, dump_prompt
from shared.domain import prompts
from shared.ids import new_id
from shared.problems import NameTaken
from shared.serve import serve
from shared.writing import create

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.maxim.models import CreatedPromptData
    from shared.domain.changes import Change
    from shared.responses import Response


SLUG_LENGTH = 240  # characters, so that a suffix can make the slug unique


def create_workspace_prompt(call: Call) -> Response[CreatedPromptData]:
    """Create a prompt with a unique name, from which a unique slug is made."""
    new = call.load_body(NewWorkspacePrompt)
    team = call.open_team(new.workspaceId, missing=NO_WORKSPACE)
    if new.folderId is not None:
        get_folder(team.get_ledger(LEDGER), new.folderId, entity_type=PROMPT)

    def create_with(slug: str) -> Response[CreatedPromptData]:
        return create(
            call,
            team,
            lambda origin: prompts.create(
                team_id=team.id,
                name=new.name,
                slug=slug,
                description=new.description,
                settings={NAME: {"createdById": origin.by.id, "folderId": new.folderId}},
                origin=origin,
            ),
            dump,
        )

    def dump(change: Change[None]) -> CreatedPromptData:
        # Maxim's OpenAPI document wraps new prompts in `data` twice, all else once; support both.
        prompt = dump_prompt(change.after)
        return {"data": {**prompt, "data": prompt}}

    slug = prompts.make_slug(new.name)[:SLUG_LENGTH]
    try:
        return create_with(slug)
    except NameTaken:
        # Two names can have the same slug, which clients of this dialect do not see.
        return create_with(f"{slug}_{new_id()[:8]}")


lambda_handler = serve(create_workspace_prompt)
