"""Good calls of Maxim's routes."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from tests.routes.sample import Sample, Variant

WORKSPACE = "workspaceId={team}"
VERSION: dict[str, Any] = {
    "promptId": "{id}",
    "description": "first cut",
    "modelName": "gpt-4o",
    "modelProvider": "openai",
    "messages": [{"role": "system", "content": "You help {{name}}."}],
}
DEPLOYMENT: dict[str, Any] = {
    "promptId": "{id}",
    "workspaceId": "{team}",
    "deploymentConditions": [{"variable": "a", "operator": "=", "value": "b"}],
}
DEPLOY = ("POST", "/v1/prompts/deploy", DEPLOYMENT | {"version": 1})
DEPLOYED = quote('[{"field":"a","operator":"=","value":"b"}]')
FOLDER = {"workspaceId": "{team}", "entityType": "PROMPT", "name": "{new}"}

SAMPLES = {
    "list_workspace_prompts": Sample(
        target=f"/v1/prompts?{WORKSPACE}&includeVersions=true",
        variants=(
            Variant(target=f"/v1/prompts?{WORKSPACE}&id={{id}}"),
            Variant(target=f"/v1/prompts?{WORKSPACE}&name={{prompt_name}}"),
            Variant(target=f"/v1/prompts?{WORKSPACE}&deploymentQuery={DEPLOYED}"),
        ),
        first=(DEPLOY,),
    ),
    "create_workspace_prompt": Sample(
        body={"workspaceId": "{team}", "name": "{new}"},
        variants=(
            Variant(body={"workspaceId": "{team}", "name": "{new}", "folderId": "{folder}"}),
        ),
    ),
    "update_workspace_prompt": Sample(
        body={"workspaceId": "{team}", "id": "{id}", "name": "{new}", "folderId": "{folder}"}
    ),
    "delete_workspace_prompt": Sample(target=f"/v1/prompts?{WORKSPACE}&id={{id}}"),
    "create_prompt_version": Sample(body=VERSION),
    "get_prompt_versions": Sample(
        target="/v1/prompts/versions?promptId={id}",
        variants=(Variant(target="/v1/prompts/versions?id={live}"),),
    ),
    "get_prompt_versions_with_tools": Sample(
        target="/v2/prompts/versions?promptId={id}",
        variants=(Variant(target="/v2/prompts/versions?id={live}"),),
    ),
    "deploy_prompt": Sample(
        body=DEPLOYMENT | {"version": 1},
        variants=(Variant(body=DEPLOYMENT | {"versionId": "{stable}"}),),
    ),
    "list_prompt_deployments": Sample(target="/v1/prompts/deploy?promptId={id}"),
    "get_prompt_config": Sample(target="/v1/prompts/config?promptId={id}"),
    "update_prompt_config": Sample(body={"id": "{id}", "deploymentFields": []}),
    "create_folder": Sample(body=FOLDER),
    "list_folders": Sample(target=f"/v1/folders?{WORKSPACE}&entityType=PROMPT"),
    "list_folder_contents": Sample(
        target=f"/v1/folders/contents?{WORKSPACE}&entityType=PROMPT&folderId={{folder}}"
    ),
    "run_prompt": Sample(body={}, stranger=None),
    "explain_prompt_run": Sample(stranger=None),
    "sync_prompts": Sample(
        stranger=None,
        variants=(
            Variant(target="/api/sdk/v4/prompts?promptId={id}", stranger=404),
            Variant(target="/api/sdk/v4/prompts?promptId={id}&promptVersionNumber=1", stranger=404),
        ),
    ),
    "sync_prompt_chains": Sample(stranger=None),
    "sync_folders": Sample(stranger=None),
    "run_prompt_from_sdk": Sample(body={}, stranger=None),
    "run_agent_from_sdk": Sample(body={}, stranger=None),
}
