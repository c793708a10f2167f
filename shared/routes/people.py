"""The native dialect's endpoints of sign-in, people, teams and the organisation."""

from __future__ import annotations

from functools import partial

from shared.domain.access import Permission
from shared.routes.keys import KEY_PARTITIONS
from shared.routes.route import ADDS, RECORD, Parameter, Route

ORGANISATION_ID = Parameter("orgID", "The organization's id.", format="uuid")
ORGANISATION = Parameter("id", "The organization's id.", format="uuid")
TEAM = Parameter("id", "The team's id.", format="uuid")
OWN_TEAM = Parameter("teamID", "The team's id.", format="uuid")
PERSON = Parameter("userID", "The person's id.", format="uuid")
SESSION_ID = Parameter("id", "The session's id.", format="uuid")
PAGE_NUMBER = Parameter("page", "The number of the page, from 1.", type="integer", minimum=1)
PAGE_SIZE = Parameter(
    "limit", "The size of a page; 10 by default.", type="integer", minimum=1, maximum=1000
)
PAGE = (PAGE_NUMBER, PAGE_SIZE)

# The AWS actions of each step; `people` is the user pool.
ATTEMPT = ("access:UpdateItem",)
NEW_SESSION = ("access:GetItem", "access:PutItem", "access:ConditionCheckItem")
END_SESSIONS = ("access:Query", "access:DeleteItem")
WRITE = ("history:PutItem", "lookups:GetItem", "lookups:PutItem")

ATTEMPTS, SESSIONS, PEOPLE = "attempt#*", "session#*", "person#*"
TEAMS, LIST, ORGANISATION_ITEM = "team#*", "people", "organisation"

MANY = "it concerns no single thing that could have been read"

_sign_in = partial(
    Route, dialect="registry", chapter="Sign-in", permission=Permission.PUBLIC, shows_secret=True
)
_account = partial(Route, dialect="registry", chapter="Account", permission=Permission.SIGNED_IN)
_organisation = partial(Route, dialect="registry", chapter="Organization")
_team = partial(Route, dialect="registry", chapter="Teams", segments=(TEAM,))
_member = partial(_team, segments=(TEAM, PERSON))

