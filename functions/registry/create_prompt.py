"""Serve `POST /v1/teams/{team_id}/prompts`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.models import NewPrompt
from shared.dialects.registry.requests import parse_uuid
from shared.dialects.registry.responses import dump_prompt
from shared.domain import prompts
from shared.serve import serve
from shared.writing import create

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.models import PromptResponse
    from shared.responses import Response


def create_prompt(call: Call, team_id: str) -> Response[PromptResponse]:
    """Create a prompt in a team."""
    team = call.open_team(parse_uuid(team_id, problem="invalid id"))
    new = call.load_body(NewPrompt)
    return create(
        call,
        team,
        lambda origin: prompts.create(
            team_id=team.id,
            name=new.name,
            slug=prompts.make_slug(new.slug or new.name),
            description=new.description,
            origin=origin,
        ),
        lambda change: {"prompt": dump_prompt(change.after)},
    )


lambda_handler = serve(create_prompt)
