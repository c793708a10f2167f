"""Calls of px0's clients that make no sense here, and what to do instead of each.

The gateway itself responds to them, on AWS and on this machine: none of them needs a function.
"""

from __future__ import annotations

from dataclasses import dataclass

from infra.gateway_problems import GatewayProblem
from shared import problems
from shared.routes.route import number_segments


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsupportedCall:
    """A call that is always refused with 501.

    Attributes:
        method: The HTTP method in upper case; `GET` stands for `HEAD` too.
        path: The path, with px0's names of variable segments.
        operation_id: px0's id of the operation.
        chapter: The tag in the OpenAPI document.
        summary: What it does in px0.
        instead: What to do instead.
    """

    method: str
    path: str
    operation_id: str
    chapter: str
    summary: str
    instead: str

    @property
    def resource(self) -> str:
        """The path in API Gateway, where all calls share the names of variable segments."""
        return number_segments(self.path)

    @property
    def problem(self) -> GatewayProblem:
        """What every caller gets."""
        return GatewayProblem(
            status=problems.Unsupported.status,
            code=problems.Unsupported.code,
            text=f"not supported; {self.instead}",
        )


INVITE = "an admin invites people with POST /v1/orgs/{orgID}/people"
ADD = "an admin adds people to a team with POST /v1/teams/{id}/members"
ONE = "a deployment is one organization"

UNSUPPORTED_CALLS = (
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
