"""A service on loopback that speaks what each client asks for.

Sources: the requests of the clients at the versions that `requirements/bench-client.txt` pins.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from tools.bench_client.clients import VARIABLES

if TYPE_CHECKING:
    from collections.abc import Iterator

# How the language of each client writes a variable.
FORMS = {"cuebook": "{{.%s}}", "langfuse": "{{%s}}", "langsmith": "{%s}", "promptlayer": "{%s}"}


class Server(ThreadingHTTPServer):
    """Has a prompt of every name, with all variables in its text.

    Attributes:
        counts: The number of requests so far, by client.
        seconds: How long each response takes.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.counts = Counter[str]()
        self.seconds = 0.0
        self.lock = Lock()

    @property
    def url(self) -> str:
        """The address."""
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of connections that a client has given up."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # The head and the body of a response are two writes, the second of which would wait.
    disable_nagle_algorithm = True
    wbufsize = -1
    server: Server

    def do_GET(self) -> None:
        self._respond()

    def do_POST(self) -> None:
        self._respond()

    def _respond(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path = urlsplit(self.path).path
        client, document = build_response(path, json.loads(body) if body else {})
        with self.server.lock:
            self.server.counts[client] += 1
        time.sleep(self.server.seconds)
        response = json.dumps(document).encode()
        self.send_response(200 if client else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(response)))
        self.end_headers()
        self.wfile.write(response)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing of requests."""


def build_response(path: str, body: dict[str, Any]) -> tuple[str, Any]:
    """Build the response to a request.

    Args:
        path: The path of the request.
        body: Its body.

    Returns:
        The client that sends such requests, empty for none, and the body of the response.
    """
    *folders, name = unquote(path).strip("/").split("/")
    match folders:
        case ["v1"] if name == "batch":
            return "cuebook", _build_batch(body["prompts"])
        case ["api", "public", "v2", "prompts"]:
            return "langfuse", _build_langfuse(name)
        case ["commits", "-", prompt]:
            return "langsmith", _build_langsmith(prompt)
        case ["prompt-templates"]:
            return "promptlayer", _build_promptlayer(name)
    return "", {"error": f"there is no {path}"}


def build_text(client: str, name: str) -> str:
    """Build the text of a prompt, in the language of a client."""
    lines = (f"The {variable} of {name} is {FORMS[client] % variable}." for variable in VARIABLES)
    return "\n".join(lines)


def _build_batch(prompts: list[dict[str, Any]]) -> dict[str, Any]:
    lists: dict[str, Any] = {
        kind: [] for kind in ("prompts", "unchanged", "unknown", "omitted", "failed")
    }
    for prompt in prompts:
        entry = {"name": prompt["name"], "pointer": prompt["pointer"], "etag": "-1"}
        if prompt.get("etag") == "-1":
            lists["unchanged"].append(entry)
            continue
        version = {
            "id": f"version of {prompt['name']}",
            "prompt_id": f"id of {prompt['name']}",
            "version": 1,
            "template": build_text("cuebook", prompt["name"]),
            "engine": "go",
            "status": "live",
            "tags": [],
            "model": "openai/gpt-4o",
            "model_params": {"temperature": 0},
            "messages": None,
        }
        lists["prompts"].append({**entry, "version": version})
    return lists


def _build_langfuse(name: str) -> dict[str, Any]:
    return {
        "type": "text",
        "name": name,
        "version": 1,
        "prompt": build_text("langfuse", name),
        "config": {"model": "gpt-4o", "temperature": 0},
        "labels": ["production"],
        "tags": [],
    }


def _build_langsmith(name: str) -> dict[str, Any]:
    return {
        "commit_hash": "0" * 64,
        "manifest": {
            "lc": 1,
            "type": "constructor",
            "id": ["langchain", "prompts", "prompt", "PromptTemplate"],
            "kwargs": {
                "template": build_text("langsmith", name),
                "input_variables": list(VARIABLES),
                "template_format": "f-string",
            },
        },
        "examples": [],
    }


def _build_promptlayer(name: str) -> dict[str, Any]:
    return {
        "id": 1,
        "prompt_name": name,
        "version": 1,
        "prompt_template": {
            "type": "completion",
            "template_format": "f-string",
            "input_variables": list(VARIABLES),
            "content": [{"type": "text", "text": build_text("promptlayer", name)}],
        },
        "metadata": {"model": {"provider": "openai", "name": "gpt-4o"}},
        "llm_kwargs": None,
    }


@contextmanager
def run_server() -> Iterator[Server]:
    """Run a server in a thread."""
    server = Server()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