ROWS: tuple[Route, ...] = (
    # -- signing in
    _sign_in(
        name="sign_in",
        method="POST",
        path="/v1/auth/login",
        actions=(*ATTEMPT, *NEW_SESSION, "people:AdminInitiateAuth"),
        leading_keys=(ATTEMPTS, SESSIONS, PEOPLE),
        body=("SignInRequest",),
        problems=(401, 403),
        no_if_match=ADDS,
    ),
    _sign_in(
        name="finish_sign_in",
        method="POST",
        path="/v1/auth/login/challenge",
        actions=(*ATTEMPT, *NEW_SESSION, "people:AdminRespondToAuthChallenge"),
        leading_keys=(ATTEMPTS, SESSIONS, PEOPLE),
        body=("ChallengeResponse",),
        problems=(401, 403, 501),
        no_if_match=ADDS,
    ),
    _sign_in(
        name="exchange_code",
        method="POST",
        path="/v1/auth/exchange",
        actions=(
            *ATTEMPT,
            *NEW_SESSION,
            "access:Query",
            "access:BatchGetItem",
            "access:DeleteItem",
            "history:PutItem",
        ),
        leading_keys=(ATTEMPTS, SESSIONS, PEOPLE, TEAMS, LIST),
        body=("CodeExchange",),
        problems=(401, 403, 501),
        no_if_match=ADDS,
    ),
    _sign_in(
        name="sign_out",
        method="DELETE",
        path="/v1/auth/session",
        status=204,
        actions=("access:GetItem", "access:DeleteItem"),
        leading_keys=(SESSIONS, PEOPLE),
        no_if_match=MANY,
    ),
    _sign_in(
        name="send_reset_code",
        method="POST",
        path="/v1/auth/password-reset/trigger",
        actions=ATTEMPT,
        leading_keys=(ATTEMPTS,),
        body=("ResetRequest",),
        no_if_match=MANY,
    ),
    _sign_in(
        name="reset_password",
        method="POST",
        path="/v1/auth/password-reset/reset",
        actions=(*ATTEMPT, *END_SESSIONS, "people:AdminGetUser"),
        leading_keys=(ATTEMPTS, SESSIONS, PEOPLE),
        body=("PasswordReset",),
        no_if_match=MANY,
    ),
    # -- one's own account
    _account(name="get_me", method="GET", path="/v1/auth/me"),
    _account(
        name="change_password",
        method="POST",
        path="/v1/auth/me/change-password",
        shows_secret=True,
        actions=(
            *ATTEMPT,
            *END_SESSIONS,
            "people:AdminInitiateAuth",
            "people:AdminSetUserPassword",
        ),
        leading_keys=(ATTEMPTS, SESSIONS, PEOPLE),
        body=("PasswordChange",),
        no_if_match=MANY,
    ),
    _account(
        name="create_second_factor",
        method="POST",
        path="/v1/auth/me/second-factor",
        sessions_only=True,
        shows_secret=True,
        actions=(*ATTEMPT, "people:AdminInitiateAuth"),
        leading_keys=(ATTEMPTS,),
        body=("SecondFactorRequest",),
        problems=(409,),
        no_if_match=MANY,
    ),
    _account(
        name="set_second_factor",
        method="PUT",
        path="/v1/auth/me/second-factor",
        sessions_only=True,
        shows_secret=True,
        actions=(
            *ATTEMPT,
            "people:AdminInitiateAuth",
            "people:AdminRespondToAuthChallenge",
            "people:AdminSetUserMFAPreference",
        ),
        leading_keys=(ATTEMPTS,),
        body=("SecondFactorChange",),
        problems=(409,),
        no_if_match=MANY,
    ),
    _account(
        name="list_sessions",
        method="GET",
        path="/v1/auth/sessions",
        sessions_only=True,
        actions=("access:Query",),
    ),
    _account(
        name="revoke_session",
        method="DELETE",
        path="/v1/auth/sessions/{id}",
        segments=(SESSION_ID,),
        status=204,
        sessions_only=True,
        actions=("access:Query", "access:DeleteItem"),
        leading_keys=(SESSIONS, PEOPLE),
        no_if_match=MANY,
    ),
    _account(
        name="list_my_organisations",
        method="GET",
        path="/v1/me/orgs",
        permission=Permission.SEE_PEOPLE,
        whole_team=True,  # no key of some prompts sees who people are
    ),
    _account(
        name="list_my_teams",
        method="GET",
        path="/v1/me/teams",
        permission=Permission.READ,
        pointer_use="reads",
        actions=("access:BatchGetItem",),
    ),
    _account(
        name="leave_team",
        method="DELETE",
        path="/v1/me/teams/{teamID}",
        segments=(OWN_TEAM,),
        status=204,
        actions=(*WRITE, "access:DeleteItem", "access:UpdateItem", "access:ConditionCheckItem"),
        leading_keys=(TEAMS, PEOPLE),
        no_if_match=MANY,
    ),
    # -- the organisation
    _organisation(
        name="rename_organisation",
        method="PUT",
        path="/v1/orgs/{id}",
        segments=(ORGANISATION,),
        permission=Permission.ORGANISE,
        actions=(*WRITE, *RECORD, "access:UpdateItem"),
        leading_keys=(ORGANISATION_ITEM,),
        body=("NewName",),
        no_if_match=MANY,
    ),
    _organisation(
        name="list_teams",
        method="GET",
        path="/v1/orgs/{orgID}/teams",
        segments=(ORGANISATION_ID,),
        permission=Permission.SEE_PEOPLE,
        whole_team=True,  # no key of some prompts sees who people are
        actions=("access:BatchGetItem",),
    ),
    _organisation(
        name="create_team",
        method="POST",
        path="/v1/orgs/{orgID}/teams",
        segments=(ORGANISATION_ID,),
        status=201,
        permission=Permission.ORGANISE,
        actions=(
            *WRITE,
            *RECORD,
            "access:BatchGetItem",
            "access:PutItem",
            "access:UpdateItem",
            "access:ConditionCheckItem",
        ),
        leading_keys=(TEAMS, PEOPLE, ORGANISATION_ITEM),
        body=("NewName",),
        no_if_match=ADDS,
    ),
    _organisation(
        name="list_people",
        method="GET",
        path="/v1/orgs/{orgID}/people",
        segments=(ORGANISATION_ID,),
        permission=Permission.MANAGE,
        actions=("access:Query",),
        query=PAGE,
    ),
    _organisation(
        name="invite_person",
        method="POST",
        path="/v1/orgs/{orgID}/people",
        segments=(ORGANISATION_ID,),
        status=201,
        permission=Permission.MANAGE,
        sessions_only=True,
        actions=(
            *WRITE,
            *RECORD,
            "access:BatchGetItem",
            "access:PutItem",
            "access:UpdateItem",
            "access:ConditionCheckItem",
            "people:AdminCreateUser",
            "people:AdminGetUser",
        ),
        leading_keys=(TEAMS, PEOPLE, LIST),
        body=("Invitation",),
        no_if_match=ADDS,
    ),
    _organisation(
        name="remove_person",
        method="DELETE",
        path="/v1/orgs/{orgID}/members/{userID}",
        segments=(ORGANISATION_ID, PERSON),
        status=204,
        permission=Permission.ORGANISE,
        actions=(
            *WRITE,
            *END_SESSIONS,
            "access:UpdateItem",
            "access:ConditionCheckItem",
            "people:AdminDeleteUser",
        ),
        leading_keys=(TEAMS, PEOPLE, SESSIONS, LIST, ORGANISATION_ITEM),
        no_if_match=MANY,
    ),
    _organisation(
        name="end_second_factor",
        method="DELETE",
        path="/v1/orgs/{orgID}/members/{userID}/second-factor",
        segments=(ORGANISATION_ID, PERSON),
        status=204,
        permission=Permission.ORGANISE,
        actions=(*WRITE, "people:AdminSetUserMFAPreference"),
        leading_keys=(),
        no_if_match=MANY,
    ),
    _organisation(
        name="set_organisation_role",
        method="PUT",
        path="/v1/orgs/{orgID}/members/{userID}/role",
        segments=(ORGANISATION_ID, PERSON),
        permission=Permission.ORGANISE,
        actions=(*WRITE, *RECORD, "access:UpdateItem"),
        leading_keys=(PEOPLE, LIST, ORGANISATION_ITEM),
        body=("NewOrganizationRole",),
        no_if_match=MANY,
    ),
    # -- teams
    _team(
        name="rename_team",
        method="PUT",
        path="/v1/teams/{id}",
        permission=Permission.MANAGE,
        actions=(*WRITE, *RECORD, "access:BatchGetItem", "access:UpdateItem"),
        leading_keys=(TEAMS, ORGANISATION_ITEM),
        body=("NewName",),
        no_if_match=MANY,
    ),
    _team(
        name="delete_team",
        method="DELETE",
        path="/v1/teams/{id}",
        status=204,
        permission=Permission.MANAGE,
        sessions_only=True,  # because it revokes keys
        actions=(
            *WRITE,
            "access:PutItem",
            "access:UpdateItem",
            "access:DeleteItem",
            "prompts:BatchGetItem",
        ),
        leading_keys=(TEAMS, PEOPLE, ORGANISATION_ITEM, *KEY_PARTITIONS),
        query=(
            Parameter(
                "name", "The team's name, to delete it although it has prompts, which are kept."
            ),
        ),
        no_if_match=MANY,
    ),
    _team(
        name="list_members",
        method="GET",
        path="/v1/teams/{id}/members",
        permission=Permission.SEE_PEOPLE,
        whole_team=True,  # no key of some prompts sees who people are
        actions=("access:Query",),
        query=PAGE,
    ),
    _team(
        name="add_member",
        method="POST",
        path="/v1/teams/{id}/members",
        status=204,
        permission=Permission.MANAGE,
        actions=(
            *WRITE,
            "access:PutItem",
            "access:UpdateItem",
            "access:ConditionCheckItem",
        ),
        leading_keys=(TEAMS, PEOPLE),
        body=("NewMember",),
        no_if_match=ADDS,
    ),
    _member(
        name="set_member_role",
        method="PUT",
        path="/v1/teams/{id}/members/{userID}/role",
        permission=Permission.MANAGE,
        actions=(*WRITE, *RECORD, "access:UpdateItem", "access:ConditionCheckItem"),
        leading_keys=(TEAMS, PEOPLE),
        body=("NewRole",),
        no_if_match=MANY,
    ),
    _member(
        name="remove_member",
        method="DELETE",
        path="/v1/teams/{id}/members/{userID}",
        status=204,
        permission=Permission.MANAGE,
        actions=(*WRITE, "access:DeleteItem", "access:UpdateItem", "access:ConditionCheckItem"),
        leading_keys=(TEAMS, PEOPLE),
        no_if_match=MANY,
    ),
)
