"""Tela's endpoints. Names of routes call a prompt a canvas, which is also Tela's word for it."""

from __future__ import annotations

from functools import partial

from shared.domain.access import Permission
from shared.routes.route import (
    CHECK,
    HEAD,
    MOVE,
    NEW_VERSION,
    PAGE_OF_ROWS,
    REVIEW,
    VERSION,
    VERSIONS,
    Parameter,
    Route,
)

VERSION_ID = Parameter("id", "The version's id.", format="uuid")
PROMPT_ID = Parameter("id", "The prompt's id.", format="uuid")

_versions = partial(Route, dialect="tela", chapter="Tela: Prompt Versions")
_version = partial(_versions, segments=(VERSION_ID,))
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
        actions=(*NEW_VERSION, *VERSION, *MOVE),
        body=("NewCanvasVersion",),
        problems=(404, 422),
        if_match="/prompt/{promptId}/promoted-version",
    ),
    _versions(
        name="list_canvas_versions",
        method="GET",
        path="/prompt-version",
        permission=Permission.READ,
        actions=(*HEAD, *VERSIONS),
        query=(
            Parameter("promptId", "The prompt's id.", format="uuid", required=True),
            *PAGE_OF_ROWS,
        ),
        problems=(404, 422),
    ),
    _version(
        name="get_canvas_version",
        method="GET",
        path="/prompt-version/{id}",
        permission=Permission.READ,
        actions=VERSION_BY_ID,
        problems=(422,),
    ),
    _version(
        name="update_canvas_version",
        pointer_use="moves",
        method="PATCH",
        path="/prompt-version/{id}",
        permission=Permission.WRITE,
        actions=(*VERSION_BY_ID, *NEW_VERSION, *VERSION, *MOVE, *REVIEW),
        is_reviewed=True,
        body=("CanvasVersionChanges",),
        problems=(413, 422),
        if_match="/prompt-version/{id}",
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
            *CHECK,
            "versions:DeleteItem",
            "lookups:DeleteItem",
        ),
        problems=(422,),
        if_match="/prompt-version/{id}",
    ),
    # -- endpoints for Tela's n8n node
    _reads(
        name="get_promoted_version",
        pointer_use="reads",
        path="/prompt/{id}/promoted-version",
        segments=(PROMPT_ID,),
        actions=(*HEAD, *VERSION),
        problems=(422,),
    ),
    _reads(
        name="list_canvases",
        path="/prompt",
        actions=(
            "access:Query",
            "prompts:BatchGetItem",
            "versions:BatchGetItem",
            *VERSIONS,
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
