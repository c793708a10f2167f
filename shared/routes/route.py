"""What a row of the route table says, and the AWS actions that rows are put together from."""

import re
from dataclasses import dataclass
from enum import StrEnum
from itertools import count

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
# By number both come in one read; a tag needs the head first, and `latest` a query.
HEAD_AND_VERSION = (
    *HEAD,
    *VERSION,
    "versions:Query",
    "prompts:BatchGetItem",
    "versions:BatchGetItem",
)
VERSIONS = ("versions:Query", "content:GetObject")
# Every change goes through the prompt's head, leaves a line of history, and can be replayed.
COMMIT = ("prompts:PutItem", "history:PutItem", "lookups:GetItem", "lookups:PutItem")
ANSWER = ("content:GetObject", "content:PutObject")  # kept for a replay, unless it has no body
CHANGE = (*HEAD, *COMMIT, *ANSWER)
NAMES = ("lookups:DeleteItem", "access:PutItem", "access:DeleteItem")
NEW_VERSION = (*CHANGE, "versions:PutItem")
PAGE = ("limit", "cursor")  # the query parameters of every list


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One endpoint.

    Args:
        name: stem of its file, name of its function and, in camel case, its operation id.
        dialect: folder of its file, and the shape of its errors.
        path: as in the dialect's own documentation, with its names for the parameters.
        status: of success.
        allow: what the caller must be permitted to do.
        spread: the parameter that may hold one literal slash, as in `team/greet`.
        before: the route that answers here when the caller's credential is not of this dialect.
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
    spread: str | None = None
    before: str | None = None
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
        """The first of its resources, under which it is documented."""
        return self.resources[0]

    @property
    def resources(self) -> tuple[str, ...]:
        """The paths as API Gateway knows them: a variable segment has one name for everybody."""
        paths = [self.path]
        if self.spread is not None:
            parameter = f"{{{self.spread}}}"
            paths.append(self.path.replace(parameter, f"{parameter}/{parameter}"))
        return tuple(map(_numbered, paths))

    def hides(self, other: "Route") -> bool:
        """Whether every request for the other comes here first."""
        return (
            self.before == other.name
            and self.method == other.method
            and {*other.resources} <= {*self.resources}
        )


def _numbered(path: str) -> str:
    numbers = count(1)
    return PARAMETER.sub(lambda _: f"{{p{next(numbers)}}}", path)
