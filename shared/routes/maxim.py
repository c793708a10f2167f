"""Maxim's endpoints: those of its documented API, and those that its SDKs call.

Some URLs are also px0's, or hide one of px0's: a fixed segment such as `versions` takes precedence
over px0's slug. A route that falls back to another one serves its requests without Maxim's key
header, so its role has the AWS actions of both.
"""

from __future__ import annotations

from functools import partial
from typing import Literal, get_args

from shared.domain.access import Permission
from shared.routes.route import (
    ADDS,
    CHANGE,
    CHECK,
    COMMIT,
    FREE,
    HEAD,
    INCLUDE,
    MOVE,
    NEW_PROMPT,
    NEW_VERSION,
    OMITTED_BODIES,
    PARTS,
    RECORD,
    REVIEW,
    SLUG,
    TEMPLATE_LANGUAGE,
    UNREADABLE_ITEMS,
    VERSION,
    Parameter,
    Route,
)

_prompts = partial(Route, dialect="maxim", chapter="Maxim: Prompts")
_versions = partial(Route, dialect="maxim", chapter="Maxim: Prompt Versions")
_folders = partial(Route, dialect="maxim", chapter="Maxim: Folders")
_runtime = partial(Route, dialect="maxim", chapter="Maxim: SDK", permission=Permission.READ)

MAX_LIMIT = 100  # rows per page, according to Maxim's documents
WORKSPACE_ID = Parameter(
    "workspaceId", "The workspace's id, which is the team's id.", format="uuid", required=True
)
# Types of entities that Maxim has folders of. Only those of prompts and prompt chains are used.
EntityType = Literal[
    "WORKFLOW",
    "PROMPT_CHAIN",
    "DATASET",
    "PROMPT",
    "CONTEXT_SOURCE",
    "PROMPT_COMPARISONS",
    "LOG_REPOSITORY",
    "PROMPT_TOOL",
]
ENTITY_TYPES: tuple[EntityType, ...] = get_args(EntityType)
ENTITY_TYPE = Parameter("entityType", "What the folders are for.", enum=ENTITY_TYPES, required=True)
PAGE = (
    Parameter(
        "limit", "The maximum number of items.", type="integer", minimum=1, maximum=MAX_LIMIT
    ),
    Parameter("cursor", "The cursor in `pagination` of the previous page."),
)
PARENT_ID = Parameter("parentFolderId", "Only in the folder with this id.", format="uuid")
VERSIONS_QUERY = (
    Parameter("id", "The version's id; required without `promptId`.", format="uuid"),
    Parameter("promptId", "The prompt's id.", format="uuid"),
    *PAGE,
)

PROMPT_URL = "/v1/prompts?workspaceId={workspaceId}&id={id}"

# The actions of `get_prompt`, which serves px0's requests for slugs such as `versions`.
GET_PROMPT = (*SLUG, *HEAD, *VERSION, "versions:Query")
VERSION_BY_ID = ("lookups:GetItem", "prompts:BatchGetItem", "versions:BatchGetItem")
LIST = ("access:Query", "prompts:BatchGetItem")
LEDGER = ("access:PutItem", "lookups:GetItem", "lookups:PutItem", *RECORD)

