"""POST /v1/prompts"""

from shared.answers import Reply
from shared.call import Call
from shared.dialects import maxim
from shared.dialects.maxim import deployments, folders
from shared.dialects.maxim.models import NewWorkspacePrompt
from shared.domain import prompts
from shared.domain.changes import Change
from shared.errors import NameTaken
from shared.serve import serve

SLUG_LENGTH = 240  # which leaves room for what tells it from another


def create_workspace_prompt(call: Call) -> Reply:
    """Create a prompt; its slug is made from its name, which alone need be unique."""
    new = call.body(NewWorkspacePrompt)
    call.enter(new.workspaceId, otherwise=maxim.NO_WORKSPACE)
    if new.folderId is not None:
        ledger = call.store.ledger(new.workspaceId, folders.LEDGER)
        folders.find(ledger, new.folderId, entity_type=folders.PROMPT)
    act = call.act()

    def create(slug: str) -> Reply:
        change = prompts.create(
            team_id=new.workspaceId,
            name=new.name,
            slug=slug,
            description=new.description,
            settings={deployments.NAME: {"createdById": act.by.id, "folderId": new.folderId}},
            act=act,
        )
        return call.create(change, answer)

    def answer(change: Change[None]) -> Reply:
        # Maxim's document wraps a new prompt twice, and all else once: it is found either way.
        created = maxim.prompt(change.after)
        return call.reply({"data": created | {"data": created}})

    slug = prompts.slug_from(new.name)[:SLUG_LENGTH]
    try:
        return create(slug)
    except NameTaken:
        # Two names may have one slug, of which a client of this dialect knows nothing.
        return create(f"{slug}_{act.new_id[:8]}")


lambda_handler = serve(create_workspace_prompt)
