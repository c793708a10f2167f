"""Problems: what a caller gets when something is wrong. Each dialect has its own format for them.

Problem
├── InvalidRequest 400
│   └── InvalidPromptId, InvalidTemplate, InvalidComposition
├── Unauthorized 401
│   └── InvalidCredentials
├── Forbidden 403
│   └── NewPasswordRequired, SecondFactorRequired, NotAdmitted, PointerProtected, ReviewRequired
├── NotFound 404
│   ├── PromptNotFound, VersionNotFound, PayloadNotFound, TagNotFound, TeamNotFound, SplitNotFound,
│   │   FolderNotFound, KeyNotFound, PersonNotFound, SessionNotFound, OrganisationNotFound,
│   │   ReleaseNotFound
│   └── NoLiveVersion
├── MethodNotAllowed 405
├── Conflict 409
│   ├── NameTaken, NotRollable, MixedLanguages, LastAdmin, Included
│   └── IdempotencyMismatch
├── PreconditionFailed 412
├── TooLarge 413
├── Unprocessable 422
│   ├── NotDraft, WrongState, PayloadsFailed
│   └── TemplateFailed, CompositionFailed, LimitReached, ResponseTooLarge, Unreadable
├── Throttled 429
│   └── QuotaExceeded
├── Internal 500
├── Unsupported 501
└── Unavailable 503
    └── Contended
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence


MAX_DETAILS = 20  # details of a problem, such as the invalid fields of a body


class Problem(Exception):
    """What a caller gets when something is wrong.

    Attributes:
        status: The HTTP status in the native dialect.
        code: Identifies the kind of problem for programs.
        default: The message if the code that raises the problem gives none.
        message: For people; it never contains the caller's input or names of AWS services.
        details: More for programs, in dialects whose clients ignore unknown fields;
            the first `MAX_DETAILS`.
        reason: What is wrong with a text, without the place, which is in the details; empty if
            the message says no more than that.
        retry_after: Seconds after which the same request may succeed.
    """

    status: ClassVar[int]
    code: ClassVar[str]
    default: ClassVar[str] = ""

    def __init__(
        self,
        message: str = "",
        *,
        details: Sequence[object] = (),
        reason: str = "",
        retry_after: int | None = None,
    ) -> None:
        self.message = message or self.default
        self.details = tuple(details[:MAX_DETAILS])
        self.reason = reason
        self.retry_after = retry_after
        super().__init__(self.message)


class InvalidRequest(Problem):
    status, code, default = 400, "invalid_request", "invalid request body"


class InvalidPromptId(InvalidRequest):
    code, default = "invalid_prompt_id", "invalid prompt id"


class InvalidTemplate(InvalidRequest):
    code, default = "invalid_template", "invalid template"


class InvalidComposition(InvalidRequest):
    code, default = "invalid_composition", "what this includes cannot be included"


class Unauthorized(Problem):
    status, code, default = 401, "unauthorized", "unauthorized"


class InvalidCredentials(Unauthorized):
    code, default = "invalid_credentials", "invalid credentials"


class Forbidden(Problem):
    status, code, default = 403, "forbidden", "forbidden"


class NewPasswordRequired(Forbidden):
    code = "new_password_required"
    default = (
        "choose a password of your own: send the challenge_token of details and a new_password to "
        "POST /v1/auth/login/challenge"
    )


class SecondFactorRequired(Forbidden):
    code = "second_factor_required"
    default = (
        "this account has a second factor: send the challenge_token of details and the code to "
        "POST /v1/auth/login/challenge"
    )


class NotAdmitted(Forbidden):
    code = "not_admitted"
    default = "none of your groups is in a team here; ask an admin of the organization to admit one"


class PointerProtected(Forbidden):
    code, default = "pointer_protected", "this pointer is protected; ask an admin of the team"


class ReviewRequired(Forbidden):
    code, default = "review_required", "this pointer moves when somebody else has approved it"


class NotFound(Problem):
    status, code, default = 404, "not_found", "not found"


class PromptNotFound(NotFound):
    code, default = "prompt_not_found", "prompt not found"


class VersionNotFound(NotFound):
    code, default = "version_not_found", "version not found"


class NoLiveVersion(NotFound):
    code, default = "no_live_version", "no live version found for this prompt"


class PayloadNotFound(NotFound):
    code, default = "payload_not_found", "payload not found"


class TagNotFound(NotFound):
    code, default = "tag_not_found", "tag not found"


class SplitNotFound(NotFound):
    code, default = "split_not_found", "this pointer is not split"


class ReleaseNotFound(NotFound):
    code, default = "release_not_found", "release request not found"


class TeamNotFound(NotFound):
    code, default = "team_not_found", "team not found"


class FolderNotFound(NotFound):
    code, default = "folder_not_found", "folder not found"


class PersonNotFound(NotFound):
    code, default = "user_not_found", "user not found"


class SessionNotFound(NotFound):
    code, default = "session_not_found", "session not found"


class OrganisationNotFound(NotFound):
    code, default = "organization_not_found", "organization not found"


class KeyNotFound(NotFound):
    code, default = "api_key_not_found", "api key not found"


class MethodNotAllowed(Problem):
    status, code, default = 405, "method_not_allowed", "method not allowed"


class Conflict(Problem):
    status, code, default = 409, "conflict", "conflict"


class NameTaken(Conflict):
    code = "name_taken"
    default = "prompt with this name or slug already exists; please provide a unique name"


class NotRollable(Conflict):
    code, default = "not_rollable", "can only rollback to stable version: conflict"


class MixedLanguages(Conflict):
    code = "mixed_languages"


class Included(Conflict):
    code, default = "included", "other prompts include this one"


class LastAdmin(Conflict):
    code = "last_admin"
    default = "the last admin must stay; make somebody else an admin first"


class IdempotencyMismatch(Conflict):
    code = "idempotency_mismatch"
    default = "this Idempotency-Key was already used with another request; send a new key"


class PreconditionFailed(Problem):
    status, code = 412, "precondition_failed"
    default = "If-Match does not match: the resource has changed since it was read; read it again"


class TooLarge(Problem):
    status, code, default = 413, "too_large", "request entity too large"


class Unprocessable(Problem):
    status, code, default = 422, "unprocessable", "the request cannot be carried out"


class NotDraft(Unprocessable):
    code, default = "not_draft", "only draft versions can be modified"


class WrongState(Unprocessable):
    code = "wrong_state"


class PayloadsFailed(Unprocessable):
    code, default = "payloads_failed", "not all payloads of the prompt render with this version"


class TemplateFailed(Unprocessable):
    """A version cannot be rendered.

    Attributes:
        missing: The names of all variables, and placeholders, that have no value and need one.
    """

    code, default = "template_failed", "template execution failed"

    def __init__(self, message: str = "", *, missing: Sequence[str] = (), **fields: Any) -> None:
        super().__init__(message, **fields)
        self.missing = tuple(missing)


class CompositionFailed(Unprocessable):
    """A version includes what cannot be put in.

    Attributes:
        via: The name in the reference of the version itself that leads there.
        item: The name of the version, where it is one of a list.
    """

    code, default = "composition_failed", "what this includes cannot be put in"

    def __init__(self, message: str = "", *, via: str = "", **fields: Any) -> None:
        super().__init__(message, **fields)
        self.via = via
        self.item = ""


class LimitReached(Unprocessable):
    code = "limit_reached"


class ResponseTooLarge(Unprocessable):
    code = "answer_too_large"
    default = (
        "the response would be too large; request less, with a smaller limit, or one version by "
        "GET /v1/prompts/{id}/versions/{version}"
    )


class Unreadable(Unprocessable):
    """A stored item that the request needs is damaged, or in a form of a later release.

    It is no 5xx: a repetition would not help, while another version, or a write that does not need
    the item, does.

    Attributes:
        item: The name of the item.
        team_id: The team of the prompt whose head it is; None for other items, which are only
            loaded for members of their team.
    """

    code = "unreadable"
    default = "a stored item cannot be read; use another one, or have it restored from a backup"

    def __init__(
        self, message: str = "", *, item: str = "", team_id: str | None = None, **fields: Any
    ) -> None:
        super().__init__(message, **fields)
        self.item = item
        self.team_id = team_id


class Throttled(Problem):
    status, code, default = 429, "throttled", "too many requests; wait, then try again"


class QuotaExceeded(Throttled):
    code = "quota_exceeded"
    default = "the quota of this API key or its team is used up; wait, or have it raised"


class Internal(Problem):
    status, code, default = 500, "internal", "internal error"


class Unsupported(Problem):
    status, code, default = 501, "unsupported", "this service does not support this request"


class Unavailable(Problem):
    status, code, default = 503, "unavailable", "the service is busy; try again"


class Contended(Unavailable):
    code = "contended"
    default = "too many concurrent changes; try again"
