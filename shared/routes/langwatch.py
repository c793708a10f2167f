"""LangWatch's endpoints: versions as its first API took them, and today's API."""

from functools import partial

from shared.routes.route import (
    ANSWER,
    CHANGE,
    COMMIT,
    HEAD,
    NEW_VERSION,
    PAGE,
    SLUG,
    VERSION,
    Permission,
    Route,
)

_prompts = partial(Route, dialect="langwatch", tag="LangWatch: Prompts", spread="id")
_versions = partial(Route, dialect="langwatch", tag="LangWatch: Prompt Versions", spread="id")
_tags = partial(Route, dialect="langwatch", tag="LangWatch: Prompt Tags")

# A prompt is named by its id or its handle; the definitions of tags lie in a ledger.
NAMED = (*SLUG, *HEAD, "access:GetItem")
NEWEST = (*VERSION, "versions:Query")
BY_ID = ("lookups:GetItem", "prompts:BatchGetItem", "versions:BatchGetItem", "content:GetObject")
LEDGER = ("access:PutItem", "lookups:GetItem", "lookups:PutItem", *ANSWER)

ROWS: tuple[Route, ...] = (
    # -- prompts
    Route(
        name="list_prompts_by_handle",
        dialect="langwatch",
        tag="LangWatch: Prompts",
        method="GET",
        path="/api/prompts",
        allow=Permission.READ,
        actions=(
            "access:Query",
            "prompts:BatchGetItem",
            "versions:BatchGetItem",
            "versions:Query",
            "content:GetObject",
        ),
        query=PAGE,
        gives="PromptsOfHandles",
    ),
    Route(
        name="create_prompt_by_handle",
        dialect="langwatch",
        tag="LangWatch: Prompts",
        method="POST",
        path="/api/prompts",
        allow=Permission.WRITE,
        actions=(*COMMIT, *ANSWER, "access:PutItem", "versions:PutItem"),
        takes="NewHandle",
        gives="PromptOfHandle",
        problems=(422,),
    ),
    _prompts(
        name="get_prompt_by_handle",
        method="GET",
        path="/api/prompts/{id}",
        allow=Permission.READ,
        actions=(*NAMED, *NEWEST),
        query=("version", "tag"),
        gives="PromptOfHandle",
        problems=(422,),
    ),
    _prompts(
        name="update_prompt_by_handle",
        method="PUT",
        path="/api/prompts/{id}",
        allow=Permission.WRITE,
        actions=(*NAMED, "versions:Query", *NEW_VERSION, "lookups:DeleteItem"),
        takes="HandleChanges",
        gives="PromptOfHandle",
        problems=(412, 422),
    ),
    _prompts(
        name="delete_prompt_by_handle",
        method="DELETE",
        path="/api/prompts/{id}",
        allow=Permission.CURATE,
        actions=(*SLUG, *CHANGE, "lookups:DeleteItem"),
        gives="Deleted",
    ),
    _prompts(
        name="sync_prompt",
        method="POST",
        path="/api/prompts/{id}/sync",
        allow=Permission.WRITE,
        actions=(*NAMED, *NEWEST, *NEW_VERSION, "access:PutItem"),
        takes="LocalPrompt",
        gives="Synced",
        problems=(422,),
    ),
    # -- versions
    _versions(
        name="create_config_version",
        method="POST",
        path="/api/prompts/{id}/versions",
        allow=Permission.WRITE,
        actions=(*SLUG, "versions:Query", *NEW_VERSION),
        takes="NewConfigVersion",
        gives="ConfigVersion",
        problems=(422,),
    ),
    _versions(
        name="list_config_versions",
        method="GET",
        path="/api/prompts/{id}/versions",
        allow=Permission.READ,
        actions=(*NAMED, "versions:Query", "content:GetObject"),
        query=PAGE,
        gives="VersionsOfHandle",
        problems=(422,),
    ),
    _versions(
        name="restore_config_version",
        method="POST",
        path="/api/prompts/{id}/versions/{version_id}/restore",
        allow=Permission.WRITE,
        actions=(*NAMED, *BY_ID, *VERSION, *NEW_VERSION),
        gives="PromptOfHandle",
        problems=(422,),
    ),
    # -- tags
    _versions(
        name="assign_tag",
        method="PUT",
        path="/api/prompts/{id}/tags/{tag}",
        allow=Permission.WRITE,
        actions=(*NAMED, *BY_ID, *VERSION, *NEW_VERSION),
        takes="Assignment",
        gives="Assigned",
        problems=(422,),
    ),
    _tags(
        name="list_tag_definitions",
        method="GET",
        path="/api/prompts/tags",
        allow=Permission.READ,
        actions=("access:GetItem",),
        gives="TagDefinitions",
    ),
    _tags(
        name="create_tag_definition",
        method="POST",
        path="/api/prompts/tags",
        status=201,
        allow=Permission.WRITE,
        actions=LEDGER,
        takes="TagName",
        gives="TagDefinition",
        problems=(422,),
    ),
    _tags(
        name="rename_tag_definition",
        method="PUT",
        path="/api/prompts/tags/{tag}",
        allow=Permission.WRITE,
        actions=LEDGER,
        takes="TagName",
        gives="TagDefinition",
        problems=(404, 422),
    ),
    _tags(
        name="delete_tag_definition",
        method="DELETE",
        path="/api/prompts/tags/{tag}",
        status=204,
        allow=Permission.WRITE,
        actions=("access:PutItem", "lookups:GetItem", "lookups:PutItem"),
        problems=(404,),
    ),
    # -- what its clients send besides
    Route(
        name="drop_traces",
        dialect="langwatch",
        tag="LangWatch: Traces",
        method="POST",
        path="/api/otel/v1/traces",
        allow=Permission.READ,
        actions=("lookups:GetItem",),  # to know a call that is repeated with its key
    ),
)
