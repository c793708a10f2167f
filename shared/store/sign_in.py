"""Sign-in of people, by Amazon Cognito: the only module that calls it.

Cognito has the passwords and the second factors, sends the e-mails, and locks accounts that are
guessed at. Who has signed in is what Cognito itself says of the access token that it has issued.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from shared import exact_json
from shared.problems import (
    InvalidCredentials,
    InvalidRequest,
    NewPasswordRequired,
    SecondFactorRequired,
    Unsupported,
)
from shared.store.aws import get_cognito, translate_errors

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from shared.problems import Forbidden

# What Cognito may ask for, by its name: how the caller is told, and the name of the response.
CHALLENGES: Mapping[str, tuple[type[Forbidden], str]] = {
    "NEW_PASSWORD_REQUIRED": (NewPasswordRequired, "NEW_PASSWORD"),
    "SOFTWARE_TOKEN_MFA": (SecondFactorRequired, "SOFTWARE_TOKEN_MFA_CODE"),
}
# Whatever is wrong, nobody is told more than that: the address may be unknown, the password wrong,
# the account locked, or a text such that nobody can have it.
REJECTIONS = frozenset(
    {
        "CodeMismatchException",
        "ExpiredCodeException",
        "InvalidParameterException",
        "LimitExceededException",
        "NotAuthorizedException",
        "PasswordResetRequiredException",
        "SerializationException",
        "TooManyFailedAttemptsException",
        "UserNotConfirmedException",
        "UserNotFoundException",
    }
)
# A session of Cognito that does not exist.
UNKNOWN_SESSION = frozenset({"ResourceNotFoundException"})
SESSION_LENGTH = range(20, 2049)  # characters of a session of Cognito
WEAK_PASSWORD = (
    "password must contain at least one uppercase letter, one lowercase letter, one digit, and "
    "one special character"
)  # source: px0


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

    def authenticate(self, email: str, password: str, *, source: str) -> str | Challenge:
        """Check an e-mail address and a password.

        Args:
            email: The address.
            password: The password.
            source: The address in the network that the request comes from.

        Returns:
            The person's id, or what Cognito asks for first.

        Raises:
            InvalidCredentials: Nobody has this address and password, or the account is locked.
            Unsupported: Cognito asks for something that only its own page can ask for.
        """
        response = _call(
            "admin_initiate_auth",
            UserPoolId=self._pool_id,
            ClientId=self._client_id,
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": email, "PASSWORD": password},
            ContextData=_describe(source),
        )
        return self._continue(response, email)

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
            rejections=REJECTIONS | UNKNOWN_SESSION,
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
            # moto's word for an unknown address.
            rejections=REJECTIONS | UNKNOWN_SESSION,
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
        """
        fields: dict[str, Any] = {
            "UserPoolId": self._pool_id,
            "Username": email,
            "DesiredDeliveryMediums": ["EMAIL"],
        }
        attributes = [
            {"Name": "email", "Value": email},
            {"Name": "email_verified", "Value": "true"},
        ]
        try:
            user = _call("admin_create_user", UserAttributes=attributes, **fields)["User"]
        except ClientError as error:
            if _get_code(error) != "UsernameExistsException":
                raise
        except InvalidCredentials as problem:
            raise InvalidRequest("invalid email format") from problem
        else:
            return _get_id(user["Attributes"])
        user = _call("admin_get_user", UserPoolId=self._pool_id, Username=email)
        if user["UserStatus"] == "FORCE_CHANGE_PASSWORD":
            _call("admin_create_user", MessageAction="RESEND", **fields)
        return _get_id(user["UserAttributes"])

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


def _call(operation: str, *, rejections: Collection[str] = REJECTIONS, **fields: Any) -> Any:
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
        if _get_code(error) in rejections:
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
