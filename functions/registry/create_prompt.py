"""POST /v1/teams/{team_id}/prompts"""

from shared.answers import Reply
from shared.call import Call
from shared.dialects import px0
from shared.dialects.px0.models import NewPrompt
from shared.domain import prompts
from shared.serve import serve


def create_prompt(call: Call, team_id: str) -> Reply:
    """Create a prompt in a team."""
    team_id = px0.uuid(team_id, otherwise="invalid id")
    call.permit(team_id)
    new = call.body(NewPrompt)
    change = prompts.create(
        team_id=team_id,
        name=new.name,
        slug=prompts.slug_from(new.slug or new.name),
        description=new.description,
        act=call.act(),
    )
    return call.create(change, lambda made: call.reply({"prompt": px0.prompt(made.after)}))


lambda_handler = serve(create_prompt)
