"""Models of the bodies of sign-in, people, teams and the organisation, as `models` explains."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, Field, SecretStr, StrictBool
from typing_extensions import TypedDict

from shared.dialects.registry.models import require_fields
from shared.dialects.schemas import Id, Time
from shared.domain.access import TEAM_PERMISSIONS

if TYPE_CHECKING:
    from pydantic.config import JsonDict

# No password and no token is longer.
MAX_SECRET = 4_096
EMAIL = "The e-mail address."
ROLE: JsonDict = {"enum": ["viewer", "editor", "admin"]}
NO_SECRET = SecretStr("")


# -- requests


class SignInRequest(BaseModel):
    model_config = require_fields("email", "password")
    email: str = Field("", description=EMAIL, examples=["ada@example.com"])
    password: SecretStr = Field(NO_SECRET, max_length=MAX_SECRET)


class ChallengeResponse(BaseModel):
    model_config = require_fields("challenge_token")
    challenge_token: SecretStr = Field(
        NO_SECRET, description="From the details of the problem.", max_length=MAX_SECRET
    )
    new_password: SecretStr = Field(
        NO_SECRET, description="For `new_password_required`.", max_length=MAX_SECRET
    )
    code: SecretStr = Field(
        NO_SECRET, description="For `second_factor_required`.", max_length=MAX_SECRET
    )


class CodeExchange(BaseModel):
    model_config = require_fields("code", "code_verifier", "redirect_uri")
    code: SecretStr = Field(NO_SECRET, description="The authorization code.", max_length=MAX_SECRET)
    code_verifier: SecretStr = Field(
        NO_SECRET, description="The secret of PKCE (RFC 7636).", max_length=MAX_SECRET
    )
    redirect_uri: str = Field(
        "",
        description="The URL that the person was sent back to.",
        max_length=MAX_SECRET,
        examples=["https://console.example.com/signed-in"],
    )


class PasswordChange(BaseModel):
    model_config = require_fields("current_password", "new_password")
    current_password: SecretStr = Field(NO_SECRET, max_length=MAX_SECRET)
    new_password: SecretStr = Field(NO_SECRET, max_length=MAX_SECRET)


class SecondFactorRequest(BaseModel):
    model_config = require_fields("password")
    password: SecretStr = Field(NO_SECRET, max_length=MAX_SECRET)


class SecondFactorChange(BaseModel):
    model_config = require_fields("enabled", "password", "code")
    enabled: StrictBool = Field(True, description="Whether sign-in asks for a code.")
    password: SecretStr = Field(NO_SECRET, max_length=MAX_SECRET)
    code: SecretStr = Field(
        NO_SECRET, description="The code that the authenticator shows.", max_length=MAX_SECRET
    )


class ResetRequest(BaseModel):
    model_config = require_fields("email")
    email: str = Field("", description=EMAIL, examples=["ada@example.com"])


class PasswordReset(BaseModel):
    model_config = require_fields("email", "code", "new_password")
    email: str = Field("", description=EMAIL, examples=["ada@example.com"])
    code: SecretStr = Field(NO_SECRET, description="From the e-mail.", max_length=MAX_SECRET)
    new_password: SecretStr = Field(NO_SECRET, max_length=MAX_SECRET)


class NewName(BaseModel):
    model_config = require_fields("name")
    name: str = Field("", description="At most 255 characters.")


class Invitation(BaseModel):
    model_config = require_fields("email")
    email: str = Field("", description=EMAIL, examples=["ada@example.com"])
    team_id: Id | None = Field(
        None, description="A team to come into; only admins of the organization may leave it out."
    )
    role: str = Field("editor", description="The role in the team.", json_schema_extra=ROLE)


class NewMember(BaseModel):
    model_config = require_fields("user_id")
    user_id: Id = Field("", description="The id of a person of the organization.")
    role: str | None = Field(
        None,
        description="By default the first one becomes `admin`, and others `editor`.",
        json_schema_extra=ROLE,
    )


class NewRole(BaseModel):
    model_config = require_fields("role")
    role: str = Field("", json_schema_extra=ROLE)


class NewOrganizationRole(BaseModel):
    model_config = require_fields("role")
    role: str = Field("", json_schema_extra={"enum": ["admin", "member"]})


# -- responses


class User(TypedDict):
    id: Id
    email: str
    is_admin: Annotated[bool, Field(description="Whether it is an admin of the organization.")]
    is_verified: bool
    created_at: Time


class UserResponse(TypedDict):
    user: User


class SignedIn(TypedDict):
    expires_at: Time
    token: Annotated[str, Field(description="The session, for `Authorization: Bearer sess_…`.")]
    user: User


class Message(TypedDict):
    message: str


class SecondFactor(TypedDict):
    secret: Annotated[str, Field(description="For an authenticator, in base 32.")]
    uri: Annotated[str, Field(description="The same as a URI, for a QR code.")]


class PasswordResetResponse(TypedDict):
    email: str
    message: str


class Session(TypedDict):
    id: Id
    user_id: Id
    expires_at: Time
    created_at: Time
    is_current: Annotated[bool, Field(description="Whether it is that of this request.")]


class SessionList(TypedDict):
    sessions: list[Session]


class Organization(TypedDict):
    id: Id
    name: str
    created_at: Time | None


class OrganizationResponse(TypedDict):
    org: Organization


class OwnOrganization(TypedDict):
    id: Id
    name: str
    role: Annotated[str, Field(json_schema_extra={"enum": ["ADMIN", "MEMBER"]})]
    created_at: Time | None


class OrganizationList(TypedDict):
    organizations: list[OwnOrganization]


class Team(TypedDict):
    id: Id
    org_id: Id
    name: str
    created_at: Time


class TeamResponse(TypedDict):
    team: Team


class TeamList(TypedDict):
    teams: list[Team]


class OwnTeam(Team):
    permissions: Annotated[
        list[str],
        Field(
            description="What the caller may do there, if nothing else restricts the API key.",
            json_schema_extra={"items": {"type": "string", "enum": [*TEAM_PERMISSIONS]}},
        ),
    ]


class OwnTeamList(TypedDict):
    teams: list[OwnTeam]


class PeoplePage(TypedDict):
    people: list[User]
    page: int
    limit: int
    total: int


class Member(TypedDict):
    user_id: Id
    email: str
    role: str
    created_at: Time


class MemberPage(TypedDict):
    members: list[Member]
    page: int
    limit: int
    total: int


class Success(TypedDict):
    success: bool
