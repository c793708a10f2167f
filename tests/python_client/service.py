"""A service on loopback that answers as a test wants it to."""

from __future__ import annotations

import gzip
import json
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any, TypeAlias

Handler: TypeAlias = BaseHTTPRequestHandler
Fault: TypeAlias = Callable[[Handler, bytes], None]  # is given the right answer


class Service(ThreadingHTTPServer):
    """Answers `POST /v1/batch` from prompts that the test sets, unless it wants a fault.

    Attributes:
        texts: The template of each name and pointer; a pair of them is a split in halves.
        statuses: The statuses of versions that are not live.
        includes: The parts of some of them.
        faults: What happens to the next requests, one after the other.
        fault: What happens to all others; None for the right answer.
        requests: The bodies of all requests so far.
        headers: The headers of all requests so far.
        seconds: How long each answer takes.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.texts: dict[tuple[str, str | int], str | tuple[str, str]] = {}
        self.statuses: dict[tuple[str, str | int], str] = {}
        self.includes: dict[tuple[str, str | int], list[dict[str, Any]]] = {}
        self.faults: deque[Fault] = deque()
        self.fault: Fault | None = None
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.seconds = 0.0
        self.lock = Lock()

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of connections that the client has given up."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def answer(self, body: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = {
            name: [] for name in ("prompts", "unchanged", "unknown", "omitted", "failed")
        }
        for copy in body["prompts"]:
            key = copy["name"], copy["pointer"]
            named = {"name": key[0], "pointer": key[1]}
            text = self.texts.get(key)
            etag = f"-{text!r}"
            if text is None:
                answer["unknown"].append(named)
            elif copy.get("etag") == etag:
                answer["unchanged"].append({**named, "etag": etag})
            elif isinstance(text, str):
                answer["prompts"].append({**named, "etag": etag, **self._show(key, text, 1)})
            else:
                first, second = (self._show(key, each, 1 + at) for at, each in enumerate(text))
                split = [{"version": 1, "weight": 5000}, {"version": 2, "weight": 5000}]
                entry = {**named, "etag": etag, **first, "split": split, "others": [second]}
                answer["prompts"].append(entry)
        return answer

    def _show(self, key: tuple[str, str | int], text: str, number: int) -> dict[str, Any]:
        version = {
            "id": "v",
            "prompt_id": f"id of {key[0]}",
            "version": key[1] if isinstance(key[1], int) else number,
            "template": text,
            "engine": "go",
            "status": self.statuses.get(key, "live"),
            "tags": [],
            "model": "openai/gpt-4o",
            "model_params": {"temperature": 0},
            "messages": None,
        }
        return {"version": version, "includes": self.includes.get(key, [])}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Service

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        service = self.server
        with service.lock:
            service.requests.append(body)
            service.headers.append({name.lower(): text for name, text in self.headers.items()})
            fault = service.faults.popleft() if service.faults else service.fault
        time.sleep(service.seconds)
        answer = json.dumps(service.answer(body)).encode()
        (fault or respond)(self, answer)

    def log_message(self, format: str, *args: object) -> None:
        pass


def respond(
    handler: Handler, body: bytes, status: int = 200, headers: dict[str, str] | None = None
) -> None:
    handler.send_response(status)
    for name, text in {"Content-Length": str(len(body)), **(headers or {})}.items():
        handler.send_header(name, text)
    handler.end_headers()
    handler.wfile.write(body)


def fail(status: int, code: str, **headers: str) -> Fault:
    """Answer with a problem."""
    problem = json.dumps({"error": "it failed", "code": code, "request_id": "r-1"}).encode()
    names = {name.replace("_", "-"): text for name, text in headers.items()}
    return lambda handler, body: respond(handler, problem, status, names)


def say(body: bytes, status: int = 200) -> Fault:
    """Answer with this body, whatever is right."""
    return lambda handler, _: respond(handler, body, status)


def close_at_once(handler: Handler, body: bytes) -> None:
    handler.close_connection = True
    handler.connection.close()


def close_within_body(handler: Handler, body: bytes) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body[: len(body) // 2])
    handler.wfile.flush()
    handler.close_connection = True


def drip(handler: Handler, body: bytes) -> None:
    """Answer with a byte now and then, so that no single read takes long."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000000")
    handler.end_headers()
    for _ in range(100):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.05)
    handler.close_connection = True


def respond_packed(handler: Handler, body: bytes) -> None:
    """Answer with a body that grows a million times, as it is unpacked twice."""
    packed = gzip.compress(gzip.compress(b" " * 100_000_000))
    respond(handler, packed, headers={"Content-Encoding": "gzip, gzip"})


def redirect(handler: Handler, body: bytes) -> None:
    respond(handler, b"", 302, {"Location": "https://elsewhere.example/"})


def drip_headers(handler: Handler, body: bytes) -> None:
    """Answer with a byte of a header now and then."""
    handler.send_response(200)
    handler.flush_headers()
    for _ in range(100):
        handler.wfile.write(b"x")
        time.sleep(0.05)
    handler.close_connection = True


def repeat_without_end(handler: Handler, body: bytes) -> None:
    """Answer with a body that has no end, as fast as it is read."""
    handler.send_response(200)
    handler.end_headers()
    with suppress(OSError):
        while True:
            handler.wfile.write(b" " * 1_000_000)
    handler.close_connection = True


@contextmanager
def run_server(server: HTTPServer) -> Iterator[str]:
    """Run a server in a thread; gives its address."""
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def run_service() -> Iterator[Service]:
    service = Service()
    with run_server(service):
        yield service
