"""Calls of vendors' clients that are not served here, and what to do instead of each.

The gateway itself responds to them, on AWS and on this machine: none of them needs a function.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from infra.gateway_problems import DialectProblem
from shared import problems
from shared.routes import NATIVE
from shared.routes.route import number_segments


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsupportedCall:
    """A call that is always refused with 501.

    Attributes:
        method: The HTTP method in upper case; `GET` stands for `HEAD` too.
        path: The path, with the vendor's names of variable segments.
        operation_id: px0's id of the operation, or one of our own.
        chapter: The tag in the OpenAPI document.
        summary: What it does at the vendor.
        instead: What to do instead.
        dialect: The dialect whose clients make it.
    """

    method: str
    path: str
    operation_id: str
    chapter: str
    summary: str
    instead: str
    dialect: str = NATIVE

    @property
    def resource(self) -> str:
        """The path in API Gateway, where all calls share the names of variable segments."""
        return number_segments(self.path)

    @property
    def problem(self) -> DialectProblem:
        """What every caller gets."""
        return DialectProblem(
            status=problems.Unsupported.status,
            code=problems.Unsupported.code,
            text=f"not supported; {self.instead}",
            dialect=self.dialect,
            kind=problems.Unsupported,
        )


INVITE = "an admin invites people with POST /v1/orgs/{orgID}/people"
ADD = "an admin adds people to a team with POST /v1/teams/{id}/members"
ONE = "a deployment is one organization"

NATIVE_CALLS = (
    UnsupportedCall(
        method="POST",
        path="/v1/auth/register",
        operation_id="register",
        chapter="Sign-in",
        summary="Register",
        instead=f"nobody can register: {INVITE}",
    ),
    UnsupportedCall(
        method="GET",
        path="/v1/auth/verify-email",
        operation_id="sendVerificationEmail",
        chapter="Sign-in",
        summary="Send a code that verifies an e-mail address",
        instead=f"the invitation verifies the address: {INVITE}",
    ),
    UnsupportedCall(
        method="POST",
        path="/v1/auth/verify-email",
        operation_id="verifyEmail",
        chapter="Sign-in",
        summary="Verify an e-mail address",
        instead=f"the invitation verifies the address: {INVITE}",
    ),
    UnsupportedCall(
        method="PUT",
        path="/v1/auth/me",
        operation_id="updateMe",
        chapter="Account",
        summary="Change one's e-mail address",
        instead=f"for another address {INVITE}",
    ),
    UnsupportedCall(
        method="DELETE",
        path="/v1/auth/me",
        operation_id="deleteMe",
        chapter="Account",
        summary="Delete one's account",
        instead="an admin of the organization removes people with "
        "DELETE /v1/orgs/{orgID}/members/{userID}",
    ),
    UnsupportedCall(
        method="GET",
        path="/v1/me/inbox",
        operation_id="getInbox",
        chapter="Account",
        summary="List requests to join one's teams",
        instead=f"nobody asks to join: {ADD}",
    ),
    UnsupportedCall(
        method="POST",
        path="/v1/orgs",
        operation_id="createOrganization",
        chapter="Organization",
        summary="Create an organization",
        instead=f"{ONE}; create a team with POST /v1/orgs/{{orgID}}/teams, or deploy another stage",
    ),
    UnsupportedCall(
        method="DELETE",
        path="/v1/orgs/{id}",
        operation_id="deleteOrganization",
        chapter="Organization",
        summary="Delete an organization",
        instead=f"{ONE}, which an operator removes with its stack",
    ),
    UnsupportedCall(
        method="POST",
        path="/v1/teams/{id}/join-requests",
        operation_id="createJoinRequest",
        chapter="Teams",
        summary="Ask to join a team",
        instead=ADD,
    ),
    UnsupportedCall(
        method="PUT",
        path="/v1/join-requests/{id}",
        operation_id="resolveJoinRequest",
        chapter="Teams",
        summary="Approve or reject a request to join a team",
        instead=ADD,
    ),
)

RUN = (
    "this registry does not run models; render the prompt with POST /v1/prompts/{slug}/render, and "
    "send the result to the provider of its model"
)
FILES = "this registry keeps no files; send them to the provider of the model"
PARTIALS = "this registry has no prompt partials; write their text into the prompt"
TOOLS = "this registry has no library of tools; send tools as modelParameters.promptTools"
MODELS = "this registry does not run models; modelName takes any name"

_tela = partial(UnsupportedCall, dialect="tela", chapter="Tela: Prompts")
_maxim = partial(UnsupportedCall, dialect="maxim", chapter="Maxim: Prompts")

TELA_CALLS = (
    _tela(
        method="POST",
        path="/v2/chat/completions",
        operation_id="createCompletion",
        summary="Run a prompt",
        instead=RUN,
    ),
    _tela(
        method="GET",
        path="/v2/chat/completions/{id}",
        operation_id="getCompletion",
        summary="Get a run",
        instead=RUN,
    ),
    _tela(
        method="GET",
        path="/v1/completion-run",
        operation_id="listCompletionRuns",
        summary="List runs",
        instead=RUN,
    ),
    _tela(
        method="POST",
        path="/v2/file",
        operation_id="createFile",
        summary="Prepare the upload of a file",
        instead=FILES,
    ),
    _tela(
        method="POST",
        path="/v3/files",
        operation_id="createFileV3",
        summary="Prepare the upload of a file",
        instead=FILES,
    ),
    _tela(
        method="GET",
        path="/v3/files/{id}",
        operation_id="getFileV3",
        summary="Get a file",
        instead=FILES,
    ),
)

MAXIM_CALLS = (
    *(
        _maxim(
            method=method,
            path=path,
            operation_id=f"{operation}{name}",
            summary=f"{verb} {what}",
            instead=instead,
        )
        for path, name, what, instead in (
            ("/v1/prompt-partials", "PromptPartials", "prompt partials", PARTIALS),
            ("/v1/prompt-tools", "PromptTools", "tools", TOOLS),
        )
        for method, operation, verb in (
            ("GET", "list", "List"),
            ("POST", "create", "Create"),
            ("PUT", "update", "Update"),
            ("DELETE", "delete", "Delete"),
        )
    ),
    _maxim(
        method="GET",
        path="/v1/prompt-partials/versions",
        operation_id="listPromptPartialVersions",
        summary="List versions of a prompt partial",
        instead=PARTIALS,
    ),
    _maxim(
        method="POST",
        path="/v1/prompt-partials/versions",
        operation_id="createPromptPartialVersion",
        summary="Create a version of a prompt partial",
        instead=PARTIALS,
    ),
    _maxim(
        method="GET",
        path="/v1/models",
        operation_id="listModels",
        summary="List models",
        instead=MODELS,
    ),
    _maxim(
        method="GET",
        path="/v1/integrations",
        operation_id="listIntegrations",
        summary="List integrations",
        instead="this registry is connected to no other product",
    ),
)

UNSUPPORTED_CALLS = (*NATIVE_CALLS, *TELA_CALLS, *MAXIM_CALLS)
