"""The client talks to a service on loopback, and to nobody else."""

from __future__ import annotations

import socket
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cuebook import Cuebook
from tests.client import serve_registry
from tests.python_client.commands import Shell
from tests.python_client.gateway import Gateway, build_client
from tests.python_client.service import Service, run_service

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cuebook.management import Management
    from tests.client import Registry

HERE = Path(__file__).parent
KEY = "ak_test"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.enable_socket)


@pytest.fixture
def service() -> Iterator[Service]:
    with run_service() as running:
        running.texts["greeting", "live"] = "Hello {{.name}}"
        yield running


@pytest.fixture
def connect(service: Service) -> Iterator[Callable[..., Cuebook]]:
    """Make clients of the service."""
    with ExitStack() as stack:
        defaults = {"url": service.url, "api_key": KEY}
        yield lambda **options: stack.enter_context(Cuebook(**(defaults | options)))


@dataclass
class Clock:
    """Moves time for the client.

    Attributes:
        ahead: By how many seconds the monotonic clock is ahead.
        ahead_wall: The same of the clock on the wall, which alone goes on in a suspended process.
    """

    ahead: float = 0.0
    ahead_wall: float = 0.0

    def pass_time(self, seconds: float) -> None:
        """Let seconds pass, for both clocks."""
        self.ahead += seconds
        self.ahead_wall += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clocks by which the client tells what is fresh."""
    clock, monotonic, wall = Clock(), time.monotonic, time.time
    for name in ("time.monotonic", "cuebook.client.monotonic"):
        monkeypatch.setattr(name, lambda: monotonic() + clock.ahead)
    for name in ("time.time", "cuebook.client.time"):
        monkeypatch.setattr(name, lambda: wall() + clock.ahead_wall)
    return clock


@pytest.fixture
def gateway(registry: Registry) -> Gateway:
    return Gateway(registry)


@pytest.fixture
def cues(gateway: Gateway) -> Cuebook:
    """A client whose programs the gateway runs."""
    return build_client(gateway)


@pytest.fixture
def manage(cues: Cuebook) -> Management:
    return cues.manage


@pytest.fixture
def shell(
    registry: Registry,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Shell]:
    """A shell with the key of an editor."""
    monkeypatch.setattr("cuebook._requests.FIRST_PAUSE", 0.001)
    with serve_registry() as url:
        shell = Shell(url, tmp_path, monkeypatch, capsys)
        shell.use(url, registry.editor.key)
        yield shell


@pytest.fixture
def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
