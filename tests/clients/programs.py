"""Client programs as child processes that may contact the server under test and nobody else."""

import json
import os
import socketserver
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.live.server import ROOT, Server

HERE = Path(__file__).parent
GUARD = HERE / "guard"
SCENARIOS = HERE / "scenarios"
NODE_MODULES = HERE / "node_modules"
# Where `make test-clients` puts the clients that are written in Python.
PYTHON = Path(os.environ.get("CLIENTS_PYTHON") or ROOT / ".venv-clients" / "bin" / "python")
SECONDS = 120.0
SPAN_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Proxy:
    """What a client would take for the way out; it only notes what it is asked for."""

    address: str
    requests: list[str] = field(default_factory=list)


@contextmanager
def run_proxy() -> Iterator[Proxy]:
    requests: list[str] = []

    class NotingHandler(socketserver.StreamRequestHandler):
        timeout = 5

        def handle(self) -> None:
            requests.append(self.rfile.readline(200).decode(errors="replace").strip())

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), NotingHandler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        host, port = server.server_address[:2]
        yield Proxy(f"{host!s}:{port}", requests)
        server.shutdown()


@dataclass(frozen=True, slots=True)
class Result:
    """A program that has ended by itself."""

    code: int
    out: str
    err: str

    @property
    def output(self) -> str:
        return self.out + self.err


@dataclass(frozen=True, slots=True)
class Clients:
    """Runs client programs in a folder of their own, as a user without any settings would."""

    server: Server
    proxy: Proxy
    folder: Path

    def run_python(self, script: str, *arguments: str, packages: Path | None = None) -> Any:
        """What a Python script has found: the last line that it writes, which is JSON.

        Args:
            script: the name of the script.
            arguments: what it is called with.
            packages: a folder of packages that come before those of the environment.
        """
        return self._run([str(PYTHON), str(SCENARIOS / script), *arguments], packages=packages)

    def run_node(self, script: str, *arguments: str) -> Any:
        """The same of a JavaScript module."""
        return self._run(["node", str(SCENARIOS / script), *arguments])

    def _run(self, command: list[str], *, packages: Path | None = None) -> Any:
        done = self.run(command, packages=packages)
        assert done.code == 0, f"{command} ended with {done.code}:\n{done.output}"
        return json.loads(done.out.strip().splitlines()[-1])

    def run(
        self,
        command: list[str],
        *,
        cwd: Path | None = None,
        typed: str = "",
        path: Path | None = None,
        packages: Path | None = None,
    ) -> Result:
        """Run a program that may contact nobody but the server.

        Args:
            command: the program and its arguments.
            cwd: the folder to run it in.
            typed: what the program reads; then its standard input ends.
            path: a folder to look for programs in first.
            packages: a folder to look for Python packages in first.

        Raises:
            AssertionError: it has tried to contact somebody else.
        """
        notes = self.folder / "notes"
        notes.unlink(missing_ok=True)
        environment = self.build_environment(notes)
        if path is not None:
            environment["PATH"] = f"{path}:{environment['PATH']}"
        if packages is not None:
            environment["PYTHONPATH"] += f":{packages}"
        ended = subprocess.run(
            command,
            cwd=cwd or self.folder,
            env=environment,
            input=typed,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        done = Result(ended.returncode, ended.stdout, ended.stderr)
        noted = notes.read_text().splitlines() if notes.exists() else []
        assert "guarded" in noted, f"nothing guarded {command}:\n{done.output}"
        others = [line for line in noted if line != "guarded"]
        others += [f"asked a proxy: {line}" for line in self.proxy.requests]
        self.proxy.requests.clear()
        assert not others, f"{command}: {', '.join(others)}\n{done.output}"
        return done

    def build_environment(self, notes: Path) -> dict[str, str]:
        demo, way_out = self.server.demo, f"http://{self.proxy.address}"
        proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), way_out)
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(GUARD),
            "PYTHONDONTWRITEBYTECODE": "1",
            "NODE_OPTIONS": f"--require={GUARD / 'guard.cjs'}",
            "GUARD_ALLOWED": f"127.0.0.1:{self.server.port} {self.proxy.address}",
            "GUARD_NOTES": str(notes),
            **proxies,
            **{name.lower(): value for name, value in proxies.items()},
            "NO_PROXY": "127.0.0.1",
            "no_proxy": "127.0.0.1",
            "BASE_URL": demo["base_url"],
            "TEAM_ID": demo["team_id"],
            "API_KEY": demo["api_key"],
            # LangWatch's clients read these two by themselves.
            "LANGWATCH_API_KEY": demo["api_key"],
            "LANGWATCH_ENDPOINT": demo["base_url"],
        }


def list_calls(server: Server, *, since: int = 0) -> list[dict[str, Any]]:
    """What the server has logged of each call: its route, its status and more."""
    lines = (server.folder / "serve.log").read_text().splitlines()
    records = [json.loads(line) for line in lines if line.startswith("{")]
    return [record for record in records if record.get("message") == "call"][since:]


def wait_until(found: Any, *, seconds: float = SPAN_SECONDS) -> bool:
    """Whether something becomes true in time."""
    end = time.monotonic() + seconds
    while not found():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True
