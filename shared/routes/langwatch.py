"""LangWatch's endpoints: those of its first API, and those of its current API."""

from __future__ import annotations

from functools import partial

from shared.domain.access import Permission
from shared.routes.route import (
    ADDS,
    CHANGE,
    CHECK,
    FREE,
    HEAD,
    INCLUDE,
    LIVE_MOVE,
    NEW_PROMPT,
    NEW_VERSION,
    PAGE_OF_ROWS,
    PARTS,
    RECORD,
    REVIEW,
    SLUG,
    SPLIT_KEY,
    TEMPLATE_LANGUAGE,
    VERSION,
    Parameter,
    Route,
)

MEANING = "The prompt's id or its handle, which may contain one slash, as in `team/greet`"
HANDLE = Parameter("id", f"{MEANING}.", examples=("welcome",))
HANDLE_OR_SHORTHAND = Parameter(
    "id",
    f"{MEANING}; a suffix of `:` and a number or a tag selects that version.",
    examples=("welcome", "welcome:1", "welcome:production"),
)
VERSION_ID = Parameter("version_id", "The version's id.", format="uuid")
TAG = Parameter("tag", "The tag's name.", examples=("production",))

_all_prompts = partial(Route, dialect="langwatch", chapter="LangWatch: Prompts")
_prompts = partial(_all_prompts, segments=(HANDLE,), spread="id")
_versions = partial(
    Route,
    dialect="langwatch",
    chapter="LangWatch: Prompt Versions",
    segments=(HANDLE,),
    spread="id",
)
_tags = partial(Route, dialect="langwatch", chapter="LangWatch: Prompt Tags")

PROMPT_URL = "/api/prompts/{id}"

# Requests name a prompt by its id or its handle; the definitions of tags are in a ledger.
PROMPT_BY_NAME = (*SLUG, *HEAD, "access:GetItem")
# What only reads it reads the head and the ledger in a batch.
WITH_TAGS = ("access:BatchGetItem", "prompts:BatchGetItem")
NEWEST = (*VERSION, "versions:Query")
BY_ID = (
    "lookups:GetItem",
    "lookups:BatchGetItem",
    "prompts:BatchGetItem",
    "versions:BatchGetItem",
    "content:GetObject",
)
LEDGER = ("access:PutItem", "lookups:GetItem", "lookups:PutItem", *RECORD)

