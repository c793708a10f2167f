"""Cognito's page of sign-in as tests have it: an authorization code says itself who has signed in.

moto has no such page. Its real protocol is that of `run_page`.
"""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

URL = "https://sign-in.example"
CLIENT_ID = "page"
GROUP = "writers"  # in the first team of a registry, as an editor
REDIRECT_URI = "https://console.example/signed-in"
VERIFIER = "v" * 43


def build_code(person_id: str, *, email: str = "ada@corp.example", groups: str = GROUP) -> str:
    """Build the code that somebody is sent back with."""
    return f"{person_id} {email} [{groups}]"


def build_exchange(person_id: str, **fields: str) -> dict[str, str]:
    """Build the body of a request that exchanges a code."""
    return {
        "code": build_code(person_id, **fields),
        "code_verifier": VERIFIER,
        "redirect_uri": REDIRECT_URI,
    }


def build_groups(team_id: str) -> str:
    """Build the setting that admits the group."""
    return f"{GROUP}={team_id}:editor"


def send(
    url: str, method: str, path: str, headers: Mapping[str, str], body: str
) -> tuple[int, bytes]:
    """Respond as the page does."""
    assert url == URL
    if (method, path) == ("POST", "/oauth2/token"):
        fields = {name: values[0] for name, values in parse_qs(body).items()}
        assert fields["client_id"] == CLIENT_ID
        is_known = len(fields["code"].split()) == 3 and fields["code_verifier"] == VERIFIER
        document: dict[str, Any] = (
            {"access_token": fields["code"], "token_type": "Bearer"}
            if is_known
            else {"error": "invalid_grant"}
        )
        return (200 if is_known else 400), json.dumps(document).encode()
    assert (method, path) == ("GET", "/oauth2/userInfo")
    token = headers["Authorization"].removeprefix("Bearer ")
    person_id, email, groups = token.split()
    return 200, json.dumps({"sub": person_id, "email": email, "custom:groups": groups}).encode()


@dataclass
class Page:
    """A page that responds as it is told.

    Attributes:
        responses: Status and document by path.
        requests: Path, headers and body of what it was sent.
    """

    port: int = 0
    responses: dict[str, tuple[int, Any]] = field(default_factory=dict)
    requests: list[tuple[str, dict[str, str], str]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The URL of the page."""
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def run_page() -> Iterator[Page]:
    """Serve a page on the loopback interface."""
    page = Page()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
            page.requests.append((f"{self.command} {self.path}", dict(self.headers), body))
            status, document = page.responses[self.path]
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(document).encode())

        do_GET = do_POST

        def log_message(self, *_: object) -> None:
            """Write nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        page.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield page
        server.shutdown()
        thread.join()
