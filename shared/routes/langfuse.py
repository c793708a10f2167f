"""Langfuse's endpoints: prompts, and what its clients call besides."""

from __future__ import annotations

from functools import partial

from shared.domain.access import Permission
from shared.routes.route import (
    COMMIT,
    FREE,
    HEAD,
    INCLUDE,
    LIVE_CHECK,
    LIVE_MOVE,
    NEW_VERSION,
    PARTS,
    REVIEW,
    TEMPLATE_LANGUAGE,
    VERSION,
    Parameter,
    Route,
)

NAME = Parameter(
    "name",
    "The prompt's name, in which slashes may be percent-encoded or not. A prompt of another "
    "dialect is also found by its slug.",
    examples=("welcome",),
)
NUMBER = Parameter("version", "The version's number.", type="integer", minimum=1)
OF_NUMBER = Parameter(
    "version", "The version's number.", type="integer", minimum=1, maximum=2**31 - 1
)
OF_LABEL = Parameter("label", "A label of the version; `latest` is the newest.")

_prompts = partial(Route, dialect="langfuse", chapter="Langfuse: Prompts")
_prompt = partial(_prompts, path="/api/public/v2/prompts/{name}", segments=(NAME,), greedy="name")
_drops = partial(
    Route,
    dialect="langfuse",
    chapter="Langfuse: Telemetry",
    pointer_use="reads",
    method="POST",
    permission=Permission.READ,
)

BY_NAME = ("lookups:BatchGetItem", *HEAD)
NEWEST = (*VERSION, "versions:Query")
CREATE = (*BY_NAME, "versions:Query", *NEW_VERSION, *LIVE_MOVE, *INCLUDE, *FREE)
LATEST_URL = "/api/public/v2/prompts/{name}?label=latest&resolve=false"

ROWS: tuple[Route, ...] = (
    _prompt(
        name="get_named_prompt",
        use="get",
        pointer_use="reads",
        method="GET",
        permission=Permission.READ,
        actions=(*BY_NAME, *NEWEST, *PARTS),
        query=(
            Parameter(
                "version",
                "The version's number; by default the version labelled `production`.",
                type="integer",
                minimum=0,
                maximum=2**31 - 1,
            ),
            OF_LABEL,
            Parameter(
                "resolve", "Whether other prompts are put in; true by default.", type="boolean"
            ),
        ),
        problems=(400, 404, 405),
        response_headers=(TEMPLATE_LANGUAGE,),
    ),
    _prompts(
        name="list_named_prompts",
        method="GET",
        path="/api/public/v2/prompts",
        permission=Permission.READ,
        actions=(
            *BY_NAME,
            "access:GetItem",
            "access:Query",
            "prompts:BatchGetItem",
            "versions:BatchGetItem",
            "versions:Query",
            "content:GetObject",
        ),
        query=(
            Parameter("name", "Only the prompt with this name."),
            Parameter("label", "Only versions with this label."),
            Parameter("tag", "Only prompts with this keyword."),
            OF_NUMBER,
            Parameter(
                "fromUpdatedAt",
                "Only versions that last changed at this time or later.",
                format="date-time",
                examples=("2026-01-31T14:05:00Z",),
            ),
            Parameter(
                "toUpdatedAt",
                "Only versions that last changed before this time.",
                format="date-time",
                examples=("2026-01-31T15:00:00Z",),
            ),
            Parameter("page", "The number of the page, from 1.", type="integer", minimum=1),
            Parameter(
                "limit",
                "The number of prompts on a page; 10 by default.",
                type="integer",
                minimum=1,
                maximum=100,
            ),
        ),
        problems=(400,),
    ),
    _prompts(
        name="create_named_prompt",
        method="POST",
        path="/api/public/v2/prompts",
        status=201,
        permission=Permission.WRITE,
        actions=CREATE,
        body=("NewPrompt",),
        if_match=LATEST_URL,
        response_headers=(TEMPLATE_LANGUAGE,),
    ),
    _prompt(
        name="label_version",
        pointer_use="moves",
        method="PATCH",
        path="/api/public/v2/prompts/{name}/versions/{version}",
        segments=(NAME, NUMBER),
        permission=Permission.WRITE,
        actions=(*BY_NAME, *NEWEST, *NEW_VERSION, *LIVE_MOVE, *REVIEW, *FREE),
        is_reviewed=True,
        body=("NewLabels",),
        problems=(404, 405),
        if_match="/api/public/v2/prompts/{name}?version={version}&resolve=false",
        response_headers=(TEMPLATE_LANGUAGE,),
    ),
    _prompt(
        name="delete_named_prompt",
        method="DELETE",
        status=204,
        permission=Permission.CURATE,
        actions=(
            *BY_NAME,
            *NEWEST,
            *HEAD,
            *COMMIT,
            "access:DeleteItem",
            "versions:PutItem",
            "lookups:DeleteItem",
            *LIVE_CHECK,
            *FREE,
        ),
        query=(OF_NUMBER, OF_LABEL),
        problems=(400, 404, 405),
        if_match=LATEST_URL,
    ),
    # -- the first version of the API
    _prompts(
        name="get_prompt_by_query",
        use="get",
        pointer_use="reads",
        method="GET",
        path="/api/public/prompts",
        permission=Permission.READ,
        actions=(*BY_NAME, *NEWEST, *PARTS),
        query=(
            Parameter("name", "The prompt's name.", required=True),
            OF_NUMBER,
        ),
        problems=(400, 404),
        response_headers=(TEMPLATE_LANGUAGE,),
    ),
    _prompts(
        name="create_active_prompt",
        method="POST",
        path="/api/public/prompts",
        status=201,
        permission=Permission.WRITE,
        actions=CREATE,
        body=("NewLegacyPrompt",),
        if_match=LATEST_URL,
        response_headers=(TEMPLATE_LANGUAGE,),
    ),
    # -- what clients call besides
    Route(
        name="get_own_project",
        dialect="langfuse",
        chapter="Langfuse: Projects",
        pointer_use="reads",
        method="GET",
        path="/api/public/projects",
        permission=Permission.READ,
        actions=("access:GetItem", "access:BatchGetItem"),
    ),
    Route(
        name="check_health",
        dialect="langfuse",
        chapter="Langfuse: Projects",
        method="GET",
        path="/api/public/health",
        permission=Permission.PUBLIC,
    ),
    _drops(name="drop_spans", path="/api/public/otel/v1/traces"),
    _drops(name="drop_events", path="/api/public/ingestion", status=207),
    _drops(name="drop_scores", path="/api/public/scores", status=202),
)
