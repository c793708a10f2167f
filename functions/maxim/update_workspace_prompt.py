"""PUT /v1/prompts"""

from shared.answers import Reply
from shared.call import Call
from shared.dialects import maxim
from shared.dialects.maxim import deployments, folders
from shared.dialects.maxim.models import WorkspacePromptChanges
from shared.domain import prompts
from shared.domain.changes import Change
from shared.domain.prompts import Prompt
from shared.errors import InvalidRequest, PromptNotFound
from shared.serve import serve


def update_workspace_prompt(call: Call) -> Reply:
    """Change a prompt's name, description or folder; what is left out stays, the slug too."""
    changes = call.body(WorkspacePromptChanges)
    given = changes.model_fields_set
    if "name" in given and not changes.name:
        raise InvalidRequest("name must not be empty")
    call.enter(changes.workspaceId, otherwise=maxim.NO_WORKSPACE)
    prompt = call.prompt(maxim.prompt_id(changes.id))
    if prompt.team_id != changes.workspaceId:
        raise PromptNotFound
    if changes.folderId is not None:
        ledger = call.store.ledger(prompt.team_id, folders.LEDGER)
        folders.find(ledger, changes.folderId, entity_type=folders.PROMPT)
    act = call.act()

    def revise(prompt: Prompt) -> Change[None]:
        change = prompts.rename(prompt, act, name=changes.name or None)
        if "description" in given and changes.description != prompt.description:
            change = change.then(lambda prompt: prompts.describe(prompt, changes.description, act))
        if "folderId" in given:
            change = change.then(
                lambda prompt: deployments.keep(prompt, act, folderId=changes.folderId)
            )
        return change

    return call.commit(
        prompt, revise, lambda change: call.reply({"data": maxim.prompt_in_full(change.after)})
    )


lambda_handler = serve(update_workspace_prompt)
