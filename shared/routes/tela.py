"""Tela's endpoints. Names of routes call a prompt a canvas, which is also Tela's word for it."""

from __future__ import annotations

from functools import partial

from shared.domain.access import Permission
from shared.routes.route import (
    ADDS,
    CHANGE,
    FREE,
    HEAD,
    INCLUDE,
    LIVE_CHECK,
    LIVE_MOVE,
    NEW_VERSION,
    PAGE_OF_ROWS,
    PARTS,
    REVIEW,
    TEMPLATE_LANGUAGE,
    VERSION,
    VERSIONS,
    Parameter,
    Route,
)

VERSION_ID = Parameter("id", "The version's id.", format="uuid")
PROMPT_ID = Parameter("id", "The prompt's id.", format="uuid")
PROMPT_QUERY = Parameter("promptId", "The prompt's id.", format="uuid", required=True)

_versions = partial(Route, dialect="tela", chapter="Tela: Prompt Versions")
_version = partial(_versions, segments=(VERSION_ID,))
_environments = partial(Route, dialect="tela", chapter="Tela: Environments")
_reads = partial(
    Route, dialect="tela", chapter="Tela: Prompts", method="GET", permission=Permission.READ
)

VERSION_BY_ID = (
    "lookups:GetItem",
    "prompts:BatchGetItem",
    "versions:BatchGetItem",
    "content:GetObject",
)

ROWS: tuple[Route, ...] = (
    # -- versions
    _versions(
        name="create_canvas_version",
        method="POST",
        path="/prompt-version",
        permission=Permission.WRITE,
        actions=(*NEW_VERSION, *VERSION, *LIVE_MOVE, "versions:Query", *INCLUDE, *FREE),
        body=("NewCanvasVersion",),
        problems=(404, 422),
        if_match="/prompt/{promptId}/promoted-version",
        response_headers=(TEMPLATE_LANGUAGE,),
    ),
    _versions(
        name="list_canvas_versions",
        method="GET",
        path="/prompt-version",
        permission=Permission.READ,
        actions=(*HEAD, *VERSIONS, *PARTS),
        query=(PROMPT_QUERY, *PAGE_OF_ROWS),
        problems=(404, 422),
    ),
    _versions(
        name="list_version_indexes",
        method="GET",
        path="/prompt-version/index-map",
        permission=Permission.READ,
        actions=(*HEAD, "versions:Query"),
        query=(PROMPT_QUERY, *PAGE_OF_ROWS),
        problems=(404, 422),
    ),
    _version(
        name="get_canvas_version",
        use="get",
        method="GET",
        path="/prompt-version/{id}",
        permission=Permission.READ,
        actions=(*VERSION_BY_ID, *PARTS),
        problems=(422,),
        response_headers=(TEMPLATE_LANGUAGE,),
    ),
    _version(
        name="update_canvas_version",
        pointer_use="moves",
        method="PATCH",
        path="/prompt-version/{id}",
        permission=Permission.WRITE,
        actions=(*VERSION_BY_ID, *NEW_VERSION, *VERSION, *LIVE_MOVE, *REVIEW, *INCLUDE, *FREE),
        is_reviewed=True,
        body=("CanvasVersionChanges",),
        problems=(413, 422),
        if_match="/prompt-version/{id}",
        response_headers=(TEMPLATE_LANGUAGE,),
    ),
    _version(
        name="delete_canvas_version",
        method="DELETE",
        path="/prompt-version/{id}",
        permission=Permission.WRITE,
        actions=(
            *VERSION_BY_ID,
            *NEW_VERSION,
            *VERSION,
            *LIVE_CHECK,
            "versions:DeleteItem",
            "lookups:DeleteItem",
            *FREE,
        ),
        response_headers=(TEMPLATE_LANGUAGE,),
        problems=(422,),
        if_match="/prompt-version/{id}",
    ),
    # -- environments
    _environments(
        name="create_environment",
        method="POST",
        path="/environment",
        permission=Permission.WRITE,
        actions=CHANGE,
        body=("NewEnvironment",),
        problems=(404, 422),
        no_if_match=ADDS,
    ),
    _environments(
        name="get_environment_version",
        use="get",
        pointer_use="reads",
        method="GET",
        path="/environment/version",
        permission=Permission.READ,
        actions=(*HEAD, *VERSION, *PARTS),
        query=(
            Parameter("resourceType", "What has the environment.", enum=("prompt",), required=True),
            Parameter("resourceId", "The prompt's id.", format="uuid", required=True),
            Parameter(
                "envName",
                "`production`, which is the live version, or another environment's name.",
                required=True,
                examples=("production",),
            ),
        ),
        problems=(404, 422),
        response_headers=(TEMPLATE_LANGUAGE,),
    ),
    _environments(
        name="publish_version",
        pointer_use="moves",
        method="POST",
        path="/environment/publish-by-name",
        permission=Permission.WRITE,
        actions=(*VERSION_BY_ID, *NEW_VERSION, *VERSION, *LIVE_MOVE, *REVIEW, *PARTS, *FREE),
        is_reviewed=True,
        body=("Publication",),
        problems=(404, 422),
        response_headers=(TEMPLATE_LANGUAGE,),
        if_match="/environment/version?resourceType=prompt&resourceId={resourceId}"
        "&envName={envName}",
    ),
    # -- endpoints for Tela's n8n node, and of its newer API
    _reads(
        name="get_promoted_version",
        use="get",
        pointer_use="reads",
        path="/prompt/{id}/promoted-version",
        segments=(PROMPT_ID,),
        actions=(*HEAD, *VERSION, *PARTS),
        problems=(422,),
        response_headers=(TEMPLATE_LANGUAGE,),
    ),
    _reads(
        name="get_latest_version",
        use="get",
        path="/prompt/{id}/latest-version",
        segments=(PROMPT_ID,),
        actions=(*HEAD, *VERSIONS, *PARTS),
        response_headers=(TEMPLATE_LANGUAGE,),
        problems=(422,),
    ),
    _reads(
        name="list_version_messages",
        use="get",
        path="/prompt-version-message",
        actions=(*VERSION_BY_ID, *PARTS),
        query=(Parameter("promptVersionId", "The version's id.", format="uuid", required=True),),
        response_headers=(TEMPLATE_LANGUAGE,),
        problems=(404, 422),
    ),
    _reads(
        name="list_canvases",
        path="/prompt",
        actions=(
            "access:Query",
            *HEAD,
            "prompts:BatchGetItem",
            "versions:BatchGetItem",
            *VERSIONS,
            *PARTS,
        ),
        query=(
            Parameter(
                "projectId",
                "The project's id, which is the team's id; by default the team of the API key.",
                format="uuid",
            ),
            Parameter(
                "includeLastVersion",
                "Whether to include each prompt's newest version.",
                type="boolean",
            ),
            *PAGE_OF_ROWS,
        ),
        problems=(404, 422),
    ),
    _reads(
        name="list_projects",
        pointer_use="reads",
        path="/project",
        actions=("access:BatchGetItem",),
    ),
    _reads(name="check_api_key", pointer_use="reads", path="/api-key"),
)
