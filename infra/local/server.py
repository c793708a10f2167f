"""HTTP/1.1 in front of the gateway: one thread a connection."""

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

from infra.local.gateway import NO_BODY, REQUEST_BYTES, Request, problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from infra.local.gateway import Answer

DRAIN_SECONDS = 2.0
log = logging.getLogger("infra.local")


class Refused(Exception):
    """A request that cannot be read; the arguments are the status and the text of its answer."""

    def __init__(self, status: int, error: str) -> None:
        super().__init__(status, error)
        self.status = status
        self.error = error


class Server(ThreadingHTTPServer):
    """Args:
    answer: what a request is answered with.
    """

    request_queue_size = 128
    daemon_threads = True
    block_on_close = False  # idle connections must not hold up the end

    def __init__(
        self,
        address: tuple[str, int],
        answer: Callable[[Request], Answer],
        family: socket.AddressFamily = socket.AF_INET,
    ) -> None:
        self.address_family = family
        self.answer = answer
        self.busy = 0
        self.changed = threading.Condition()
        super().__init__(address, Connection)

    def server_bind(self) -> None:
        """Without the HTTP class's look-up of this machine's name, which can take seconds."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]  # type: ignore[assignment]

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            log.exception("connection from %s", client_address)

    def finish(self, seconds: float) -> None:
        """Accept nothing more, and give the requests under way a little time."""
        self.shutdown()
        self.server_close()
        with self.changed:
            self.changed.wait_for(lambda: not self.busy, timeout=seconds)


class Connection(BaseHTTPRequestHandler):
    """Reads requests and writes answers, whatever arrives."""

    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "cuebook"
    sys_version = ""
    timeout = 60.0  # of a silent connection
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body leave together

    def __getattr__(self, name: str) -> Callable[[], None]:
        """Every method is answered alike: `do_GET`, `do_PURGE` …"""
        if name.startswith("do_"):
            return self.serve
        raise AttributeError(name)

    def serve(self) -> None:
        started = time.perf_counter()
        with self.server.changed:
            self.server.busy += 1
        try:
            try:
                request = self.read_request()
            except Refused as refused:
                self.close_connection = True
                answer = problem(refused.status, refused.error, str(uuid4()))
                self.write(answer)
                self.drain()
            else:
                answer = self.server.answer(request)
                self.write(answer)
            self.report(answer.status, started)
        finally:
            with self.server.changed:
                self.server.busy -= 1
                self.server.changed.notify_all()

    def read_request(self) -> Request:
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
        """Raises Refused for one that is too large, or that ends before it should."""
        codings = self.headers.get_all("Transfer-Encoding", [])
        lengths = set(self.headers.get_all("Content-Length", []))
        if codings:
            # Two statements of a body's length is how requests are smuggled.
            if lengths or [coding.strip().lower() for coding in codings] != ["chunked"]:
                raise Refused(400, "bad request")
            self.go_ahead()
            return self.read_chunks()
        if not lengths:
            return b""
        text = lengths.pop()
        if lengths or not (text.isascii() and text.isdigit()) or len(text) > 18:
            raise Refused(400, "bad request")
        length = int(text)
        if length > REQUEST_BYTES:
            raise Refused(413, "request too large")
        self.go_ahead()
        return self.read_exactly(length)

    def read_chunks(self) -> bytes:
        body = bytearray()
        while size := self.read_chunk_size():
            if len(body) + size > REQUEST_BYTES:
                raise Refused(413, "request too large")
            body += self.read_exactly(size)
            if self.read_exactly(2) != b"\r\n":
                raise Refused(400, "bad request")
        for _ in range(100):  # the trailers
            if self.read_line() in (b"\r\n", b"\n"):
                return bytes(body)
        raise Refused(400, "bad request")

    def read_chunk_size(self) -> int:
        digits = self.read_line().partition(b";")[0].strip()
        if not digits or len(digits) > 16 or digits.strip(b"0123456789abcdefABCDEF"):
            raise Refused(400, "bad request")
        return int(digits, 16)

    def read_line(self) -> bytes:
        line = self.rfile.readline(8192)
        if not line.endswith(b"\n"):
            raise Refused(400, "bad request")
        return line

    def read_exactly(self, length: int) -> bytes:
        body = self.rfile.read(length)
        if len(body) < length:
            raise Refused(400, "bad request")
        return body

    def handle_expect_100(self) -> bool:
        """Not yet: the client shall send its body only once we know that we want it."""
        return True

    def go_ahead(self) -> None:
        if self.headers.get("Expect", "").lower() == "100-continue":
            self.send_response_only(HTTPStatus.CONTINUE)
            self.end_headers()
            self.wfile.flush()

    # -- the answer

    def write(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        if answer.status not in NO_BODY:
            self.send_header("Content-Length", str(len(answer.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)
        self.wfile.flush()

    def drain(self) -> None:
        """Read what the client is still sending, or it would lose the answer to a reset."""
        self.connection.settimeout(DRAIN_SECONDS)
        until = time.monotonic() + DRAIN_SECONDS
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_WR)
            while time.monotonic() < until and self.rfile.read1(65536):
                pass

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What the base class refuses before we see it: a request line or headers that are not."""
        started = time.perf_counter()
        self.close_connection = True
        self.request_version = self.protocol_version  # not known where the line was not understood
        self.command = getattr(self, "command", None) or "-"
        self.path = getattr(self, "path", "-")
        self.write(problem(code, HTTPStatus(code).phrase.lower(), str(uuid4())))
        self.report(code, started)

    # -- the log

    def report(self, status: int, started: float) -> None:
        """One line, without the query and without anything that could move a terminal's cursor."""
        path = self.path.partition("?")[0].encode("unicode_escape").decode()
        ms = (time.perf_counter() - started) * 1000
        log.info("%s %s %d %.0f ms", self.command, path, status, ms)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Not the base class's line: `report` writes ours."""

    def log_message(self, format: str, *args: object) -> None:
        """Nor its others."""
