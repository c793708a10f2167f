"""The route table: the one statement of every endpoint, from which all else is derived.

The stack (functions, roles, API), the local server, the OpenAPI document, the README's table and
the tests read this; nothing restates it. Standard library only, so that everything can import it.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

PARAMETER = re.compile(r"\{(\w+)\}")


class Permission(StrEnum):
    """What a principal may do in a team, from nothing to everything."""

    PUBLIC = "public"  # anybody, without a credential
    READ = "read"  # read and render
    WRITE = "write"  # prompts, versions, tags and payloads
    CURATE = "curate"  # archive, restore and move prompts
    MANAGE = "manage"  # keys, people and teams


# What the steps of a request need of AWS, as "table:Action"; `content` is the bucket.
KEY = ("access:GetItem",)
HEAD = ("prompts:GetItem",)
SLUG = ("lookups:GetItem",)
VERSION = ("versions:GetItem", "content:GetObject")
VERSIONS = ("versions:Query", "content:GetObject")
# Every change goes through the prompt's head, leaves a line of history, and can be replayed.
CHANGE = (
    *HEAD,
    "prompts:PutItem",
    "history:PutItem",
    "lookups:GetItem",
    "lookups:PutItem",
    "content:GetObject",
    "content:PutObject",
)
NAMES = ("lookups:DeleteItem", "access:PutItem", "access:DeleteItem")
NEW_VERSION = (*CHANGE, "versions:PutItem")


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One endpoint.

    Args:
        name: stem of its file, name of its function and, in camel case, its operation id.
        dialect: folder of its file, and the shape of its errors.
        path: as in the dialect's own documentation, with its names for the parameters.
        status: of success.
        allow: what the caller must be permitted to do.
        actions: what its role may do in AWS, beside looking up the caller's key.
        tag: its chapter in the OpenAPI document.
        query: names of its query parameters.
        takes, gives: names of the models of its request and of its answer.
        problems: statuses of failure beside those that every route of its kind has; 422 also where
            what callers have stored can make the answer larger than one response carries.
    """

    name: str
    dialect: str
    method: str
    path: str
    status: int = 200
    allow: Permission
    actions: tuple[str, ...] = ()
    tag: str
    query: tuple[str, ...] = ()
    takes: str | None = None
    gives: str | None = None
    problems: tuple[int, ...] = ()

    @property
    def operation_id(self) -> str:
        first, *rest = self.name.split("_")
        return first + "".join(word.capitalize() for word in rest)

    @property
    def module(self) -> str:
        return f"functions.{self.dialect}.{self.name}"

    @property
    def role_actions(self) -> tuple[str, ...]:
        key = () if self.allow is Permission.PUBLIC else KEY
        return tuple(sorted({*key, *self.actions}))

    @property
    def parameters(self) -> tuple[str, ...]:
        return tuple(PARAMETER.findall(self.path))

    @property
    def resource(self) -> str:
        """The path as API Gateway knows it: a variable segment has one name, whoever names it."""
        numbers = iter(range(1, len(self.parameters) + 1))
        return PARAMETER.sub(lambda _: f"{{p{next(numbers)}}}", self.path)


_prompts = partial(Route, dialect="registry", tag="Prompts")
_versions = partial(Route, dialect="registry", tag="Prompt Versions")
_payloads = partial(Route, dialect="registry", tag="Prompt Payloads")
_renders = partial(Route, dialect="registry", tag="Prompt Renders", method="POST")
_service = partial(Route, dialect="registry", method="GET", allow=Permission.PUBLIC)

PAGE = ("limit", "cursor")

