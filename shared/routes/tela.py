"""Tela's endpoints. It calls a prompt a canvas too, and so do our names."""

from functools import partial

from shared.routes.route import (
    HEAD,
    NEW_VERSION,
    PAGE,
    VERSION,
    VERSIONS,
    Permission,
    Route,
)

_versions = partial(Route, dialect="tela", tag="Tela: Prompt Versions")
_reads = partial(Route, dialect="tela", tag="Tela: Prompts", method="GET", allow=Permission.READ)

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
        allow=Permission.WRITE,
        actions=NEW_VERSION,
        takes="NewCanvasVersion",
        gives="CanvasVersion",
        problems=(404, 422),
    ),
    _versions(
        name="list_canvas_versions",
        method="GET",
        path="/prompt-version",
        allow=Permission.READ,
        actions=(*HEAD, *VERSIONS),
        query=("promptId", *PAGE),
        gives="CanvasVersionList",
        problems=(404, 422),
    ),
    _versions(
        name="get_canvas_version",
        method="GET",
        path="/prompt-version/{id}",
        allow=Permission.READ,
        actions=VERSION_BY_ID,
        gives="CanvasVersion",
        problems=(422,),
    ),
    _versions(
        name="update_canvas_version",
        method="PATCH",
        path="/prompt-version/{id}",
        allow=Permission.WRITE,
        actions=(*VERSION_BY_ID, *NEW_VERSION, *VERSION),
        takes="CanvasVersionChanges",
        gives="CanvasVersion",
        problems=(412, 413, 422),
    ),
    _versions(
        name="delete_canvas_version",
        method="DELETE",
        path="/prompt-version/{id}",
        allow=Permission.WRITE,
        actions=(
            *VERSION_BY_ID,
            *NEW_VERSION,
            *VERSION,
            "versions:DeleteItem",
            "lookups:DeleteItem",
        ),
        gives="CanvasVersion",
        problems=(412, 422),
    ),
    # -- what Tela's n8n node reads
    _reads(
        name="get_promoted_version",
        path="/prompt/{id}/promoted-version",
        actions=(*HEAD, *VERSION),
        gives="CanvasVersion",
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
        query=("projectId", "includeLastVersion", *PAGE),
        gives="CanvasList",
        problems=(404, 422),
    ),
    _reads(name="list_projects", path="/project", gives="ProjectList"),
    _reads(name="check_api_key", path="/api-key", gives="APIKey"),
)
