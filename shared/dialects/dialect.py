"""The description of a dialect.

Everything about one dialect is in its own folders. The server, the OpenAPI document, the docs and
the tests use the `DIALECT` in its `about.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from shared.problems import Problem
    from shared.request import Request
    from shared.responses import Response

Model = TypeVar("Model")

# OpenAPI's description of the credential that most dialects use.
BEARER_AUTH = {
    "BearerAuth": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API key, `Bearer ak_…`; natively also a session, `Bearer sess_…`.",
    }
}


class Credential(NamedTuple):
    """The credential of a request.

    Attributes:
        secret: The secret of an API key.
        team_id: The id of the key's team, in dialects whose requests name it.
    """

    secret: str
    team_id: str | None = None


class BodyLoader(Protocol):
    """Loads a request's body as one of the dialect's models."""

    def __call__(self, request: Request, model: type[Model], /) -> Model:
        """Load the body.

        Raises:
            InvalidRequest: The body does not match the model.
        """


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """The API of one vendor over the store.

    Attributes:
        name: The name of its folders, which its routes use.
        title: The name for people.
        prefix: Prefix of the names of its schemas in the OpenAPI document.
        chapters: Tags of the OpenAPI document, each with a description.
        security: OpenAPI's security schemes by name; a request needs one of them.
        credential: Where requests have the API key, for people, such as "the header `X-Key`".
        team_choice: What callers whose API key has several teams do where a request names none.
        request_headers: Names of headers that only its requests have, besides the credential.
        error_model: The name of the model of its problems.
        response_headers: OpenAPI's descriptions of headers that only its responses have.
        has_drafts: Whether its clients know drafts. To others versions appear once they are stable.
        has_archived_versions: Whether its clients know them. For others they are deleted.
        has_own_405: Whether the gateway's refusal of a method, at paths that only this dialect has,
            is in the dialect's words.
        resolves: Whether it shows texts with all parts in them, instead of the references.
        has_credential: Tells whether request headers, by lower-case name, contain this dialect's
            kind of credential; used where two dialects share a URL.
        parse_credential: Parses the credential in request headers; raises Unauthorized.
        load_body: Loads a request's body.
        dump_problem: Converts a problem and the id of the request to a response.
    """

    name: str
    title: str
    prefix: str
    chapters: Mapping[str, str]
    security: Mapping[str, Mapping[str, Any]]
    credential: str
    team_choice: str = "use an API key of one team"
    request_headers: tuple[str, ...] = ()
    error_model: str
    response_headers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    has_drafts: bool = True
    has_archived_versions: bool = True
    has_own_405: bool = False
    resolves: bool = True
    has_credential: Callable[[Mapping[str, str]], bool]
    parse_credential: Callable[[Mapping[str, str]], Credential]
    load_body: BodyLoader
    dump_problem: Callable[[Problem, str], Response[Any]]

    @property
    def credential_headers(self) -> list[str]:
        """The names of the headers that can have the credential."""
        return [
            str(scheme["name"]) if scheme["type"] == "apiKey" else "Authorization"
            for scheme in self.security.values()
        ]

    def list_credentials(self) -> list[dict[str, str]]:
        """List the headers that can have an API key, each with what to send in it."""
        default = f"An API key in {self.credential}."
        messages = (str(scheme.get("description", default)) for scheme in self.security.values())
        return [
            {"header": header, "message": message}
            for header, message in zip(self.credential_headers, messages, strict=True)
        ]


def get_dialect(name: str) -> Dialect:
    """Get a dialect by its name."""
    dialect: Dialect = import_module(f"shared.dialects.{name}.about").DIALECT
    return dialect
