"""The native dialect's endpoints, which are px0's and some more."""

from __future__ import annotations

from functools import partial
from typing import get_args

from shared.domain.access import Permission
from shared.domain.model import PromptStatus, Status
from shared.routes.route import (
    ADDS,
    CHANGE,
    CHECK,
    COMMIT,
    FORCE,
    FREE,
    HEAD,
    HEAD_AND_VERSION,
    INCLUDE,
    LIVE_CHECK,
    LIVE_MOVE,
    MAX_DAYS,
    MOVE,
    NEW_PROMPT,
    NEW_VERSION,
    PAGE,
    PARTS,
    RECORD,
    REVIEW,
    SLUG,
    SPLIT_KEY,
    TEMPLATE_LANGUAGE,
    VERSION,
    VERSIONS,
    Parameter,
    Route,
)

PROMPT_ID = Parameter("id", "The prompt's id; as in px0, no slug.", format="uuid")
PROMPT_NAME = Parameter("id", "The prompt's id or its slug.", examples=("welcome",))
PROMPT_SLUG = Parameter("slug", "The prompt's slug, or its id.", examples=("welcome",))
SELECTOR = Parameter(
    "version",
    "A version's number, a tag, `live` or `latest`. A number that no version has is a tag.",
    examples=("1", "live", "production"),
)
TAG = Parameter("tag", "The tag's name.", examples=("production",))
PAYLOAD_ID = Parameter("payload_id", "The payload's id.", format="uuid")
TEAM_ID = Parameter("team_id", "The team's id.", format="uuid")
CONSOLE_HASH = Parameter("hash", "The hash in the URLs of the page.")
CONSOLE_PATH = Parameter("path", "The file's path, with slashes.", examples=("app/main.js",))
DIFF_END = partial(Parameter, required=True, examples=("1", "live"))
PROMPT_URL = "/v1/prompts/{id}"
VERSION_URL = "/v1/prompts/{id}/versions/{version}"
PAYLOAD_URL = "/v1/prompts/{id}/payloads/{payload_id}"
PROMPT_FILTERS = (
    Parameter("status", "Only prompts with this status.", enum=get_args(PromptStatus)),
    Parameter("archived", "Only archived prompts, or only active ones.", type="boolean"),
    Parameter("q", "Only prompts whose name, slug, description or keywords contain this text."),
    Parameter(
        "include",
        "What to include of each prompt: its live version, or where its pointers are and who "
        "changed it last.",
        enum=("live", "pointers"),
    ),
)
LISTED_PROMPTS = (
    "access:Query",
    "prompts:BatchGetItem",
    "versions:BatchGetItem",
    "content:GetObject",
)

_prompts = partial(Route, dialect="registry", chapter="Prompts")
_prompt = partial(_prompts, segments=(PROMPT_NAME,))
_versions = partial(Route, dialect="registry", chapter="Prompt Versions", segments=(PROMPT_NAME,))
_version = partial(_versions, segments=(PROMPT_NAME, SELECTOR))
_payloads = partial(Route, dialect="registry", chapter="Prompt Payloads", segments=(PROMPT_NAME,))
_payload = partial(_payloads, segments=(PROMPT_NAME, PAYLOAD_ID))
_renders = partial(Route, dialect="registry", chapter="Prompt Renders", method="POST", is_hot=True)
_service = partial(Route, dialect="registry", method="GET", permission=Permission.PUBLIC)

