"""ministack as a child process: on loopback, in an environment that holds nothing of ours."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import TYPE_CHECKING

from tests.e2e.traces import Daemon, run_daemon

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
LAUNCHER = Path(__file__).with_name("launch_ministack.py")
# Where `make e2e` puts it: with what Lambda has beside Python 3.13, and nothing else, for functions
# can import whatever the emulator can.
PYTHON = Path(os.environ.get("EMULATOR_PYTHON") or ROOT / ".venv-emulator" / "bin" / "python")
REGION = "us-east-1"
ACCOUNT = "000000000000"
START_SECONDS = 60.0
STOP_SECONDS = 20.0
# A call that waits for a function takes one, and so does each call that the function makes.
THREADS = 192


@dataclass(frozen=True, slots=True, kw_only=True)
class Emulator:
    process: subprocess.Popen[bytes]
    folder: Path
    port: int
    xray: Daemon

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """Of a program that takes it for AWS, and can reach nothing else that is.

        The home is its own since the CDK keeps there which account a key belongs to.
        """
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return kept | {
            "HOME": str(self.folder / "home"),
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": "127.0.0.1",
            "no_proxy": "127.0.0.1",
        }

    def answers(self) -> bool:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/_ministack/health")
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()


@contextmanager
def run_emulator(folder: Path, *, enforce_roles: bool) -> Iterator[Emulator]:
    """Run an emulator of AWS.

    Args:
        folder: for what it writes; its log is there afterwards.
        enforce_roles: whether callers, functions too, may only do what IAM policies allow.
    """
    for name in ("home", "tmp"):
        (folder / name).mkdir()
    port = free_port()
    with run_daemon() as xray, (folder / "ministack.log").open("wb") as log:
        process = subprocess.Popen(
            [str(PYTHON), str(LAUNCHER)],
            # Functions inherit it.
            env={
                "PATH": "/usr/bin:/bin",
                "HOME": str(folder / "home"),
                "TMPDIR": str(folder / "tmp"),
                "BIND_HOST": "127.0.0.1",
                "GATEWAY_PORT": str(port),
                "MINISTACK_WORKER_THREADS": str(THREADS),
                "SFTP_ENABLED": "0",
                "IOT_MTLS_ENABLED": "0",
                "AUTH": str(enforce_roles).lower(),
                "AWS_XRAY_DAEMON_ADDRESS": xray.address,
            },
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        started = Emulator(process=process, folder=folder, port=port, xray=xray)
        try:
            until = time.monotonic() + START_SECONDS
            while not started.answers():
                if process.poll() is not None or time.monotonic() > until:
                    raise AssertionError((folder / "ministack.log").read_text())
                time.sleep(0.1)
            yield started
        finally:
            stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """Its functions are processes of its group; what outlives it is ended with the group."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(STOP_SECONDS)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
