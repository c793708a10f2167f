"""Serve `POST /v1/prompts/deploy`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.maxim.deployments import deploy
from shared.dialects.maxim.models import NewDeployment
from shared.dialects.maxim.requests import parse_prompt_id, parse_version_id
from shared.dialects.maxim.responses import NO_WORKSPACE, dump_deployment, dump_deployments
from shared.problems import InvalidRequest
from shared.serve import serve
from shared.store.reading import Beside
from shared.writing import commit

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.maxim.models import DeploymentData
    from shared.domain.changes import Change
    from shared.responses import Response
    from shared.store.team import PromptStore


def deploy_prompt(call: Call) -> Response[DeploymentData]:
    """Deploy a version under conditions, replacing the deployment with the same conditions."""
    new = call.load_body(NewDeployment)
    if new.versionId is None and new.version is None:
        raise InvalidRequest("versionId or version is required")
    team = call.open_team(new.workspaceId, missing=NO_WORKSPACE)
    beside = Beside(selectors=(new.version or 0,), version_id=new.versionId)
    store = call.open_prompt_of_team(team, parse_prompt_id(new.promptId), beside)
    number = _find_number(call, store, new)
    conditions = [{**condition} for condition in new.deploymentConditions]

    def dump(change: Change[None]) -> DeploymentData:
        newest = change.after.deployments[0]
        return {"data": dump_deployment(newest, change.after)}

    return commit(
        call,
        store,
        lambda store, origin: deploy(store.prompt, store.get_version(number), conditions, origin),
        dump,
        read=lambda store: dump_deployments(store.prompt),
    )


def _find_number(call: Call, store: PromptStore, new: NewDeployment) -> int:
    if new.versionId is None:
        return new.version or 0
    version = call.find_own_version(store, parse_version_id(new.versionId))
    if new.version not in (None, version.number):
        raise InvalidRequest("versionId and version name different versions; send only one of them")
    return version.number


lambda_handler = serve(deploy_prompt)
