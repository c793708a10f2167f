"""The APIs that we speak: each a pure mapping between its wire format and the domain."""

from collections.abc import Mapping
from importlib import import_module
from typing import NamedTuple, Protocol, TypeVar, cast

from shared.answers import Reply
from shared.errors import Problem
from shared.request import Request

Model = TypeVar("Model")


class Credential(NamedTuple):
    """An API key, and the team that it is said to be of where the dialect has callers say so."""

    secret: str
    team_id: str | None = None


class Dialect(Protocol):
    """What a dialect's module offers to `serve`, beside its mappings."""

    def speaks(self, headers: Mapping[str, str]) -> bool:
        """Whether a request carries this dialect's kind of credential; asked on shared URLs."""

    def credential(self, headers: Mapping[str, str]) -> str | Credential:
        """The API key of a request, by lower-case header names. Raises Unauthorized."""

    def read(self, request: Request, model: type[Model]) -> Model:
        """The request's body as a model. Raises InvalidRequest."""

    def problem(self, problem: Problem, request_id: str) -> Reply:
        """How a failure is told."""


# The native dialect is px0's; its folder is called after what it serves.
MODULES = {"registry": "px0"}


def dialect(name: str) -> Dialect:
    return cast("Dialect", import_module(f"shared.dialects.{MODULES.get(name, name)}"))
