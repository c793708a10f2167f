"""The rows of the route table, and the AWS actions that they are composed of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import count
from typing import Any, Literal

from shared.domain.access import Permission

Kind = Literal["read", "write", "sign-in"]
Use = Literal["", "get", "render"]
SEGMENT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a path or a query, with the fields that OpenAPI has for it."""

    name: str
    description: str
    type: Literal["string", "integer", "boolean"] = "string"
    format: str | None = None
    enum: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    required: bool = False
    examples: tuple[str, ...] = ()

    @property
    def schema(self) -> dict[str, Any]:
        """The parameter's JSON schema."""
        keywords = {
            "type": self.type,
            "format": self.format,
            "enum": list(self.enum) or None,
            "minimum": self.minimum,
            "maximum": self.maximum,
            "examples": list(self.examples) or None,
        }
        return {name: value for name, value in keywords.items() if value is not None}


# The AWS actions that the steps of a request need, as "table:Action"; `content` is the bucket.
KEY = ("access:GetItem",)
SESSION = ("access:Query",)  # the teams of the person
# The day on which an API key was last used is in a partition of its own.
USE, USES = ("access:PutItem",), "usage#*"
# So is the count of the requests of an API key and of its team, where there are quotas.
COUNT, COUNTS = ("access:UpdateItem",), "quota#*"
ACCESS_WRITES = frozenset(f"access:{verb}Item" for verb in ("Put", "Update", "Delete"))
HEAD = ("prompts:GetItem",)
SLUG = ("lookups:GetItem",)
VERSION = ("versions:GetItem", "content:GetObject")
# For a number one read gets both; a tag needs the head first, and `latest` a query.
HEAD_AND_VERSION = (
    *HEAD,
    *VERSION,
    "versions:Query",
    "prompts:BatchGetItem",
    "versions:BatchGetItem",
)
VERSIONS = ("versions:Query", "content:GetObject")
# Every change writes the prompt's head, its entries in the team's directory, an event in its
# history, and an idempotency record.
COMMIT = (
    "prompts:PutItem",
    "access:PutItem",
    "history:PutItem",
    "lookups:GetItem",
    "lookups:PutItem",
)
CHECK = ("access:ConditionCheckItem",)  # what a team protects, and who may move it
# A prompt that comes into a team checks that the team has not been deleted.
NEW_PROMPT = (*COMMIT, *CHECK)
# Before a version comes to a protected pointer, all payloads must render with it.
MOVE = (
    *CHECK,
    "payloads:Query",
    "prompts:BatchGetItem",
    "versions:BatchGetItem",
    "content:GetObject",
)
# Which version is live, is noted in the claims of the prompt's name and slug.
LIVE_CHECK = (*CHECK, "lookups:UpdateItem")
LIVE_MOVE = (*MOVE, "lookups:UpdateItem")
# What somebody may not move is requested, unless the same request waits.
REVIEW = ("access:BatchGetItem",)
RECORD = ("content:GetObject", "content:PutObject")  # for recorded responses with a body
CHANGE = (*HEAD, *COMMIT, "access:DeleteItem", *RECORD)
NEW_VERSION = (*CHANGE, "versions:PutItem")

# What a version includes is read with it.
PARTS = ("prompts:BatchGetItem", "versions:BatchGetItem", "content:GetObject")
# Whoever writes a version that includes others writes into the heads of its parts, and checks those
# of theirs.
INCLUDE = (
    *PARTS,
    "lookups:BatchGetItem",
    "prompts:UpdateItem",
    "prompts:ConditionCheckItem",
)
# What other prompts include is not taken away without saying so.
FREE = (*PARTS, "access:Query")

# Why a route that writes does without `If-Match`.
ADDS = "it adds something, and changes nothing that could have been read"

# Headers of a response that depend on what is stored.
UNREADABLE_ITEMS = "X-Unreadable-Items"
OMITTED_BODIES = "X-Omitted-Bodies"
TEMPLATE_LANGUAGE = "X-Template-Language"

REQUESTED = 202  # the status of a move that waits for somebody else

