"""Maxim's endpoints: the public API that its documents describe, and the one that its SDKs call.

Some of its URLs are px0's too, or hide one: a segment such as `versions` comes before px0's slug.
A row that stands `before` another hands over what comes without Maxim's key header, and so its
function does in AWS what that of the other does.
"""

from functools import partial

from shared.routes.route import (
    ANSWER,
    CHANGE,
    COMMIT,
    HEAD,
    NEW_VERSION,
    SLUG,
    VERSION,
    Permission,
    Route,
)

_prompts = partial(Route, dialect="maxim", tag="Maxim: Prompts")
_versions = partial(Route, dialect="maxim", tag="Maxim: Prompt Versions")
_folders = partial(Route, dialect="maxim", tag="Maxim: Folders")
_runtime = partial(Route, dialect="maxim", tag="Maxim: SDK", allow=Permission.READ)

# What px0's get_prompt does, which slugs like `versions` still need.
GET_PROMPT = (*SLUG, *HEAD, *VERSION, "versions:Query")
VERSION_BY_ID = ("lookups:GetItem", "prompts:BatchGetItem", "versions:BatchGetItem")
LIST = ("access:Query", "prompts:BatchGetItem")
REPEATED = ("lookups:GetItem",)  # whether a call with an idempotency key was answered before
LEDGER = ("access:PutItem", "lookups:GetItem", "lookups:PutItem", *ANSWER)

ROWS: tuple[Route, ...] = (
    # -- prompts
    _prompts(
        name="list_workspace_prompts",
        method="GET",
        path="/v1/prompts",
        before="list_all_prompts",
        allow=Permission.READ,
        actions=(*LIST, *HEAD, "versions:Query", "content:GetObject"),
        query=(
            "workspaceId",
            "id",
            "name",
            "folderId",
            "limit",
            "includeVersions",
            "cursor",
        ),
        gives="WorkspacePromptsData",
        problems=(404,),
    ),
    _prompts(
        name="create_workspace_prompt",
        method="POST",
        path="/v1/prompts",
        status=201,
        allow=Permission.WRITE,
        actions=(*COMMIT, *ANSWER, "access:PutItem"),
        takes="NewWorkspacePrompt",
        gives="CreatedPromptData",
        problems=(404,),
    ),
    _prompts(
        name="update_workspace_prompt",
        method="PUT",
        path="/v1/prompts",
        allow=Permission.WRITE,
        actions=(*CHANGE, "lookups:DeleteItem"),
        takes="WorkspacePromptChanges",
        gives="WorkspacePromptData",
        problems=(404,),
    ),
    _prompts(
        name="delete_workspace_prompt",
        method="DELETE",
        path="/v1/prompts",
        status=204,
        allow=Permission.CURATE,
        actions=(*HEAD, *COMMIT, "lookups:DeleteItem"),
        query=("workspaceId", "id"),
        problems=(404,),
    ),
    # -- versions
    _versions(
        name="create_prompt_version",
        method="POST",
        path="/v1/prompts/versions",
        allow=Permission.WRITE,
        actions=NEW_VERSION,
        takes="NewPromptVersion",
        gives="PublishedVersionData",
        problems=(404,),
    ),
    _versions(
        name="get_prompt_versions",
        method="GET",
        path="/v1/prompts/versions",
        before="get_prompt",
        allow=Permission.READ,
        actions=(*GET_PROMPT, *VERSION_BY_ID),
        query=("id", "promptId", "limit", "cursor"),
        gives="PublishedVersionsData",
        problems=(404,),
    ),
    _versions(
        name="get_prompt_versions_with_tools",
        method="GET",
        path="/v2/prompts/versions",
        allow=Permission.READ,
        actions=(*HEAD, *VERSION_BY_ID, "versions:Query", "content:GetObject"),
        query=("id", "promptId", "limit", "cursor"),
        gives="PublishedVersionsData",
        problems=(404,),
    ),
    # -- deployments and configuration
    _versions(
        name="deploy_prompt",
        method="POST",
        path="/v1/prompts/deploy",
        allow=Permission.WRITE,
        actions=(*CHANGE, *VERSION, *VERSION_BY_ID),
        takes="NewDeployment",
        gives="DeploymentData",
        problems=(404,),
    ),
    _versions(
        name="list_prompt_deployments",
        method="GET",
        path="/v1/prompts/deploy",
        before="get_prompt",
        allow=Permission.READ,
        actions=GET_PROMPT,
        query=("promptId",),
        gives="DeploymentsData",
        problems=(404,),
    ),
    _prompts(
        name="get_prompt_config",
        method="GET",
        path="/v1/prompts/config",
        before="get_prompt",
        allow=Permission.READ,
        actions=GET_PROMPT,
        query=("id", "promptId"),
        gives="PromptConfigData",
        problems=(404,),
    ),
    _prompts(
        name="update_prompt_config",
        method="PUT",
        path="/v1/prompts/config",
        before="update_prompt",
        allow=Permission.WRITE,
        actions=CHANGE,
        takes="PromptConfigChanges",
        gives="PromptConfigData",
        problems=(404,),
    ),
    # -- folders
    _folders(
        name="create_folder",
        method="POST",
        path="/v1/folders",
        status=201,
        allow=Permission.WRITE,
        actions=LEDGER,
        takes="NewFolder",
        gives="FolderData",
        problems=(404,),
    ),
    _folders(
        name="list_folders",
        method="GET",
        path="/v1/folders",
        allow=Permission.READ,
        query=(
            "workspaceId",
            "entityType",
            "id",
            "name",
            "parentFolderId",
            "parentFolderName",
            "limit",
            "cursor",
        ),
        gives="FoldersData",
        problems=(404,),
    ),
    _folders(
        name="list_folder_contents",
        method="GET",
        path="/v1/folders/contents",
        allow=Permission.READ,
        actions=LIST,
        query=(
            "workspaceId",
            "entityType",
            "folderId",
            "name",
            "parentFolderId",
            "limit",
            "cursor",
        ),
        gives="FolderContentsData",
        problems=(404,),
    ),
    # -- what would run a model
    _prompts(
        name="run_prompt",
        method="POST",
        path="/v1/prompts/run",
        status=501,
        allow=Permission.READ,
        actions=REPEATED,
    ),
    _prompts(
        name="explain_prompt_run",
        method="GET",
        path="/v1/prompts/run",
        before="get_prompt",
        status=501,
        allow=Permission.READ,
        actions=GET_PROMPT,
    ),
    # -- what the SDKs call
    _runtime(
        name="sync_prompts",
        method="GET",
        path="/api/sdk/v4/prompts",
        actions=(*LIST, *HEAD, "versions:GetItem", "versions:BatchGetItem", "content:GetObject"),
        query=("promptId", "promptVersionNumber"),
        gives="BundlesData",
        problems=(404,),
    ),
    _runtime(
        name="sync_prompt_chains",
        method="GET",
        path="/api/sdk/v4/prompt-chains",
        query=("promptChainId",),
        gives="ChainsData",
        problems=(404,),
    ),
    _runtime(
        name="sync_folders",
        method="GET",
        path="/api/sdk/v3/folders",
        query=("folderId",),
        gives="RuntimeFoldersData",
        problems=(404,),
    ),
    _runtime(
        name="run_prompt_from_sdk",
        method="POST",
        path="/api/sdk/v4/prompts/run",
        status=501,
        actions=REPEATED,
    ),
    _runtime(
        name="run_agent_from_sdk",
        method="POST",
        path="/api/sdk/v4/agents/run",
        status=501,
        actions=REPEATED,
    ),
)