ROWS: tuple[Route, ...] = (
    # -- the service itself
    _service(name="health_check", path="/v1/health", chapter="Health"),
    _service(name="get_openapi", path="/openapi.json", chapter="Documentation"),
    _service(name="get_docs", path="/docs", chapter="Documentation", media_type="text/html"),
    _service(name="get_console", path="/console", chapter="Console", media_type="text/html"),
    _service(
        name="get_console_asset",
        path="/console/assets/{hash}/{path}",
        segments=(CONSOLE_HASH, CONSOLE_PATH),
        greedy="path",
        chapter="Console",
        media_type="*/*",
    ),
    # -- prompts
    _prompts(
        name="create_prompt",
        whole_team=True,
        method="POST",
        path="/v1/teams/{team_id}/prompts",
        segments=(TEAM_ID,),
        status=201,
        permission=Permission.WRITE,
        actions=(*NEW_PROMPT, *RECORD),
        body=("NewPrompt",),
        no_if_match=ADDS,
    ),
    _prompts(
        name="list_prompts",
        pointer_use="reads",
        method="GET",
        path="/v1/teams/{team_id}/prompts",
        segments=(TEAM_ID,),
        permission=Permission.READ,
        actions=LISTED_PROMPTS,
        query=(*PROMPT_FILTERS, *PAGE),
    ),
    _prompts(
        name="list_all_prompts",
        pointer_use="reads",
        method="GET",
        path="/v1/prompts",
        permission=Permission.READ,
        actions=LISTED_PROMPTS,
        query=(
            Parameter("team", "The team's id; without it the list is empty.", format="uuid"),
            Parameter("team_id", "Another name for `team`, which has precedence.", format="uuid"),
            *PROMPT_FILTERS,
            *PAGE,
        ),
    ),
    _prompt(
        name="get_prompt",
        use="get",
        pointer_use="reads",
        method="GET",
        path="/v1/prompts/{id}",
        permission=Permission.READ,
        actions=(*SLUG, *HEAD, *VERSION, "versions:Query"),
        query=(
            Parameter(
                "version",
                "The version to include: its number or a tag. A number that no version has is a "
                "tag.",
                examples=("live",),
            ),
            Parameter("tag", "The version to include, by a tag; `version` has precedence."),
            SPLIT_KEY,
        ),
        problems=(422,),
    ),
    _prompt(
        name="update_prompt",
        method="PUT",
        path="/v1/prompts/{id}",
        segments=(PROMPT_ID,),
        permission=Permission.WRITE,
        actions=CHANGE,
        body=("PromptChanges",),
        if_match=PROMPT_URL,
    ),
    _prompt(
        name="patch_prompt",
        method="PATCH",
        path="/v1/prompts/{id}",
        permission=Permission.WRITE,
        query=(
            Parameter(
                "version",
                "The version that `If-Match` is about too, as in the read of the prompt.",
                examples=("latest",),
            ),
        ),
        actions=(*CHANGE, "lookups:DeleteItem", *CHECK, *VERSION, "versions:Query"),
        body=("PromptPatch",),
        if_match=PROMPT_URL,
    ),
    _prompt(
        name="archive_prompt",
        method="POST",
        path="/v1/prompts/{id}/archive",
        query=(FORCE,),
        permission=Permission.CURATE,
        actions=(*CHANGE, *FREE),
        if_match=PROMPT_URL,
    ),
    _prompt(
        name="restore_prompt",
        method="POST",
        path="/v1/prompts/{id}/restore",
        permission=Permission.CURATE,
        actions=CHANGE,
        if_match=PROMPT_URL,
    ),
    _prompt(
        name="move_prompt",
        whole_team=True,
        method="POST",
        path="/v1/prompts/{id}/move",
        query=(FORCE,),
        permission=Permission.CURATE,
        actions=(*CHANGE, *NEW_PROMPT, "lookups:DeleteItem", *VERSION, *MOVE, *FREE),
        body=("Move",),
        if_match=PROMPT_URL,
    ),
    _prompt(
        name="delete_prompt",
        method="POST",
        path="/v1/prompts/{id}/delete",
        status=204,
        query=(FORCE,),
        permission=Permission.CURATE,
        actions=(*HEAD, *COMMIT, "access:DeleteItem", "lookups:DeleteItem", *CHECK, *FREE),
        if_match=PROMPT_URL,
    ),
    _prompt(
        name="list_prompt_history",
        method="GET",
        path="/v1/prompts/{id}/history",
        permission=Permission.READ,
        actions=(*SLUG, *HEAD, "history:Query"),
        query=PAGE,
    ),
    _prompt(
        name="get_prompt_at",
        method="GET",
        path="/v1/prompts/{id}/at",
        permission=Permission.READ,
        actions=(*SLUG, *HEAD, *VERSION, "history:Query"),
        query=(
            Parameter(
                "time",
                "The time, in the format of RFC 3339.",
                format="date-time",
                required=True,
                examples=("2026-01-31T14:05:00Z",),
            ),
            Parameter(
                "tag",
                "The tag to look up; by default the live version.",
                examples=("production",),
            ),
        ),
        problems=(422,),
    ),
    _prompt(
        name="get_prompt_usage",
        method="GET",
        path="/v1/prompts/{id}/usage",
        permission=Permission.READ,
        actions=(*SLUG, *HEAD, "access:Query", "access:BatchGetItem"),
        query=(
            Parameter(
                "days",
                "How many days to look back, today among them.",
                type="integer",
                minimum=1,
                maximum=MAX_DAYS,
            ),
        ),
    ),
    _prompts(
        name="refresh_prompts",
        use="get",
        pointer_use="reads",
        method="POST",
        path="/v1/batch",
        is_hot=True,
        permission=Permission.READ,
        actions=("lookups:BatchGetItem", *PARTS, *VERSION, "versions:Query", *HEAD),
        body=("RefreshRequest",),
        problems=(422,),
    ),
    # -- versions
    _versions(
        name="create_version",
        method="POST",
        path="/v1/prompts/{id}/versions",
        status=201,
        segments=(PROMPT_ID,),
        permission=Permission.WRITE,
        actions=(*NEW_VERSION, *INCLUDE, "versions:Query"),
        body=("NewVersion",),
        problems=(422,),
        if_match=f"{PROMPT_URL}?version=latest",
    ),
    _versions(
        name="list_versions",
        method="GET",
        path="/v1/prompts/{id}/versions",
        segments=(PROMPT_ID,),
        permission=Permission.READ,
        actions=(*HEAD, *VERSIONS, "versions:BatchGetItem"),
        query=(
            Parameter("status", "Only versions with this status.", enum=get_args(Status)),
            Parameter(
                "tags",
                "Only versions that have one of these tags, separated by commas.",
                examples=("production,staging",),
            ),
            *PAGE,
        ),
        problems=(422,),
    ),
    _versions(
        name="diff_versions",
        method="GET",
        path="/v1/prompts/{id}/versions/diff",
        permission=Permission.READ,
        actions=(*SLUG, *HEAD, *VERSION, "versions:Query"),
        query=(
            DIFF_END("from", "The version that the diff starts from: a number, a tag or `live`."),
            DIFF_END("to", "The version that the diff leads to."),
        ),
        problems=(422,),
    ),
    _version(
        name="get_version",
        use="get",
        pointer_use="reads",
        method="GET",
        path="/v1/prompts/{id}/versions/{version}",
        segments=(PROMPT_ID, SELECTOR),
        permission=Permission.READ,
        actions=HEAD_AND_VERSION,
        query=(
            SPLIT_KEY,
            Parameter(
                "resolve",
                "Whether to put in what the texts include, instead of the references.",
                type="boolean",
            ),
            Parameter(
                "as",
                "The language to show the text in, where that is exact; `engine` in the response "
                "says in which it is.",
                enum=("liquid", "simple"),
            ),
        ),
        problems=(422,),
        response_headers=(TEMPLATE_LANGUAGE,),
    ),
    _version(
        name="update_version",
        method="PUT",
        path="/v1/prompts/{id}/versions/{version}",
        permission=Permission.WRITE,
        actions=(*NEW_VERSION, *VERSION, "versions:Query", *MOVE, *INCLUDE),
        body=("VersionChanges",),
        problems=(422,),
        if_match=VERSION_URL,
    ),
    _version(
        name="delete_prompt_version",
        method="DELETE",
        path="/v1/prompts/{id}/versions/{version}",
        status=204,
        query=(FORCE,),
        permission=Permission.WRITE,
        actions=(
            *LIVE_CHECK,
            *HEAD,
            *COMMIT,
            "access:DeleteItem",
            "versions:PutItem",
            *VERSION,
            "versions:Query",
            "versions:DeleteItem",
            "lookups:DeleteItem",
            *FREE,
        ),
        problems=(422,),
        if_match=VERSION_URL,
    ),
    *(
        _version(
            name=f"{verb}_version",
            method="POST",
            path=f"/v1/prompts/{{id}}/versions/{{version}}/{verb}",
            pointer_use="" if verb == "archive" else "moves",
            query=(FORCE,),
            permission=Permission.WRITE,
            # Demotion changes the head's pointer, but not the version.
            actions=(
                *(CHANGE if verb == "demote" else NEW_VERSION),
                *VERSION,
                "versions:Query",
                *((*LIVE_MOVE, *REVIEW) if verb == "promote" else LIVE_CHECK),
                *FREE,
            ),
            is_reviewed=verb == "promote",
            problems=(422,),
            if_match=VERSION_URL,
        )
        for verb in ("promote", "demote", "archive")
    ),
    _version(
        name="duplicate_version",
        method="POST",
        path="/v1/prompts/{id}/versions/{version}/duplicate",
        status=201,
        permission=Permission.WRITE,
        actions=(*NEW_VERSION, *VERSION, "versions:Query", *INCLUDE),
        problems=(422,),
        no_if_match=ADDS,
    ),
    _versions(
        name="rollback_prompt",
        pointer_use="moves",
        method="POST",
        path="/v1/prompts/{id}/rollback",
        permission=Permission.WRITE,
        is_reviewed=True,
        query=(FORCE,),
        actions=(*NEW_VERSION, *VERSION, *LIVE_MOVE, *REVIEW, "history:Query", *FREE),
        body=("Rollback",),
        problems=(422,),
        if_match="/v1/prompts/{id}/versions/live",
    ),
    _version(
        name="list_version_variables",
        pointer_use="reads",
        method="GET",
        path="/v1/prompts/{id}/versions/{version}/variables",
        permission=Permission.READ,
        actions=(*SLUG, *HEAD_AND_VERSION),
        problems=(422,),
    ),
    Route(
        name="check_text",
        dialect="registry",
        chapter="Text Checks",
        method="POST",
        path="/v1/check",
        permission=Permission.READ,
        actions=(
            *SLUG,
            *HEAD,
            *VERSIONS,
            "payloads:GetItem",
            "lookups:BatchGetItem",
            *PARTS,
        ),
        body=("TextToCheck",),
        problems=(404, 422),
    ),
    # -- tags
    _version(
        name="set_version_tag",
        pointer_use="moves",
        method="POST",
        path="/v1/prompts/{id}/versions/{version}/tags",
        permission=Permission.WRITE,
        is_reviewed=True,
        query=(FORCE,),
        actions=(*CHANGE, *VERSION, "versions:Query", *MOVE, *REVIEW, *FREE),
        body=("NewTag",),
        problems=(422,),
        if_match=VERSION_URL,
    ),
    _versions(
        name="list_version_tags",
        method="GET",
        path="/v1/prompts/{id}/tags",
        permission=Permission.READ,
        actions=(*SLUG, *HEAD),
        query=PAGE,
    ),
    _versions(
        name="remove_version_tag",
        pointer_use="moves",
        method="DELETE",
        path="/v1/prompts/{id}/tags/{tag}",
        segments=(PROMPT_NAME, TAG),
        status=204,
        permission=Permission.WRITE,
        query=(FORCE,),
        actions=(*SLUG, *HEAD, *COMMIT, *VERSION, "access:DeleteItem", *CHECK, *FREE),
        if_match="/v1/prompts/{id}/versions/{tag}",
    ),
    # -- sample payloads
    _payloads(
        name="create_prompt_payload",
        method="POST",
        path="/v1/prompts/{id}/payloads",
        status=201,
        permission=Permission.WRITE,
        actions=(*CHANGE, "payloads:PutItem"),
        body=("NewPayload",),
        problems=(422,),
        no_if_match=ADDS,
    ),
    _payloads(
        name="list_prompt_payloads",
        method="GET",
        path="/v1/prompts/{id}/payloads",
        permission=Permission.READ,
        actions=(*SLUG, *HEAD, "payloads:Query", "content:GetObject"),
        query=PAGE,
        problems=(422,),
    ),
    _payload(
        name="get_prompt_payload",
        method="GET",
        path="/v1/prompts/{id}/payloads/{payload_id}",
        permission=Permission.READ,
        actions=(*SLUG, *HEAD, "payloads:GetItem", "content:GetObject"),
        problems=(422,),
    ),
    _payload(
        name="update_prompt_payload",
        method="PUT",
        path="/v1/prompts/{id}/payloads/{payload_id}",
        permission=Permission.WRITE,
        actions=(*CHANGE, "payloads:GetItem", "payloads:PutItem"),
        body=("PayloadChanges",),
        problems=(422,),
        if_match=PAYLOAD_URL,
    ),
    _payload(
        name="delete_prompt_payload",
        method="DELETE",
        path="/v1/prompts/{id}/payloads/{payload_id}",
        status=204,
        permission=Permission.WRITE,
        actions=(
            *HEAD,
            *COMMIT,
            "access:DeleteItem",
            "payloads:GetItem",
            "payloads:DeleteItem",
            "content:GetObject",
        ),
        if_match=PAYLOAD_URL,
    ),
    # -- rendering
    _renders(
        name="render_live",
        use="render",
        pointer_use="reads",
        path="/v1/prompts/{slug}/render",
        segments=(PROMPT_SLUG,),
        permission=Permission.READ,
        actions=(*SLUG, *HEAD, *VERSION, "payloads:GetItem", *PARTS),
        body=("RenderRequest",),
        problems=(422,),
    ),
    _renders(
        name="render_version",
        use="render",
        pointer_use="reads",
        path="/v1/prompts/{slug}/versions/{version}/render",
        segments=(PROMPT_SLUG, SELECTOR),
        permission=Permission.READ,
        actions=(*SLUG, *HEAD, *VERSION, "versions:Query", "payloads:GetItem", *PARTS),
        body=("RenderRequest",),
        problems=(422,),
    ),
)
