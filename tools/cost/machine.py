"""The services that a function's process needs, on this machine: tables, bucket and event bus.

DynamoDB Local reports the units of requests as DynamoDB does. For S3 and EventBridge only the
number of requests matters, so a simple simulation is sufficient.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import boto3

from infra.local.aws import build_environment, create_tables
from infra.local.durable import FOLDER, find_jar_folder, run_dynamodb_local
from infra.local.errors import StartError
from infra.project import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

SECONDS = 900.0  # timeout of a child process


class OtherServices(BaseHTTPRequestHandler):
    """A simulation of the operations of S3 and EventBridge that functions use."""

    protocol_version = "HTTP/1.1"
    objects: Mapping[str, bytes]

    def do_PUT(self) -> None:
        """Put an object."""
        self.server.objects[self.path] = self._read_body()  # type: ignore[attr-defined]
        self._respond(200, b"", "application/xml")

    def do_GET(self) -> None:
        """Get an object."""
        body = self.server.objects.get(self.path)  # type: ignore[attr-defined]
        self._respond(404 if body is None else 200, body or b"", "application/json")

    def do_POST(self) -> None:
        """Accept events."""
        entries = json.loads(self._read_body())["Entries"]
        result = {"FailedEntryCount": 0, "Entries": [{"EventId": "1"} for _ in entries]}
        self._respond(200, json.dumps(result).encode(), "application/x-amz-json-1.1")

    def _read_body(self) -> bytes:
        return self.rfile.read(int(self.headers["Content-Length"]))

    def _respond(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing."""


@contextmanager
def run_other_services() -> Iterator[str]:
    """Run the simulation of S3 and EventBridge; the value is its URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), OtherServices)
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
def run_services(jar: Path = FOLDER) -> Iterator[dict[str, str]]:
    """Run all services; the value is the environment of a function that uses them.

    Traces and metrics are on as in a deployment, because both take processor time, and metrics are
    lines of the log. Traces are sent to a socket that nobody reads.

    Args:
        jar: The folder of DynamoDB Local.

    Raises:
        StartError: DynamoDB Local is missing, or does not start.
    """
    if (folder := find_jar_folder(jar)) is None:
        raise StartError("DynamoDB Local is missing; run `make serve-durable` to download it")
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(TemporaryDirectory()))
        endpoint = stack.enter_context(run_dynamodb_local(folder, None, scratch / "dynamodb.log"))
        others = stack.enter_context(run_other_services())
        daemon = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        daemon.bind(("127.0.0.1", 0))
        local = build_environment(endpoint)
        client = boto3.client(
            "dynamodb",
            endpoint_url=endpoint,
            region_name=local["AWS_REGION"],
            aws_access_key_id=local["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=local["AWS_SECRET_ACCESS_KEY"],
        )
        create_tables(client)
        client.close()
        yield {
            **{name: value for name, value in local.items() if name != "METRICS"},
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(scratch),
            "TMPDIR": str(scratch),
            "LANG": "C.UTF-8",
            "AWS_ENDPOINT_URL_S3": others,
            "AWS_ENDPOINT_URL_EVENTBRIDGE": others,
            "AWS_LAMBDA_FUNCTION_NAME": "cuebook-measured-function-with-a-name-of-usual-length",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024",
            "LAMBDA_TASK_ROOT": "/var/task",
            "_X_AMZN_TRACE_ID": "Root=1-65a00000-000000000000000000000000;"
            "Parent=0000000000000001;Sampled=1",
            "AWS_XRAY_DAEMON_ADDRESS": f"127.0.0.1:{daemon.getsockname()[1]}",
            "POWERTOOLS_SERVICE_NAME": "cuebook-prod",
            "EVENT_BUS": "cuebook-prod",
            "UNPUBLISHED_QUEUE": f"{others}/unpublished",
            "KEY_CACHE_SECONDS": "86400",  # longer than a measurement takes
        }


class Runner:
    """Starts Python as in Lambda: with the deployed interpreter, code, bytecode and layer."""

    def __init__(self, *, deployed: bool, packages: Sequence[Path] = ()) -> None:
        """Find or build what is started.

        Args:
            deployed: False for this interpreter and the sources, which need no build; requests to
                AWS are the same, but times differ.
            packages: The folders of the code and of the layer's packages; empty for those of this
                checkout.

        Raises:
            StartError: The runtime's interpreter is missing on this machine.
        """
        self.command = [sys.executable, "-s"]
        self.path: Sequence[Path] = (ROOT,)
        if deployed:
            from infra.packaging import PYTHON, build_code, build_layer, find_interpreter

            interpreter = find_interpreter()
            if interpreter is None:
                raise StartError(f"Python {PYTHON}, which functions run on, is missing; install it")
            self.command = [interpreter, "-s", "-P"]
            if not packages:
                packages = (build_code(), build_layer(architecture="x86_64") / "python")
            # The last folder is for this package, which is not deployed.
            self.path = (*packages, ROOT)

    def run(self, *arguments: str, environment: Mapping[str, str], text: str = "") -> Any:
        """Run Python; returns its output, which must be JSON.

        Args:
            *arguments: The arguments of Python.
            environment: The whole environment of the process.
            text: The standard input.

        Raises:
            StartError: The process ends with an error; the message is its error output.
        """
        result = subprocess.run(
            [*self.command, *arguments],
            input=text,
            capture_output=True,
            text=True,
            cwd=environment["HOME"],
            env={**environment, "PYTHONPATH": os.pathsep.join(map(str, self.path))},
            timeout=SECONDS,
            check=False,
        )
        if result.returncode:
            raise StartError(
                result.stderr.strip() or f"the worker has ended with {result.returncode}"
            )
        return json.loads(result.stdout)