ROWS: tuple[Route, ...] = (
    # -- prompts
    _prompts(
        name="list_workspace_prompts",
        method="GET",
        path="/v1/prompts",
        falls_back_to="list_all_prompts",
        permission=Permission.READ,
        actions=(
            *LIST,
            *HEAD,
            "lookups:BatchGetItem",
            "versions:Query",
            "versions:BatchGetItem",
            "content:GetObject",
            *PARTS,
        ),
        query=(
            WORKSPACE_ID,
            Parameter("id", "Only the prompt with this id.", format="uuid"),
            Parameter("name", "Only the prompt with this name."),
            Parameter("folderId", "Only in the folder with this id.", format="uuid"),
            PAGE[0],
            Parameter(
                "includeVersions", "Whether to include each prompt's versions.", type="boolean"
            ),
            Parameter(
                "deploymentQuery",
                "Only prompts with a deployment for these conditions, each with the version that "
                "is deployed: a JSON list of objects with `field`, `operator` and `value`.",
                examples=('[{"field": "Environment", "operator": "=", "value": "prod"}]',),
            ),
            PAGE[1],
        ),
        problems=(404,),
    ),
    _prompts(
        name="create_workspace_prompt",
        whole_team=True,
        method="POST",
        path="/v1/prompts",
        status=201,
        permission=Permission.WRITE,
        actions=(*NEW_PROMPT, *RECORD),
        body=("NewWorkspacePrompt",),
        problems=(404,),
        no_if_match=ADDS,
    ),
    _prompts(
        name="update_workspace_prompt",
        method="PUT",
        path="/v1/prompts",
        permission=Permission.WRITE,
        actions=(*CHANGE, "lookups:DeleteItem", *CHECK),
        body=("WorkspacePromptChanges",),
        problems=(404,),
        if_match=PROMPT_URL,
    ),
    _prompts(
        name="delete_workspace_prompt",
        method="DELETE",
        path="/v1/prompts",
        status=204,
        permission=Permission.CURATE,
        actions=(*HEAD, *COMMIT, "access:DeleteItem", "lookups:DeleteItem", *CHECK, *FREE),
        query=(
            WORKSPACE_ID,
            Parameter("id", "The prompt's id.", format="uuid", required=True),
        ),
        problems=(404,),
        if_match=PROMPT_URL,
    ),
    # -- versions
    _versions(
        name="create_prompt_version",
        method="POST",
        path="/v1/prompts/versions",
        permission=Permission.WRITE,
        actions=(*NEW_VERSION, "versions:Query", *INCLUDE, *FREE),
        body=("NewPromptVersion",),
        problems=(404,),
        no_if_match=ADDS,
        response_headers=(TEMPLATE_LANGUAGE,),
    ),
    _versions(
        name="get_prompt_versions",
        use="get",
        method="GET",
        path="/v1/prompts/versions",
        falls_back_to="get_prompt",
        permission=Permission.READ,
        actions=(*GET_PROMPT, *VERSION_BY_ID),
        query=VERSIONS_QUERY,
        problems=(404,),
        response_headers=(TEMPLATE_LANGUAGE,),
    ),
    _versions(
        name="get_prompt_versions_with_tools",
        use="get",
        method="GET",
        path="/v2/prompts/versions",
        permission=Permission.READ,
        actions=(*HEAD, *VERSION_BY_ID, "versions:Query", "content:GetObject"),
        query=VERSIONS_QUERY,
        problems=(404,),
        response_headers=(TEMPLATE_LANGUAGE,),
    ),
    # -- deployments and configuration
    _versions(
        name="deploy_prompt",
        pointer_use="moves",
        method="POST",
        path="/v1/prompts/deploy",
        permission=Permission.WRITE,
        actions=(*CHANGE, *VERSION, *VERSION_BY_ID, *MOVE, *REVIEW),
        is_reviewed=True,
        body=("NewDeployment",),
        problems=(404,),
        if_match="/v1/prompts/deploy?promptId={promptId}",
    ),
    _versions(
        name="list_prompt_deployments",
        method="GET",
        path="/v1/prompts/deploy",
        falls_back_to="get_prompt",
        permission=Permission.READ,
        actions=GET_PROMPT,
        query=(Parameter("promptId", "The prompt's id.", format="uuid", required=True),),
        problems=(404,),
    ),
    _prompts(
        name="get_prompt_config",
        method="GET",
        path="/v1/prompts/config",
        falls_back_to="get_prompt",
        permission=Permission.READ,
        actions=GET_PROMPT,
        query=(
            Parameter("id", "The configuration's id, which is the prompt's id.", format="uuid"),
            Parameter("promptId", "The prompt's id.", format="uuid"),
        ),
        problems=(404,),
    ),
    _prompts(
        name="update_prompt_config",
        method="PUT",
        path="/v1/prompts/config",
        falls_back_to="update_prompt",
        permission=Permission.WRITE,
        actions=CHANGE,
        body=("PromptConfigChanges",),
        problems=(404,),
        if_match="/v1/prompts/config?id={id}",
    ),
    # -- folders
    _folders(
        name="create_folder",
        whole_team=True,
        method="POST",
        path="/v1/folders",
        status=201,
        permission=Permission.WRITE,
        actions=LEDGER,
        body=("NewFolder",),
        problems=(404,),
        no_if_match=ADDS,
    ),
    _folders(
        name="list_folders",
        pointer_use="reads",
        method="GET",
        path="/v1/folders",
        permission=Permission.READ,
        query=(
            WORKSPACE_ID,
            ENTITY_TYPE,
            Parameter("id", "Get the folder with this id.", format="uuid"),
            Parameter("name", "The folder's name."),
            PARENT_ID,
            Parameter("parentFolderName", "Only in the folder with this name."),
            *PAGE,
        ),
        response_headers=(UNREADABLE_ITEMS,),
        problems=(404,),
    ),
    _folders(
        name="list_folder_contents",
        method="GET",
        path="/v1/folders/contents",
        permission=Permission.READ,
        actions=LIST,
        query=(
            WORKSPACE_ID,
            ENTITY_TYPE,
            Parameter("folderId", "The folder's id; required without `name`.", format="uuid"),
            Parameter("name", "The folder's name."),
            PARENT_ID,
            *PAGE,
        ),
        problems=(404,),
    ),
    # -- runs of a model, which are not supported
    _prompts(
        name="run_prompt",
        method="POST",
        path="/v1/prompts/run",
        status=501,
        permission=Permission.READ,
    ),
    _prompts(
        name="explain_prompt_run",
        method="GET",
        path="/v1/prompts/run",
        falls_back_to="get_prompt",
        status=501,
        permission=Permission.READ,
        actions=GET_PROMPT,
    ),
    # -- the API of the SDKs
    _runtime(
        name="sync_prompts",
        use="get",
        pointer_use="reads",
        method="GET",
        path="/api/sdk/v4/prompts",
        actions=(
            *LIST,
            *HEAD,
            "versions:GetItem",
            "versions:BatchGetItem",
            "content:GetObject",
            *PARTS,
        ),
        query=(
            Parameter("promptId", "Get the prompt with this id.", format="uuid"),
            Parameter(
                "promptVersionNumber",
                "Get this version of `promptId`, deployed or not.",
                type="integer",
                minimum=1,
                maximum=2**31 - 1,
            ),
        ),
        response_headers=(TEMPLATE_LANGUAGE, "X-Omitted-Prompts", OMITTED_BODIES),
        problems=(404,),
    ),
    _runtime(
        name="sync_prompt_chains",
        pointer_use="reads",
        method="GET",
        path="/api/sdk/v4/prompt-chains",
        query=(
            Parameter(
                "promptChainId",
                "The prompt chain's id; always 404, because there are no prompt chains.",
                format="uuid",
            ),
        ),
        problems=(404,),
    ),
    _runtime(
        name="sync_folders",
        pointer_use="reads",
        method="GET",
        path="/api/sdk/v3/folders",
        query=(Parameter("folderId", "Get the folder with this id.", format="uuid"),),
        response_headers=(UNREADABLE_ITEMS,),
        problems=(404,),
    ),
    _runtime(
        name="run_prompt_from_sdk",
        method="POST",
        path="/api/sdk/v4/prompts/run",
        status=501,
    ),
    _runtime(
        name="run_agent_from_sdk",
        method="POST",
        path="/api/sdk/v4/agents/run",
        status=501,
    ),
)
