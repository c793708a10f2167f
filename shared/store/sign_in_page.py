"""Cognito's own page of sign-in, to which an organisation's identity provider is connected.

Who has signed in is what Cognito itself says of the access token that it has issued. The token has
no other scope than `openid`: with Cognito's scope for its API, people could change the attribute
that has their groups.
"""

from __future__ import annotations

from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlencode, urlsplit

from shared import exact_json, observe
from shared.deadline import get_deadline
from shared.domain.federation import Identity, parse_group_names
from shared.problems import InvalidCredentials, Unavailable, Unsupported
from shared.texts import excerpt

if TYPE_CHECKING:
    from collections.abc import Mapping

GROUPS = "custom:groups"
TOKEN, USER_INFO = "/oauth2/token", "/oauth2/userInfo"
SECONDS = 5.0  # for each request
MAX_BYTES = 100_000  # of a response


class PageError(Exception):
    """The page refuses the client or its request, which no caller can cause."""


class SignInPage:
    """The page of the deployment."""

    def __init__(self, *, url: str, client_id: str) -> None:
        """Bind the page.

        Args:
            url: The URL of the user pool's domain; empty where there is none.
            client_id: The id of the pool's client for the page.
        """
        self._url = url
        self._client_id = client_id

    def identify(self, code: str, *, verifier: str, redirect_uri: str) -> Identity:
        """Find out who has signed in.

        Args:
            code: The authorization code that the page has sent the person back with.
            verifier: The secret whose hash the person was sent to the page with (PKCE).
            redirect_uri: The URL that the page has sent the person back to.

        Raises:
            InvalidCredentials: The code is unknown, used or too old, or belongs to other values.
            PageError: The page refuses the deployment's client.
            Unavailable: Cognito is busy or cannot be reached.
            Unsupported: The deployment has no such page.
        """
        if not self._url:
            raise Unsupported(
                "this deployment has no single sign-on; sign in with POST /v1/auth/login"
            )
        fields = {
            "grant_type": "authorization_code",
            "client_id": self._client_id,
            "code": code,
            "code_verifier": verifier,
            "redirect_uri": redirect_uri,
        }
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        token = self._call("POST", TOKEN, form, urlencode(fields))["access_token"]
        bearer = {"Authorization": f"Bearer {token}"}
        user = self._call("GET", USER_INFO, bearer)
        return Identity(
            id=user["sub"],
            email=user.get("email", "").strip().lower(),
            groups=parse_group_names(user.get(GROUPS, "")),
        )

    def _call(
        self, method: str, path: str, headers: Mapping[str, str], body: str = ""
    ) -> Mapping[str, Any]:
        deadline = get_deadline()
        if not deadline.allows(SECONDS):
            raise Unavailable(retry_after=1)
        deadline.note_request()
        try:
            status, content = send(self._url, method, path, headers, body)
        except (OSError, HTTPException) as error:
            raise Unavailable(retry_after=1) from error
        deadline.note_response()
        if status == 429 or status >= 500:
            raise Unavailable(retry_after=1)
        if status != 200:
            _raise_rejection(path, status, content)
        document: dict[str, Any] = exact_json.decode(content)
        return document


def _raise_rejection(path: str, status: int, content: bytes) -> NoReturn:
    """Raise what the response of the page means.

    Raises:
        InvalidCredentials: The caller has sent something that is wrong.
        PageError: The deployment has.
    """
    try:
        document = exact_json.decode(content)
    except exact_json.NotJSONError:
        document = None
    reason = document.get("error") if isinstance(document, dict) else None
    if reason == "invalid_request":
        # A verifier that can be none, or a field that is not as the page wants it.
        observe.report_ambiguous_rejection(path, "invalid_request")
    elif reason != "invalid_grant" and (path, status) != (USER_INFO, 401):
        raise PageError(f"{path} responds with {status} {excerpt(str(reason))}")
    raise InvalidCredentials


def send(
    url: str, method: str, path: str, headers: Mapping[str, str], body: str
) -> tuple[int, bytes]:
    """Send a request to the page; returns the status and the body of the response.

    Raises:
        OSError: The page cannot be reached.
        HTTPException: It does not respond as HTTP has it.
    """
    parts = urlsplit(url)
    connect = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = connect(parts.netloc, timeout=SECONDS)
    try:
        connection.request(method, path, body or None, dict(headers))
        response = connection.getresponse()
        return response.status, response.read(MAX_BYTES)
    finally:
        connection.close()
