"""PUT /v1/prompts/config"""

from shared.answers import Reply
from shared.call import Call
from shared.dialects import maxim
from shared.dialects.maxim import deployments
from shared.dialects.maxim.models import PromptConfigChanges
from shared.domain.changes import Change
from shared.domain.prompts import Prompt
from shared.serve import serve


def update_prompt_config(call: Call) -> Reply:
    """Replace the deployment fields of a prompt's configuration; they decide nothing here."""
    changes = call.body(PromptConfigChanges)
    fields = [field.model_dump(exclude_unset=True) for field in changes.deploymentFields]
    prompt = call.prompt(maxim.prompt_id(changes.id))
    act = call.act()

    def configure(prompt: Prompt) -> Change[None]:
        config = {
            "deploymentFields": fields,
            "createdAt": maxim.config(prompt)["createdAt"],
            "updatedAt": maxim.time(act.now),
        }
        return deployments.keep(prompt, act, config=config)

    return call.commit(
        prompt, configure, lambda change: call.reply({"data": maxim.config(change.after)})
    )


lambda_handler = serve(update_prompt_config)
