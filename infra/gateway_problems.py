"""The problems that the gateway itself responds with, on AWS and on this machine.

The gateway does not know the dialect of a request, so a body has what clients of all dialects read.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from shared import problems
from shared.dialects.dialect import get_dialect
from shared.routes import DIALECTS, NATIVE

if TYPE_CHECKING:
    from collections.abc import Collection


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayProblem:
    """A problem that the gateway itself responds with.

    Attributes:
        status: The status of the response.
        code: Identifies the kind of problem for programs.
        text: What is wrong.
        advice: What to do next.
        retry_after: Seconds after which the same request may succeed.
    """

    status: int
    code: str
    text: str
    advice: str = ""
    retry_after: int | None = None

    @classmethod
    def from_problem(
        cls, problem: type[problems.Problem], *, retry_after: int | None = None
    ) -> GatewayProblem:
        """Build a problem with the status, code and message of one of the functions' problems."""
        return cls(
            status=problem.status,
            code=problem.code,
            text=problem.default,
            retry_after=retry_after,
        )

    def encode(self, request_id: str) -> str:
        """Encode the body, which contains nothing of the request except its id."""
        message = f"{self.text}; {self.advice}" if self.advice else self.text
        body = {
            "error": self.text,
            "code": self.code,
            "message": message,
            "request_id": request_id,
        }
        return json.dumps(body) + "\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class DialectProblem(GatewayProblem):
    """A problem at a path that only one dialect has, in the format that its clients read.

    Attributes:
        dialect: The dialect.
        kind: The kind of problem.
    """

    dialect: str
    kind: type[problems.Problem]

    def encode(self, request_id: str) -> str:
        """Encode the body, which contains nothing of the request except its id."""
        if self.dialect == NATIVE:
            return super(DialectProblem, self).encode(request_id)
        response = get_dialect(self.dialect).dump_problem(self.kind(self.text), request_id)
        return json.dumps(response.body) + "\n"


UNKNOWN_PATH = GatewayProblem(
    status=404,
    code=problems.NotFound.code,
    text=problems.NotFound.default,
    advice="below the URL of this API, /docs has its documentation and /openapi.json its "
    "description for programs",
)
OTHER_METHOD = GatewayProblem(
    status=problems.MethodNotAllowed.status,
    code=problems.MethodNotAllowed.code,
    text=problems.MethodNotAllowed.default,
    advice="the header Allow lists the methods of this path",
)


def build_other_method(dialects: Collection[str]) -> GatewayProblem:
    """Build the problem of a method that a path does not have.

    Args:
        dialects: The dialects that have the path.
    """
    if len(dialects) == 1:
        (name,) = dialects
        if name in DIALECTS and get_dialect(name).has_own_405:
            return DialectProblem(
                status=OTHER_METHOD.status,
                code=OTHER_METHOD.code,
                text=OTHER_METHOD.text,
                dialect=name,
                kind=problems.MethodNotAllowed,
            )
    return OTHER_METHOD


BAD_REQUEST = GatewayProblem(status=400, code="bad_request", text="bad request")
INTERNAL = GatewayProblem.from_problem(problems.Internal)
MALFORMED_RESULT = replace(INTERNAL, status=502)
TOO_LARGE = GatewayProblem.from_problem(problems.TooLarge)

# Problems by the gateway's name for the response. The two defaults apply to all that are not
# listed, and do not change the status.
PROBLEMS = {
    "DEFAULT_4XX": BAD_REQUEST,
    "DEFAULT_5XX": INTERNAL,
    "ACCESS_DENIED": GatewayProblem.from_problem(problems.Forbidden),
    "BAD_REQUEST_BODY": BAD_REQUEST,
    "BAD_REQUEST_PARAMETERS": BAD_REQUEST,
    "INTEGRATION_FAILURE": GatewayProblem.from_problem(problems.Unavailable, retry_after=1),
    "INTEGRATION_TIMEOUT": GatewayProblem(
        status=504, code="timeout", text="the service took too long; try again"
    ),
    # The gateway's response to an unknown path.
    "MISSING_AUTHENTICATION_TOKEN": UNKNOWN_PATH,
    "QUOTA_EXCEEDED": GatewayProblem.from_problem(problems.Throttled, retry_after=60),
    "REQUEST_TOO_LARGE": TOO_LARGE,
    "RESOURCE_NOT_FOUND": UNKNOWN_PATH,
    "THROTTLED": GatewayProblem.from_problem(problems.Throttled, retry_after=1),
    "UNAUTHORIZED": GatewayProblem.from_problem(problems.Unauthorized),
    "UNSUPPORTED_MEDIA_TYPE": GatewayProblem(
        status=415, code="unsupported_media_type", text="unsupported media type"
    ),
    "WAF_FILTERED": GatewayProblem.from_problem(problems.Forbidden),
}
