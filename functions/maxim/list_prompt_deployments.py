"""GET /v1/prompts/deploy"""

from shared.answers import Reply
from shared.call import Call
from shared.dialects import maxim
from shared.dialects.maxim import deployments
from shared.serve import serve


def list_prompt_deployments(call: Call) -> Reply:
    """List a prompt's deployments, newest first: the order in which they win."""
    prompt_id = maxim.required(call.request.query, "promptId")
    prompt = call.prompt(maxim.prompt_id(prompt_id))
    shown = [
        maxim.deployment(deployment, prompt)
        | {"version": deployment["number"], "deploymentConditions": deployment["conditions"]}
        for deployment in deployments.of(prompt)
    ]
    return call.reply({"data": shown})


lambda_handler = serve(list_prompt_deployments)
