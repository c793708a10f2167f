"""POST /v1/prompts/deploy"""

from shared.answers import Reply
from shared.call import Call
from shared.dialects import maxim
from shared.dialects.maxim import deployments
from shared.dialects.maxim.models import NewDeployment
from shared.domain.changes import Change
from shared.domain.prompts import Prompt
from shared.errors import InvalidRequest, PromptNotFound, VersionNotFound
from shared.serve import serve


def deploy_prompt(call: Call) -> Reply:
    """Serve a version where conditions hold, instead of the one that was served there before."""
    new = call.body(NewDeployment)
    if new.versionId is None and new.version is None:
        raise InvalidRequest("versionId or version is required")
    call.enter(new.workspaceId, otherwise=maxim.NO_WORKSPACE)
    prompt = call.prompt(maxim.prompt_id(new.promptId))
    if prompt.team_id != new.workspaceId:
        raise PromptNotFound
    number = _number(call, prompt, new)
    conditions = [condition.model_dump() for condition in new.deploymentConditions]
    act = call.act()
    at = maxim.time(act.now)

    def deploy(prompt: Prompt) -> Change[None]:
        return deployments.deploy(prompt, call.version(prompt, number), conditions, act, at=at)

    def answer(change: Change[None]) -> Reply:
        newest = deployments.of(change.after)[0]
        return call.reply({"data": maxim.deployment(newest, change.after)})

    return call.commit(prompt, deploy, answer)


def _number(call: Call, prompt: Prompt, new: NewDeployment) -> int:
    if new.versionId is None:
        return new.version or 0
    owner, version = call.version_by_id(maxim.version_id(new.versionId))
    if owner.id != prompt.id:
        raise VersionNotFound
    if new.version not in (None, version.number):
        raise InvalidRequest("versionId and version are of two different versions")
    return version.number


lambda_handler = serve(deploy_prompt)