MAX_LIMIT = 1000  # rows per page, if the caller sets a limit
MAX_DAYS = 31  # of use that are shown
LIMIT = Parameter(
    "limit",
    "The maximum number of items; without it, as many as one response can hold.",
    type="integer",
    minimum=1,
    maximum=MAX_LIMIT,
)
# The query parameters of every native list.
PAGE = (
    LIMIT,
    Parameter("cursor", "The `next_cursor` of the previous page."),
)
# Of reads of one version.
SPLIT_KEY = Parameter(
    "split_key",
    "Whose version it is, where the pointer is split between several: the same text, of at most "
    "255 characters, gets the same version.",
    examples=("user-1",),
)
# Of what may take something away from prompts that include this one.
FORCE = Parameter(
    "force",
    "Whether to do it although other prompts include this one, and lose what they include.",
    type="boolean",
)
# The query parameters of lists whose cursor is in a header.
PAGE_OF_ROWS = (
    LIMIT,
    Parameter("cursor", "The `X-Next-Cursor` of the previous page."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One endpoint.

    Attributes:
        name: The name of its file and its function and, in camel case, its operation id.
        operation: The operation id, where px0's clients are generated from another one.
        dialect: The dialect, which decides the folder of its file and the format of problems.
        method: The HTTP method in upper case; every GET route also serves HEAD.
        path: The path as in the dialect's own documentation, with its names of variable segments.
        status: The HTTP status of success.
        permission: The permission that the principal needs.
        segments: The variable segments of the path, in order.
        spread: The segment that may contain one slash, as in `team/greet`.
        greedy: The segment that may contain any number of slashes. All routes that have one behind
            the same beginning share a resource, whatever their paths have behind the segment.
        falls_back_to: The native route that handles requests whose credential does not belong to
            this dialect.
        sessions_only: Whether it is for people only, whatever an API key may do.
        whole_team: Whether it makes or moves prompts, or is about what all prompts of a team share,
            such as its people, so that no API key of some prompts may use it.
        pointer_use: What an API key of some pointers may use it for: it `reads` versions by these
            pointers only, or `moves` these; empty for what such a key may not use at all.
        is_hot: Whether applications wait for it as they serve people, so that a deployment may keep
            its function started.
        use: How it uses versions, by which its calls are counted: it gets or renders them; empty
            where they are looked at or changed.
        is_reviewed: Whether it makes a release request of a move that the principal may not make.
        shows_secret: Whether the request or its response has a secret, so that it is never
            recorded, not even as a hash.
        actions: The AWS actions of its role, in addition to those that authenticate.
        leading_keys: The patterns of the partitions of table `access` that it may write, if it
            writes there. All others, such as the API keys and sessions, are safe from a flaw in it.
        chapter: The tag in the OpenAPI document.
        query: The query parameters.
        body: Names of the models that the request's body may have.
        media_type: The media type of the response.
        response_headers: Headers of success, in addition to those of all routes of its kind, which
            `optional_headers` has.
        problems: Statuses of problems, in addition to those of all routes of its kind; 422 also
            if stored data can make the response too large.
        if_match: The URL whose ETag `If-Match` is compared with. Names in braces are those of
            segments, query parameters and fields of the request itself.
        no_if_match: Why a route that writes does without `If-Match`.
    """

    name: str
    operation: str = ""
    dialect: str
    method: str
    path: str
    status: int = 200
    permission: Permission
    segments: tuple[Parameter, ...] = ()
    spread: str | None = None
    greedy: str | None = None
    falls_back_to: str | None = None
    sessions_only: bool = False
    whole_team: bool = False
    pointer_use: Literal["", "reads", "moves"] = ""
    is_hot: bool = False
    use: Use = ""
    is_reviewed: bool = False
    shows_secret: bool = False
    actions: tuple[str, ...] = ()
    leading_keys: tuple[str, ...] = ("team#*",)
    chapter: str
    query: tuple[Parameter, ...] = ()
    body: tuple[str, ...] = ()
    media_type: str = "application/json"
    response_headers: tuple[str, ...] = ()
    problems: tuple[int, ...] = ()
    if_match: str = ""
    no_if_match: str = ""

    def __post_init__(self) -> None:
        names = tuple(segment.name for segment in self.segments)
        if names != tuple(SEGMENT.findall(self.path)):
            raise ValueError(f"{self.name}: segments must be those of {self.path}, not {names}")
        if self.spread is not None and self.spread not in names:
            raise ValueError(f"{self.name}: spread must be a segment of {self.path}")
        if self.greedy is not None and self.greedy not in names:
            raise ValueError(f"{self.name}: greedy must be a segment of {self.path}")

    @property
    def operation_id(self) -> str:
        """The operation's id in the OpenAPI document."""
        if self.operation:
            return self.operation
        first, *others = self.name.split("_")
        return first + "".join(word.capitalize() for word in others)

    @property
    def module(self) -> str:
        """The module of the endpoint."""
        return f"functions.{self.dialect}.{self.name}"

    @property
    def role_actions(self) -> tuple[str, ...]:
        """All AWS actions of the role."""
        if self.permission is Permission.PUBLIC:
            return tuple(sorted({*self.actions}))
        session = SESSION if self.takes_sessions else ()
        use = () if self.sessions_only else (*USE, *COUNT)
        return tuple(sorted({*KEY, *session, *use, *self.actions}))

    @property
    def partitions(self) -> tuple[str, ...]:
        """The patterns of all partitions of table `access` that its function may write."""
        own = self.leading_keys if ACCESS_WRITES & {*self.actions} else ()
        takes_keys = self.permission is not Permission.PUBLIC and not self.sessions_only
        return (*own, USES, COUNTS) if takes_keys else own

    @property
    def takes_sessions(self) -> bool:
        """Whether its function takes people's sessions: the native ones do, also for others."""
        return self.dialect == "registry" or self.falls_back_to is not None

    @property
    def writes(self) -> bool:
        """Whether the endpoint changes anything, and so records idempotency keys."""
        return "lookups:PutItem" in self.actions

    @property
    def optional_headers(self) -> tuple[str, ...]:
        """The headers that a response of success has or not, depending on what is stored."""
        names = [UNREADABLE_ITEMS] if self.actions else []
        if "cursor" in self.query_names:
            names.append(OMITTED_BODIES)
        return (*names, *self.response_headers)

    @property
    def kind(self) -> Kind:
        """What it does, by which failures are counted."""
        if "/v1/auth/" in self.path:
            return "sign-in"
        # What shows a secret records no response, and so does not count as one of `writes`.
        return "write" if self.writes or "history:PutItem" in self.actions else "read"

    @property
    def segment_names(self) -> tuple[str, ...]:
        """The names of the variable segments, in order."""
        return tuple(segment.name for segment in self.segments)

    @property
    def query_names(self) -> tuple[str, ...]:
        """The names of the query parameters."""
        return tuple(parameter.name for parameter in self.query)

    @property
    def resource(self) -> str:
        """The first of the resources, which is the documented one."""
        return self.resources[0]

    @property
    def resources(self) -> tuple[str, ...]:
        """The paths in API Gateway, where all routes share the names of variable segments."""
        if self.greedy is not None:
            start, segment, _ = self.path.partition(f"{{{self.greedy}}}")
            return (f"{number_segments(start + segment).removesuffix('}')}+}}",)
        paths = [self.path]
        if self.spread is not None:
            segment = f"{{{self.spread}}}"
            paths.append(self.path.replace(segment, f"{segment}/{segment}"))
        return tuple(map(number_segments, paths))

    def is_in_front_of(self, other: Route) -> bool:
        """Tell whether this route receives all requests for another one, to fall back to it."""
        return (
            self.falls_back_to == other.name
            and self.method == other.method
            and {*other.resources} <= {*self.resources}
        )


def number_segments(path: str) -> str:
    """Replace the names of a path's variable segments by numbers, as API Gateway has them."""
    numbers = count(1)
    return SEGMENT.sub(lambda _: f"{{p{next(numbers)}}}", path)
