"""Sign-in of people, by Amazon Cognito: the only module that calls it.

Cognito has the passwords and the second factors, sends the e-mails, and locks accounts that are
guessed at. Who has signed in is what Cognito itself says of the access token that it has issued.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from shared import exact_json, observe
from shared.domain.people import WEAK_PASSWORD
from shared.problems import (
    Conflict,
    Contended,
    InvalidCredentials,
    InvalidRequest,
    NewPasswordRequired,
    SecondFactorRequired,
    Throttled,
    Unprocessable,
    Unsupported,
)
from shared.store.aws import get_cognito, translate_errors

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shared.problems import Forbidden

# What Cognito may ask for, by its name: how the caller is told, and the name of the response.
CHALLENGES: Mapping[str, tuple[type[Forbidden], str]] = {
    "NEW_PASSWORD_REQUIRED": (NewPasswordRequired, "NEW_PASSWORD"),
    "SOFTWARE_TOKEN_MFA": (SecondFactorRequired, "SOFTWARE_TOKEN_MFA_CODE"),
}
# What can be wrong with what the caller has sent, by Cognito's names. Whatever it is, nobody is
# told more than that: the address may be unknown, the password wrong, the account locked, or a text
# such that nobody can have it.
WRONG_TEXT = frozenset({"InvalidParameterException", "SerializationException"})
WRONG_PERSON = frozenset(
    {
        "NotAuthorizedException",
        "PasswordResetRequiredException",
        "UserNotConfirmedException",
        "UserNotFoundException",
    }
)
TOO_OFTEN = frozenset({"LimitExceededException", "TooManyFailedAttemptsException"})
WRONG_CODE = frozenset(
    {
        "CodeMismatchException",
        "ExpiredCodeException",
        "ResourceNotFoundException",  # a session that does not exist; moto's for an address too
    }
)
# A code that is not of the authenticator; none was begun to be set up.
WRONG_FACTOR = frozenset({"EnableSoftwareTokenMFAException", "SoftwareTokenMFANotFoundException"})
UNDELIVERED = frozenset({"CodeDeliveryFailureException"})  # the mail quota, a blocked address
UNKNOWN_PERSON = frozenset({"UserNotFoundException"})
# By operation. Every other error is a bug, such as a permission that is missing.
REJECTIONS: Mapping[str, frozenset[str]] = {
    "admin_create_user": WRONG_TEXT,
    "admin_delete_user": UNKNOWN_PERSON,
    "admin_get_user": UNKNOWN_PERSON | WRONG_TEXT,
    "admin_initiate_auth": WRONG_PERSON | WRONG_TEXT,
    "admin_respond_to_auth_challenge": WRONG_PERSON | WRONG_TEXT | WRONG_CODE | TOO_OFTEN,
    "admin_set_user_mfa_preference": UNKNOWN_PERSON,
    "admin_set_user_password": UNKNOWN_PERSON | WRONG_TEXT | {"NotAuthorizedException"},
    "confirm_forgot_password": WRONG_PERSON | WRONG_TEXT | WRONG_CODE | TOO_OFTEN,
    "forgot_password": WRONG_PERSON | WRONG_TEXT | TOO_OFTEN | UNDELIVERED,
    "get_user": WRONG_PERSON,
    "associate_software_token": WRONG_PERSON,
    "verify_software_token": WRONG_PERSON | WRONG_TEXT | WRONG_CODE | WRONG_FACTOR,
}
# Whoever operates the deployment can be to blame for these too.
AMBIGUOUS = UNDELIVERED | {"InvalidParameterException", "ResourceNotFoundException"}
# The end of an invitation that somebody has used, or of a person who was removed, in the meantime.
OVERTAKEN = frozenset({"UnsupportedUserStateException", "UserNotFoundException"})
EMAIL_PAUSE = 60  # seconds; Cognito does not say when it sends e-mails again
SESSION_LENGTH = range(20, 2049)  # characters of a session of Cognito


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """What Cognito asks for before it lets a person in.

    Attributes:
        name: Cognito's name of it, one of `CHALLENGES`.
        username: Cognito's name of the person.
        session: Cognito's session, a secret for some minutes.
    """

    name: str
    username: str
    session: str

    @property
    def asks_for_password(self) -> bool:
        """Whether it asks for a new password, and else for a code."""
        return CHALLENGES[self.name][0] is NewPasswordRequired

    def build_problem(self) -> Forbidden:
        """Build the problem that asks the caller for it, with a token to go on with."""
        text = exact_json.encode([self.name, self.username, self.session])
        token = urlsafe_b64encode(text.encode()).decode()
        return CHALLENGES[self.name][0](details=[{"challenge_token": token}])

    @classmethod
    def load(cls, token: str) -> Challenge:
        """Convert a token to the challenge.

        It is not signed: Cognito accepts a session only with the name and the person it is for.

        Raises:
            InvalidCredentials: It is not such a token.
        """
        try:
            name, username, session = exact_json.decode(urlsafe_b64decode(token.encode()))
            texts = {str(type(part)) for part in (name, username, session)}
            if texts != {str(str)} or name not in CHALLENGES or not username:
                raise ValueError
            if len(session) not in SESSION_LENGTH:
                raise ValueError
        except (exact_json.NotJSONError, ValueError, TypeError) as error:
            raise InvalidCredentials from error
        return cls(name=name, username=username, session=session)


class SignIn:
    """The user pool of the deployment.

    Every method raises `Unavailable` while Cognito is busy or cannot be reached.
    """

    def __init__(self, *, pool_id: str, client_id: str) -> None:
        """Bind the user pool.

        Args:
            pool_id: The id of the user pool.
            client_id: The id of its client for the functions.
        """
        self._pool_id = pool_id
        self._client_id = client_id

    # -- signing in

    def authenticate(self, name: str, password: str, *, source: str) -> str | Challenge:
        """Check the password of a person.

        Args:
            name: The person's e-mail address or id.
            password: The password.
            source: The address in the network that the request comes from.

        Returns:
            The person's id, or what Cognito asks for first.

        Raises:
            InvalidCredentials: Nobody has this name and password, or the account is locked.
            Unsupported: Cognito asks for something that only its own page can ask for.
        """
        return self._continue(self._begin(name, password, source), name)

    def respond(self, challenge: Challenge, text: str, *, source: str) -> str | Challenge:
        """Give Cognito what it has asked for.

        Args:
            challenge: What it has asked for.
            text: The new password, or the code of the second factor.
            source: The address in the network that the request comes from.

        Returns:
            The person's id, or what Cognito asks for next.

        Raises:
            InvalidCredentials: The text is wrong, or the session of the challenge has ended.
            InvalidRequest: The new password breaks the rules.
            Unsupported: Cognito asks for something that only its own page can ask for.
        """
        response = _call(
            "admin_respond_to_auth_challenge",
            UserPoolId=self._pool_id,
            ClientId=self._client_id,
            ChallengeName=challenge.name,
            ChallengeResponses={
                "USERNAME": challenge.username,
                CHALLENGES[challenge.name][1]: text,
            },
            Session=challenge.session,
            ContextData=_describe(source),
        )
        return self._continue(response, challenge.username)

    def _begin(self, name: str, password: str, source: str) -> Any:
        return _call(
            "admin_initiate_auth",
            UserPoolId=self._pool_id,
            ClientId=self._client_id,
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": name, "PASSWORD": password},
            ContextData=_describe(source),
        )

    def _continue(self, response: Any, username: str) -> str | Challenge:
        name = response.get("ChallengeName")
        if not name:
            token = response["AuthenticationResult"]["AccessToken"]
            attributes = _call("get_user", AccessToken=token)["UserAttributes"]
            return _get_id(attributes)
        if name not in CHALLENGES:
            raise Unsupported(
                "this account needs a step of sign-in that this API does not have; ask an admin "
                "of the organisation"
            )
        username = response["ChallengeParameters"].get("USER_ID_FOR_SRP", username)
        return Challenge(name=name, username=username, session=response["Session"])

    # -- second factors

    def create_second_factor(self, person_id: str, password: str, *, source: str) -> str:
        """Create the secret of an authenticator, which counts once a code of it was seen.

        Args:
            person_id: The id of the person.
            password: The password.
            source: The address in the network that the request comes from.

        Returns:
            The secret, in base 32. Source: RFC 6238, and Google's URI of keys.

        Raises:
            Conflict: The account has a second factor.
            InvalidCredentials: The password is wrong, or the account is locked.
        """
        token = self._get_token(person_id, password, source)
        secret: str = _call("associate_software_token", AccessToken=token)["SecretCode"]
        return secret

    def start_second_factor(self, person_id: str, password: str, code: str, *, source: str) -> None:
        """Have sign-in ask for a code of the authenticator from now on.

        Args:
            person_id: The id of the person.
            password: The password.
            code: A code of the authenticator that has the secret.
            source: The address in the network that the request comes from.

        Raises:
            Conflict: The account has a second factor.
            InvalidCredentials: The password or the code is wrong, or the account is locked.
        """
        token = self._get_token(person_id, password, source)
        status = _call("verify_software_token", AccessToken=token, UserCode=code)["Status"]
        if status != "SUCCESS":
            raise InvalidCredentials
        self.set_second_factor(person_id, is_on=True)

    def _get_token(self, person_id: str, password: str, source: str) -> str:
        """Get the access token of a person, which no caller is given.

        Whoever has it could change the attribute with the groups of the person.
        """
        response = self._begin(person_id, password, source)
        if response.get("ChallengeName"):
            raise Conflict("this account has a second factor; end it, then set up another one")
        token: str = response["AuthenticationResult"]["AccessToken"]
        return token

    def set_second_factor(self, person_id: str, *, is_on: bool) -> None:
        """Have sign-in ask for a code of the authenticator, or for the password only.

        Raises:
            InvalidCredentials: Nobody has this id.
        """
        _call(
            "admin_set_user_mfa_preference",
            UserPoolId=self._pool_id,
            Username=person_id,
            SoftwareTokenMfaSettings={"Enabled": is_on, "PreferredMfa": is_on},
        )

    # -- passwords

    def set_password(self, person_id: str, password: str) -> None:
        """Set the password of a person.

        Raises:
            InvalidCredentials: Nobody has this id.
            InvalidRequest: The new password breaks the rules.
        """
        _call(
            "admin_set_user_password",
            UserPoolId=self._pool_id,
            Username=person_id,
            Password=password,
            Permanent=True,
        )

    def send_reset_code(self, email: str) -> None:
        """Send a code to set another password with, if somebody has this address.

        The caller cannot tell whether somebody does.
        """
        try:
            _call("forgot_password", ClientId=self._client_id, Username=email)
        except InvalidCredentials:
            return

    def reset_password(self, email: str, code: str, password: str) -> None:
        """Set another password with a code.

        Raises:
            InvalidCredentials: The code is wrong or has expired, or nobody has this address.
            InvalidRequest: The new password breaks the rules.
        """
        _call(
            "confirm_forgot_password",
            ClientId=self._client_id,
            Username=email,
            ConfirmationCode=code,
            Password=password,
        )

    # -- people

    def invite(self, email: str) -> str:
        """Send an invitation with a first password; again if it has been sent before.

        Returns:
            The person's id.

        Raises:
            InvalidRequest: Nobody can have this address.
            Throttled: Cognito sends no more e-mails for a while.
            Unprocessable: Cognito cannot send an e-mail to this address.
            Contended: The person was removed, or has used an earlier invitation, in the meantime.
        """
        attributes = [
            {"Name": "email", "Value": email},
            {"Name": "email_verified", "Value": "true"},
        ]
        try:
            user = self._send_invitation(email, UserAttributes=attributes)
        except ClientError as error:
            if _get_code(error) != "UsernameExistsException":
                raise
        else:
            return _get_id(user["Attributes"])
        try:
            user = _call("admin_get_user", UserPoolId=self._pool_id, Username=email)
        except InvalidCredentials as problem:
            raise Contended(retry_after=1) from problem
        if user["UserStatus"] == "FORCE_CHANGE_PASSWORD":
            self._send_invitation(email, MessageAction="RESEND")
        return _get_id(user["UserAttributes"])

    def _send_invitation(self, email: str, **fields: Any) -> Any:
        try:
            return _call(
                "admin_create_user",
                UserPoolId=self._pool_id,
                Username=email,
                DesiredDeliveryMediums=["EMAIL"],
                **fields,
            )["User"]
        except InvalidCredentials as problem:
            raise InvalidRequest("invalid email format") from problem
        except ClientError as error:
            if _get_code(error) in TOO_OFTEN:
                text = "too many e-mails were sent; wait, then try again"
                raise Throttled(text, retry_after=EMAIL_PAUSE) from error
            if _get_code(error) in OVERTAKEN:
                raise Contended(retry_after=1) from error
            if _get_code(error) in UNDELIVERED:
                text = "no e-mail can be sent to this address; check it, and Cognito's limits"
                raise Unprocessable(text) from error
            raise

    def find_id(self, email: str) -> str | None:
        """Find the id of the person who has an e-mail address."""
        try:
            user = _call("admin_get_user", UserPoolId=self._pool_id, Username=email)
        except InvalidCredentials:
            return None
        return _get_id(user["UserAttributes"])

    def remove(self, person_id: str) -> bool:
        """Remove a person, who cannot sign in any more.

        Returns:
            Whether there was such a person.
        """
        try:
            _call("admin_delete_user", UserPoolId=self._pool_id, Username=person_id)
        except InvalidCredentials:
            return False
        return True


def _call(operation: str, **fields: Any) -> Any:
    """Call Cognito.

    Raises:
        InvalidCredentials: It rejects what the caller has sent.
        InvalidRequest: A new password breaks the rules.
        ClientError: It reports another error.
    """
    try:
        with translate_errors():
            return getattr(get_cognito(), operation)(**fields)
    except ClientError as error:
        if _get_code(error) == "InvalidPasswordException":
            raise InvalidRequest(WEAK_PASSWORD) from None
        if _get_code(error) in REJECTIONS[operation]:
            if _get_code(error) in AMBIGUOUS:
                observe.report_ambiguous_rejection(operation, _get_code(error))
            # Without its cause, whose text can have what the caller has sent.
            raise InvalidCredentials from None
        raise


def _get_code(error: ClientError) -> str:
    return error.response["Error"]["Code"]


def _get_id(attributes: list[dict[str, str]]) -> str:
    (person_id,) = (each["Value"] for each in attributes if each["Name"] == "sub")
    return person_id


def _describe(source: str) -> dict[str, Any]:
    """Describe where a request comes from, for Cognito's threat protection."""
    return {"IpAddress": source, "ServerName": "cuebook", "ServerPath": "/", "HttpHeaders": []}