ROUTES: tuple[Route, ...] = (
    # -- the service itself
    _service(name="health_check", path="/v1/health", tag="Health", gives="Health"),
    _service(name="get_openapi", path="/openapi.json", tag="Documentation"),
    _service(name="get_docs", path="/docs", tag="Documentation"),
    # -- prompts
    _prompts(
        name="create_prompt",
        method="POST",
        path="/v1/teams/{team_id}/prompts",
        status=201,
        allow=Permission.WRITE,
        actions=(*CHANGE, "access:PutItem"),
        takes="NewPrompt",
        gives="PromptReply",
    ),
    _prompts(
        name="list_prompts",
        method="GET",
        path="/v1/teams/{team_id}/prompts",
        allow=Permission.READ,
        actions=("access:Query", "prompts:BatchGetItem"),
        query=("status", "archived", *PAGE),
        gives="PromptPage",
    ),
    _prompts(
        name="list_all_prompts",
        method="GET",
        path="/v1/prompts",
        allow=Permission.READ,
        actions=("access:Query", "prompts:BatchGetItem"),
        query=("team", "team_id", "status", "archived", *PAGE),
        gives="PromptPage",
    ),
    _prompts(
        name="get_prompt",
        method="GET",
        path="/v1/prompts/{id}",
        allow=Permission.READ,
        actions=(*SLUG, *HEAD, *VERSION, "versions:Query"),
        query=("version", "tag"),
        gives="PromptAndVersionReply",
        problems=(422,),
    ),
    _prompts(
        name="update_prompt",
        method="PUT",
        path="/v1/prompts/{id}",
        allow=Permission.WRITE,
        actions=CHANGE,
        takes="PromptChanges",
        gives="PromptReply",
        problems=(412,),
    ),
    _prompts(
        name="archive_prompt",
        method="POST",
        path="/v1/prompts/{id}/archive",
        allow=Permission.CURATE,
        actions=CHANGE,
        gives="PromptReply",
    ),
    _prompts(
        name="restore_prompt",
        method="POST",
        path="/v1/prompts/{id}/restore",
        allow=Permission.CURATE,
        actions=CHANGE,
        gives="PromptReply",
    ),
    _prompts(
        name="move_prompt",
        method="POST",
        path="/v1/prompts/{id}/move",
        allow=Permission.CURATE,
        actions=(*CHANGE, *NAMES),
        takes="Move",
        gives="PromptReply",
    ),
    _prompts(
        name="list_prompt_history",
        method="GET",
        path="/v1/prompts/{id}/history",
        allow=Permission.READ,
        actions=(*HEAD, "history:Query"),
        query=PAGE,
        gives="EventPage",
    ),
    # -- versions
    _versions(
        name="create_version",
        method="POST",
        path="/v1/prompts/{id}/versions",
        status=201,
        allow=Permission.WRITE,
        actions=NEW_VERSION,
        takes="NewVersion",
        gives="VersionReply",
        problems=(422,),
    ),
    _versions(
        name="list_versions",
        method="GET",
        path="/v1/prompts/{id}/versions",
        allow=Permission.READ,
        actions=(*HEAD, *VERSIONS),
        query=("status", "tags", *PAGE),
        gives="VersionPage",
        problems=(422,),
    ),
    _versions(
        name="diff_versions",
        method="GET",
        path="/v1/prompts/{id}/versions/diff",
        allow=Permission.READ,
        actions=(*HEAD, *VERSION, "versions:Query"),
        query=("from", "to"),
        gives="Diff",
        problems=(422,),
    ),
    _versions(
        name="get_version",
        method="GET",
        path="/v1/prompts/{id}/versions/{version}",
        allow=Permission.READ,
        actions=(*HEAD, *VERSION, "versions:Query"),
        gives="VersionReply",
        problems=(422,),
    ),
    _versions(
        name="update_version",
        method="PUT",
        path="/v1/prompts/{id}/versions/{version}",
        allow=Permission.WRITE,
        actions=(*NEW_VERSION, *VERSION, "versions:Query"),
        takes="VersionChanges",
        gives="VersionReply",
        problems=(412, 422),
    ),
    _versions(
        name="delete_prompt_version",
        method="DELETE",
        path="/v1/prompts/{id}/versions/{version}",
        status=204,
        allow=Permission.WRITE,
        actions=(
            *NEW_VERSION,
            *VERSION,
            "versions:Query",
            "versions:DeleteItem",
            "lookups:DeleteItem",
        ),
    ),
    *(
        _versions(
            name=f"{verb}_version",
            method="POST",
            path=f"/v1/prompts/{{id}}/versions/{{version}}/{verb}",
            allow=Permission.WRITE,
            actions=(*NEW_VERSION, *VERSION, "versions:Query"),
            gives="VersionReply",
            problems=(412, 422) if verb == "promote" else (422,),
        )
        for verb in ("promote", "demote", "archive")
    ),
    _versions(
        name="duplicate_version",
        method="POST",
        path="/v1/prompts/{id}/versions/{version}/duplicate",
        status=201,
        allow=Permission.WRITE,
        actions=(*NEW_VERSION, *VERSION, "versions:Query"),
        gives="VersionReply",
        problems=(422,),
    ),
    _versions(
        name="rollback_prompt",
        method="POST",
        path="/v1/prompts/{id}/rollback",
        allow=Permission.WRITE,
        actions=(*NEW_VERSION, *VERSION),
        takes="Rollback",
        gives="VersionReply",
        problems=(422,),
    ),
    _versions(
        name="list_version_variables",
        method="GET",
        path="/v1/prompts/{id}/versions/{version}/variables",
        allow=Permission.READ,
        actions=(*HEAD, *VERSION, "versions:Query"),
        gives="VariableList",
        problems=(422,),
    ),
    # -- tags
    _versions(
        name="set_version_tag",
        method="POST",
        path="/v1/prompts/{id}/versions/{version}/tags",
        allow=Permission.WRITE,
        actions=(*CHANGE, *VERSION, "versions:Query"),
        takes="NewTag",
        gives="VersionReply",
        problems=(422,),
    ),
    _versions(
        name="list_version_tags",
        method="GET",
        path="/v1/prompts/{id}/tags",
        allow=Permission.READ,
        actions=HEAD,
        query=PAGE,
        gives="TagPage",
    ),
    _versions(
        name="remove_version_tag",
        method="DELETE",
        path="/v1/prompts/{id}/tags/{tag}",
        status=204,
        allow=Permission.WRITE,
        actions=CHANGE,
    ),
    # -- sample payloads
    _payloads(
        name="create_prompt_payload",
        method="POST",
        path="/v1/prompts/{id}/payloads",
        status=201,
        allow=Permission.WRITE,
        actions=(*CHANGE, "payloads:PutItem"),
        takes="NewPayload",
        gives="PayloadReply",
        problems=(422,),
    ),
    _payloads(
        name="list_prompt_payloads",
        method="GET",
        path="/v1/prompts/{id}/payloads",
        allow=Permission.READ,
        actions=(*HEAD, "payloads:Query", "content:GetObject"),
        query=PAGE,
        gives="PayloadPage",
        problems=(422,),
    ),
    _payloads(
        name="get_prompt_payload",
        method="GET",
        path="/v1/prompts/{id}/payloads/{payload_id}",
        allow=Permission.READ,
        actions=(*HEAD, "payloads:GetItem", "content:GetObject"),
        gives="PayloadReply",
        problems=(422,),
    ),
    _payloads(
        name="update_prompt_payload",
        method="PUT",
        path="/v1/prompts/{id}/payloads/{payload_id}",
        allow=Permission.WRITE,
        actions=(*CHANGE, "payloads:GetItem", "payloads:PutItem"),
        takes="PayloadChanges",
        gives="PayloadReply",
        problems=(422,),
    ),
    _payloads(
        name="delete_prompt_payload",
        method="DELETE",
        path="/v1/prompts/{id}/payloads/{payload_id}",
        status=204,
        allow=Permission.WRITE,
        actions=(*CHANGE, "payloads:GetItem", "payloads:DeleteItem"),
    ),
    # -- rendering
    _renders(
        name="render_live",
        path="/v1/prompts/{slug}/render",
        allow=Permission.READ,
        actions=(*SLUG, *HEAD, *VERSION),
        takes="RenderRequest",
        gives="Rendering",
        problems=(422,),
    ),
    _renders(
        name="render_version",
        path="/v1/prompts/{slug}/versions/{version}/render",
        allow=Permission.READ,
        actions=(*SLUG, *HEAD, *VERSION, "versions:Query"),
        takes="RenderRequest",
        gives="Rendering",
        problems=(422,),
    ),
)
