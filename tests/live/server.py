"""The local server as a child process, and a client that does nothing for you."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from tests.hangs import HANG_SECONDS

ROOT = Path(__file__).parents[2]
JAR = ROOT / ".local" / "dynamodb-local"


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Server:
    """A running server."""

    process: subprocess.Popen[bytes]
    folder: Path
    demo: dict[str, str]

    @property
    def port(self) -> int:
        return int(self.demo["base_url"].rpartition(":")[2])

    @property
    def output(self) -> str:
        return (self.folder / "stdout").read_text()

    @property
    def log(self) -> str:
        return (self.folder / "stderr").read_text()

    def call(
        self, method: str, path: str, body: object = None, *, key: str | None = None
    ) -> Response:
        """One request on a connection of its own, by the demo's editor unless a key is given."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=HANG_SECONDS)
        try:
            connection.request(
                method,
                path,
                body=None if body is None else json.dumps(body),
                headers={
                    "Authorization": f"Bearer {key or self.demo['api_key']}",
                    "Content-Type": "application/json",
                },
            )
            answer = connection.getresponse()
            return Response(answer.status, dict(answer.getheaders()), answer.read())
        finally:
            connection.close()

    def create_prompt(self, name: str) -> str:
        """The id of a new prompt."""
        made = self.call("POST", f"/v1/teams/{self.demo['team_id']}/prompts", {"name": name})
        assert made.status == 201, made
        return str(made.json["prompt"]["id"])

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """The exit code."""
        self.process.send_signal(number)
        return self.process.wait(HANG_SECONDS)


@contextmanager
def run_server(folder: Path, *arguments: str, **environment: str) -> Iterator[Server]:
    """Starts the server on a free port, and stops it if the test has not."""
    process = start(folder, *arguments, **environment)
    try:
        demo = json.loads(wait_for(process, folder).read_text())
        yield Server(process, folder, demo)
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(HANG_SECONDS)


def start(folder: Path, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTEST"))
    }
    with (folder / "stdout").open("wb") as out, (folder / "stderr").open("wb") as err:
        return subprocess.Popen(
            [sys.executable, "-m", "infra.local", *arguments],
            cwd=ROOT,
            env=inherited
            | {"PORT": "0", "HOST": "", "DYNAMODB_ENDPOINT": "", "LOCAL_DIR": str(folder)}
            | environment,
            stdout=out,
            stderr=err,
        )


def wait_for(process: subprocess.Popen[bytes], folder: Path) -> Path:
    until = time.monotonic() + HANG_SECONDS
    while "Ctrl-C" not in (folder / "stdout").read_text():
        if process.poll() is not None or time.monotonic() > until:
            raise AssertionError((folder / "stderr").read_text())
        time.sleep(0.05)
    return folder / "demo.json"


def run_at_once(count: int, work: Callable[[int], Any]) -> list[Any]:
    """The results of the same work in many threads that start together."""
    ready = threading.Barrier(count)

    def one(number: int) -> Any:
        ready.wait()
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))
