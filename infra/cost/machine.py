"""What a function's process needs around it, all on this machine: tables, bucket and event bus.

DynamoDB Local says how many units a request takes, as DynamoDB does. Of S3 and EventBridge only the
number of requests counts: whatever keeps objects and accepts events will do.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import boto3

from infra.local import CannotStart
from infra.local.aws import create_tables, environment
from infra.local.durable import FOLDER, dynamodb_local, unpacked

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ROOT = Path(__file__).parents[2]
SECONDS = 900.0  # that a child may take


class Others(BaseHTTPRequestHandler):
    """S3 and EventBridge, as far as functions use them."""

    protocol_version = "HTTP/1.1"
    objects: Mapping[str, bytes]

    def do_PUT(self) -> None:
        self.server.objects[self.path] = self._body()  # type: ignore[attr-defined]
        self._reply(200, b"", "application/xml")

    def do_GET(self) -> None:
        body = self.server.objects.get(self.path)  # type: ignore[attr-defined]
        self._reply(404 if body is None else 200, body or b"", "application/json")

    def do_POST(self) -> None:
        entries = json.loads(self._body())["Entries"]
        told = {"FailedEntryCount": 0, "Entries": [{"EventId": "1"} for _ in entries]}
        self._reply(200, json.dumps(told).encode(), "application/x-amz-json-1.1")

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers["Content-Length"]))

    def _reply(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing of interest."""


@contextmanager
def others() -> Iterator[str]:
    """The address of S3 and EventBridge."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Others)
    server.objects = {}  # type: ignore[attr-defined]
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def surroundings(jar: Path = FOLDER) -> Iterator[dict[str, str]]:
    """The environment of a function whose AWS is on this machine. Raises CannotStart.

    Traces and metrics are on, as they are in a deployment: both take processor time, and metrics
    are lines of the log. The daemon that takes traces is missing, which nobody waits for.
    """
    if (folder := unpacked(jar)) is None:
        raise CannotStart("DynamoDB Local is not here; `make serve-durable` downloads it once")
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(TemporaryDirectory()))
        endpoint = stack.enter_context(dynamodb_local(folder, None, scratch / "dynamodb.log"))
        elsewhere = stack.enter_context(others())
        local = environment(endpoint)
        client = boto3.client(
            "dynamodb",
            endpoint_url=endpoint,
            region_name=local["AWS_REGION"],
            aws_access_key_id=local["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=local["AWS_SECRET_ACCESS_KEY"],
        )
        create_tables(client)
        client.close()
        off = {"POWERTOOLS_METRICS_DISABLED", "POWERTOOLS_TRACE_DISABLED"}
        yield {
            **{name: value for name, value in local.items() if name not in off},
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(scratch),
            "TMPDIR": str(scratch),
            "LANG": "C.UTF-8",
            "AWS_ENDPOINT_URL_S3": elsewhere,
            "AWS_ENDPOINT_URL_EVENTBRIDGE": elsewhere,
            "AWS_LAMBDA_FUNCTION_NAME": "cuebook-measured-function-with-a-name-of-usual-length",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024",
            "LAMBDA_TASK_ROOT": "/var/task",
            "_X_AMZN_TRACE_ID": "Root=1-65a00000-000000000000000000000000;"
            "Parent=0000000000000001;Sampled=1",
            "AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:9",
            "POWERTOOLS_SERVICE_NAME": "cuebook-prod",
            "EVENT_BUS": "cuebook-prod",
            "UNPUBLISHED_QUEUE": f"{elsewhere}/unpublished",
            "KEY_CACHE_SECONDS": "86400",  # a measurement takes longer than a key is remembered
        }


class Runner:
    """Starts Python as Lambda has it: the deployed interpreter, code, bytecode and layer.

    Args:
        deployed: False takes this interpreter and the sources instead, which is there at once; the
            same requests are made, but it takes other times.

    Raises:
        CannotStart: the runtime's interpreter is not on this machine.
    """

    def __init__(self, *, deployed: bool) -> None:
        self.command = [sys.executable, "-s"]
        self.path: Sequence[Path] = (ROOT,)
        if deployed:
            from infra.packaging import PYTHON, build_code, build_layer, find_interpreter

            interpreter = find_interpreter()
            if interpreter is None:
                raise CannotStart(f"Python {PYTHON} is missing, which functions run on")
            self.command = [interpreter, "-s", "-P"]
            layer = build_layer(architecture="x86_64") / "python"
            # The last is for what is not deployed: this package itself.
            self.path = (build_code(), layer, ROOT)

    def run(self, *arguments: str, environment: Mapping[str, str], said: str = "") -> Any:
        """What the child prints, which is JSON. Raises CannotStart with its last words.

        Args:
            said: its standard input.
        """
        found = subprocess.run(
            [*self.command, *arguments],
            input=said,
            capture_output=True,
            text=True,
            cwd=environment["HOME"],
            env={**environment, "PYTHONPATH": os.pathsep.join(map(str, self.path))},
            timeout=SECONDS,
            check=False,
        )
        if found.returncode:
            raise CannotStart(found.stderr.strip() or f"ended with {found.returncode}")
        return json.loads(found.stdout)