ROWS: tuple[Route, ...] = (
    # -- prompts
    _all_prompts(
        name="list_prompts_by_handle",
        method="GET",
        path="/api/prompts",
        permission=Permission.READ,
        actions=(
            "access:Query",
            *HEAD,
            "prompts:BatchGetItem",
            "versions:BatchGetItem",
            "versions:Query",
            "content:GetObject",
            *PARTS,
        ),
        query=PAGE_OF_ROWS,
    ),
    _all_prompts(
        name="create_prompt_by_handle",
        whole_team=True,
        method="POST",
        path="/api/prompts",
        permission=Permission.WRITE,
        actions=(*NEW_PROMPT, *RECORD, "versions:PutItem", *INCLUDE),
        body=("NewHandle", "NamedPrompt"),
        problems=(422,),
        no_if_match=ADDS,
        response_headers=(TEMPLATE_LANGUAGE,),
    ),
    _prompts(
        name="get_prompt_by_handle",
        use="get",
        pointer_use="reads",
        method="GET",
        path="/api/prompts/{id}",
        segments=(HANDLE_OR_SHORTHAND,),
        permission=Permission.READ,
        actions=(*PROMPT_BY_NAME, *WITH_TAGS, *NEWEST, *PARTS),
        query=(
            Parameter(
                "version",
                "The version's number; by default, or for 0, the newest.",
                type="integer",
                minimum=0,
                maximum=2**31 - 1,
            ),
            Parameter("tag", "The version's tag; `latest` is the newest."),
            Parameter("label", "The older name of `tag`."),
            SPLIT_KEY,
        ),
        problems=(422,),
        response_headers=(TEMPLATE_LANGUAGE,),
    ),
    _prompts(
        name="update_prompt_by_handle",
        method="PUT",
        path="/api/prompts/{id}",
        permission=Permission.WRITE,
        actions=(
            *PROMPT_BY_NAME,
            "versions:Query",
            *NEW_VERSION,
            "lookups:DeleteItem",
            *LIVE_MOVE,
            *INCLUDE,
            *FREE,
        ),
        body=("HandleChanges", "NamedPrompt"),
        problems=(422,),
        if_match=PROMPT_URL,
        response_headers=(TEMPLATE_LANGUAGE,),
    ),
    _prompts(
        name="delete_prompt_by_handle",
        method="DELETE",
        path="/api/prompts/{id}",
        permission=Permission.CURATE,
        actions=(*SLUG, *CHANGE, "versions:Query", "lookups:DeleteItem", *CHECK, *FREE),
        if_match=PROMPT_URL,
    ),
    _prompts(
        name="sync_prompt",
        method="POST",
        path="/api/prompts/{id}/sync",
        permission=Permission.WRITE,
        actions=(*PROMPT_BY_NAME, *NEWEST, *NEW_VERSION, *NEW_PROMPT, *INCLUDE, *FREE),
        body=("LocalPrompt",),
        problems=(422,),
        if_match=PROMPT_URL,
        response_headers=(TEMPLATE_LANGUAGE,),
    ),
    # -- versions
    _versions(
        name="create_config_version",
        method="POST",
        path="/api/prompts/{id}/versions",
        permission=Permission.WRITE,
        actions=(*SLUG, "versions:Query", *NEW_VERSION, *INCLUDE, *FREE),
        body=("NewConfigVersion", "FlatVersion"),
        problems=(422,),
        if_match=PROMPT_URL,
        response_headers=(TEMPLATE_LANGUAGE,),
    ),
    _versions(
        name="list_config_versions",
        method="GET",
        path="/api/prompts/{id}/versions",
        permission=Permission.READ,
        actions=(
            *PROMPT_BY_NAME,
            *WITH_TAGS,
            "versions:Query",
            "content:GetObject",
            *PARTS,
        ),
        query=PAGE_OF_ROWS,
        problems=(422,),
    ),
    _versions(
        name="restore_config_version",
        method="POST",
        path="/api/prompts/{id}/versions/{version_id}/restore",
        segments=(HANDLE, VERSION_ID),
        permission=Permission.WRITE,
        actions=(*PROMPT_BY_NAME, *BY_ID, *NEWEST, *NEW_VERSION, *INCLUDE, *FREE),
        problems=(422,),
        if_match=PROMPT_URL,
        response_headers=(TEMPLATE_LANGUAGE,),
    ),
    # -- tags
    _versions(
        name="assign_tag",
        pointer_use="moves",
        method="PUT",
        path="/api/prompts/{id}/tags/{tag}",
        segments=(HANDLE, TAG),
        permission=Permission.WRITE,
        actions=(*PROMPT_BY_NAME, *BY_ID, *VERSION, *NEW_VERSION, *LIVE_MOVE, *REVIEW, *FREE),
        is_reviewed=True,
        body=("Assignment",),
        problems=(422,),
        if_match="/api/prompts/{id}?tag={tag}",
    ),
    _tags(
        name="list_tag_definitions",
        pointer_use="reads",
        method="GET",
        path="/api/prompts/tags",
        permission=Permission.READ,
        actions=("access:GetItem",),
    ),
    _tags(
        name="create_tag_definition",
        whole_team=True,
        method="POST",
        path="/api/prompts/tags",
        status=201,
        permission=Permission.WRITE,
        actions=(*LEDGER, *CHECK),
        body=("TagName",),
        problems=(422,),
        no_if_match=ADDS,
    ),
    _tags(
        name="rename_tag_definition",
        whole_team=True,
        method="PUT",
        path="/api/prompts/tags/{tag}",
        segments=(TAG,),
        permission=Permission.WRITE,
        actions=(*LEDGER, *CHECK),
        body=("TagName",),
        problems=(404, 422),
        if_match="/api/prompts/tags",
    ),
    _tags(
        name="delete_tag_definition",
        whole_team=True,
        method="DELETE",
        path="/api/prompts/tags/{tag}",
        segments=(TAG,),
        status=204,
        permission=Permission.WRITE,
        actions=("access:PutItem", "lookups:GetItem", "lookups:PutItem", *CHECK),
        problems=(404,),
        if_match="/api/prompts/tags",
    ),
    # -- telemetry that its clients send
    Route(
        name="drop_traces",
        pointer_use="reads",
        dialect="langwatch",
        chapter="LangWatch: Traces",
        method="POST",
        path="/api/otel/v1/traces",
        permission=Permission.READ,
    ),
)
