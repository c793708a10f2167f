"""An HTTP/1.1 server for the gateway, with one thread per connection."""

from __future__ import annotations

import logging
import socket
import sys
import threading
import time
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import TYPE_CHECKING
from uuid import uuid4

from infra.gateway_problems import BAD_REQUEST, TOO_LARGE, GatewayProblem
from infra.local.gateway import NO_BODY, REQUEST_BYTES, Request

if TYPE_CHECKING:
    from collections.abc import Callable

    from infra.local.gateway import Gateway, Response

DRAIN_SECONDS = 2.0
log = logging.getLogger("infra.local")


class UnreadableRequestError(Exception):
    """A request cannot be read.

    Attributes:
        problem: The problem to respond with.
    """

    def __init__(self, problem: GatewayProblem) -> None:
        super().__init__(problem)
        self.problem = problem


class Server(ThreadingHTTPServer):
    """Accepts connections.

    Attributes:
        gateway: Responds to requests.
        busy: The number of requests in progress.
        changed: Notified when `busy` changes.
    """

    request_queue_size = 128
    daemon_threads = True
    block_on_close = False  # idle connections must not delay the end

    def __init__(
        self,
        address: tuple[str, int],
        gateway: Gateway,
        family: socket.AddressFamily = socket.AF_INET,
    ) -> None:
        self.address_family = family
        self.gateway = gateway
        self.busy = 0
        self.changed = threading.Condition()
        super().__init__(address, Connection)

    def server_bind(self) -> None:
        """Bind the socket, without looking up this machine's name, which can take seconds."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]  # type: ignore[assignment]

    def handle_error(self, request: object, client_address: object) -> None:
        """Log an error, unless the client has closed the connection."""
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            log.exception("connection from %s", client_address)

    def finish(self, seconds: float) -> None:
        """Accept no more connections, and wait for the requests in progress.

        Args:
            seconds: The longest time to wait.
        """
        self.shutdown()
        self.server_close()
        with self.changed:
            self.changed.wait_for(lambda: not self.busy, timeout=seconds)


class Connection(BaseHTTPRequestHandler):
    """Reads requests and writes responses."""

    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "cuebook"
    sys_version = ""
    timeout = 60.0  # seconds until an idle connection is closed
    disable_nagle_algorithm = True
    wbufsize = -1  # sends headers and body together

    def __getattr__(self, name: str) -> Callable[[], None]:
        """Serve all methods in the same way: `do_GET`, `do_PURGE` and so on."""
        if name.startswith("do_"):
            return self.serve
        raise AttributeError(name)

    def serve(self) -> None:
        """Serve one request."""
        start = time.perf_counter()
        with self.server.changed:
            self.server.busy += 1
        try:
            try:
                request = self.read_request()
            except UnreadableRequestError as error:
                self.close_connection = True
                response = self.server.gateway.refuse(str(uuid4()), error.problem)
                self.write(response)
                self.drain()
            else:
                response = self.server.gateway.respond(request)
                self.write(response)
            self.report(response.status, start)
        finally:
            with self.server.changed:
                self.server.busy -= 1
                self.server.changed.notify_all()

    def read_request(self) -> Request:
        """Read the body of a request, whose headers have been read.

        Raises:
            UnreadableRequestError: The body is too large, malformed or incomplete.
        """
        return Request(
            method=self.command,
            target=self.path,
            headers=tuple(self.headers.items()),
            body=self.read_body(),
            source=str(self.client_address[0]),
            protocol=self.request_version,
        )

    # -- the body

    def read_body(self) -> bytes:
        """Read a body with a length or in chunks.

        Raises:
            UnreadableRequestError: The body is too large, malformed or incomplete.
        """
        codings = self.headers.get_all("Transfer-Encoding", [])
        lengths = set(self.headers.get_all("Content-Length", []))
        if codings:
            # Two lengths of one body allow request smuggling.
            if lengths or [coding.strip().lower() for coding in codings] != ["chunked"]:
                raise UnreadableRequestError(BAD_REQUEST)
            self.go_ahead()
            return self.read_chunks()
        if not lengths:
            return b""
        text = lengths.pop()
        if lengths or not (text.isascii() and text.isdigit()) or len(text) > 18:
            raise UnreadableRequestError(BAD_REQUEST)
        length = int(text)
        if length > REQUEST_BYTES:
            raise UnreadableRequestError(TOO_LARGE)
        self.go_ahead()
        return self.read_exactly(length)

    def read_chunks(self) -> bytes:
        """Read a chunked body and its trailers.

        Raises:
            UnreadableRequestError: The body is too large, malformed or incomplete.
        """
        body = bytearray()
        while size := self.read_chunk_size():
            if len(body) + size > REQUEST_BYTES:
                raise UnreadableRequestError(TOO_LARGE)
            body += self.read_exactly(size)
            if self.read_exactly(2) != b"\r\n":
                raise UnreadableRequestError(BAD_REQUEST)
        for _ in range(100):  # the trailers
            if self.read_line() in (b"\r\n", b"\n"):
                return bytes(body)
        raise UnreadableRequestError(BAD_REQUEST)

    def read_chunk_size(self) -> int:
        """Read the line before a chunk; returns the size of the chunk in bytes.

        Raises:
            UnreadableRequestError: The line is malformed or incomplete.
        """
        digits = self.read_line().partition(b";")[0].strip()
        if not digits or len(digits) > 16 or digits.strip(b"0123456789abcdefABCDEF"):
            raise UnreadableRequestError(BAD_REQUEST)
        return int(digits, 16)

    def read_line(self) -> bytes:
        """Read a line of a chunked body.

        Raises:
            UnreadableRequestError: The line is too long or incomplete.
        """
        line = self.rfile.readline(8192)
        if not line.endswith(b"\n"):
            raise UnreadableRequestError(BAD_REQUEST)
        return line

    def read_exactly(self, length: int) -> bytes:
        """Read a number of bytes.

        Raises:
            UnreadableRequestError: The body is incomplete.
        """
        body = self.rfile.read(length)
        if len(body) < length:
            raise UnreadableRequestError(BAD_REQUEST)
        return body

    def handle_expect_100(self) -> bool:
        """Do nothing: `go_ahead` tells the client to send its body, after the checks."""
        return True

    def go_ahead(self) -> None:
        """Tell a client that waits for 100 Continue to send its body."""
        if self.headers.get("Expect", "").lower() == "100-continue":
            self.send_response_only(HTTPStatus.CONTINUE)
            self.end_headers()
            self.wfile.flush()

    # -- the response

    def write(self, response: Response) -> None:
        """Write a response."""
        self.send_response(response.status)
        for name, value in response.headers:
            self.send_header(name, value)
        if response.status not in NO_BODY:
            self.send_header("Content-Length", str(len(response.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)
        self.wfile.flush()

    def drain(self) -> None:
        """Read what the client is still sending; otherwise a reset could discard the response."""
        self.connection.settimeout(DRAIN_SECONDS)
        until = time.monotonic() + DRAIN_SECONDS
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_WR)
            while time.monotonic() < until and self.rfile.read1(65536):
                pass

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Respond to a request line or headers that the base class cannot parse."""
        start = time.perf_counter()
        self.close_connection = True
        self.request_version = self.protocol_version  # unknown after an invalid request line
        self.command = getattr(self, "command", None) or "-"
        self.path = getattr(self, "path", "-")
        text = HTTPStatus(code).phrase.lower()
        problem = GatewayProblem(status=code, code=text.replace(" ", "_"), text=text)
        self.write(self.server.gateway.refuse(str(uuid4()), problem))
        self.report(code, start)

    # -- the log

    def report(self, status: int, start: float) -> None:
        """Log one line, without the query and without control characters.

        Args:
            status: The status of the response.
            start: The time when the request was read, by `time.perf_counter`.
        """
        path = self.path.partition("?")[0].encode("unicode_escape").decode()
        ms = (time.perf_counter() - start) * 1000
        log.info("%s %s %d %.0f ms", self.command, path, status, ms)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log nothing, because `report` logs the request."""

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing of the base class."""
