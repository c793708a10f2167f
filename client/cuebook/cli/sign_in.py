"""The ways in which people sign in: with a password, or with a browser."""

from __future__ import annotations

import hmac
import secrets
import time
import webbrowser
from base64 import urlsafe_b64encode
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

from .._address import HEADERS, Address
from .._requests import request
from .._threads import Threads
from ..errors import ConfigurationError, CuebookError, PermissionDeniedError
from .output import print_note

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SECONDS = 30  # of a request
SECONDS_IN_BROWSER = 300  # until somebody has signed in there
PATH = "/signed-in"  # where the page sends people back to, on this machine
# What has to be asked for after the password, by the code of the problem.
CHALLENGES = {
    "new_password_required": ("new_password", "A new password of your own"),
    "second_factor_required": ("code", "The code of your authenticator"),
}
PAGE = "<!doctype html><meta charset='utf-8'><title>Cuebook</title><p>{text}"


def sign_in_with_password(url: str, email: str, ask: Callable[[str], str]) -> str:
    """Sign in with a password, and what else the service asks for.

    Args:
        url: The address of the service.
        email: The person's e-mail address.
        ask: Asks the person for a secret, whose description it is given.

    Returns:
        The secret of the session.

    Raises:
        CuebookError: The service refuses it, or does not answer.
    """
    path, body = "/v1/auth/login", {"email": email, "password": ask("Password")}
    while True:
        try:
            return _open_session(url, path, body)
        except PermissionDeniedError as error:
            if error.code not in CHALLENGES or not error.details:
                raise
            field, description = CHALLENGES[error.code]
            token = error.details[0]["challenge_token"]
            path = "/v1/auth/login/challenge"
            body = {"challenge_token": token, field: ask(description)}


def sign_in_with_browser(url: str, port: int) -> str:
    """Sign in with a browser, through the page that the service names.

    Args:
        url: The address of the service.
        port: The port of this machine that people are sent back to.

    Returns:
        The secret of the session.

    Raises:
        ConfigurationError: The service has no such page.
        CuebookError: Nobody has signed in, or the service refuses it, or does not answer.
    """
    health = _call(url, "GET", "/v1/health")
    page = health.get("sign_in_page") if isinstance(health, dict) else None
    if not page or not page["url"].startswith(("https://", "http://")):
        raise ConfigurationError(f"{url} has no sign-in page: use --email, or an API key")
    # The verifier shows that whoever exchanges the code is who has asked for it (RFC 7636), and
    # the state that the browser comes back from this very visit of the page.
    verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(24)
    challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return_url = f"http://localhost:{port}{PATH}"
    query = {
        "response_type": "code",
        "client_id": page["client_id"],
        "scope": "openid",
        "redirect_uri": return_url,
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    address = f"{page['url'].rstrip('/')}/oauth2/authorize?{urlencode(query)}"
    with _open_server(port, state) as server:
        print_note(f"Sign in with your browser. If it does not open, open {address}")
        webbrowser.open(address)
        code = server.wait_for_code()
    body = {"code": code, "code_verifier": verifier, "redirect_uri": return_url}
    return _open_session(url, "/v1/auth/exchange", body)


def sign_out(url: str, session: str) -> None:
    """End a session.

    Raises:
        CuebookError: The service does not answer.
    """
    _call(url, "DELETE", "/v1/auth/session", headers={"Authorization": f"Bearer {session}"})


class _Server(HTTPServer):
    """Waits for the browser that the page sends back.

    Attributes:
        state: What the page was given, and sends back with the code.
        code: The code; empty until it is there.
        problem: What the page says instead.
    """

    timeout = 1.0

    def __init__(self, port: int, state: str) -> None:
        self.state, self.code, self.problem = state, "", ""
        super().__init__(("127.0.0.1", port), _Handler)

    def wait_for_code(self) -> str:
        """Wait until the browser brings a code.

        Raises:
            CuebookError: It brings none in time, or the page has refused the person.
        """
        end = time.monotonic() + SECONDS_IN_BROWSER
        while not self.code and not self.problem and time.monotonic() < end:
            self.handle_request()
        if not self.code:
            raise CuebookError(self.problem or "nobody has signed in; run `cuebook login` again")
        return self.code


class _Handler(BaseHTTPRequestHandler):
    timeout = 5.0
    server: _Server

    def do_GET(self) -> None:
        """Take the code, from the page only."""
        parts = urlsplit(self.path)
        fields = {name: values[0] for name, values in parse_qs(parts.query).items()}
        state = fields.get("state", "").encode()
        if parts.path != PATH or not hmac.compare_digest(state, self.server.state.encode()):
            self._respond(400, "This is not the way back from the sign-in page.")
            return
        self.server.code = fields.get("code", "")
        if self.server.code:
            self._respond(200, "You can close this window, and go on in the terminal.")
            return
        reason = fields.get("error_description") or fields.get("error") or "without a reason"
        self.server.problem = f"the sign-in page has refused it: {reason[:200]}"
        self._respond(200, "You are not signed in. The terminal says why.")

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing: the path has the code."""

    def _respond(self, status: int, text: str) -> None:
        body = PAGE.format(text=text).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _open_server(port: int, state: str) -> _Server:
    """Listen on a port of this machine.

    Raises:
        ConfigurationError: The port is in use.
    """
    try:
        return _Server(port, state)
    except OSError as error:
        raise ConfigurationError(
            f"port {port} of this machine cannot be used ({error.strerror}): end what uses it, or "
            "give another --port that the deployment's callback_urls have"
        ) from error


def _open_session(url: str, path: str, body: Mapping[str, str]) -> str:
    token: str = _call(url, "POST", path, body)["token"]
    return token


def _call(
    url: str,
    method: str,
    path: str,
    body: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Any:
    """Call the service once, since codes and challenges are good for one call."""
    runner = Threads(Address(url, HEADERS))
    try:
        return runner.run(request(method, path, body, seconds=SECONDS, attempts=1, headers=headers))
    finally:
        runner.close()
