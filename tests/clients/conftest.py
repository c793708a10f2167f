"""The vendors' own clients against the server that `make serve` starts: `make test-clients`.

They are installed from the registries, each at one version, apart from what the project uses.
"""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.clients.programs import GUARD, NODE_MODULES, PYTHON, Clients, Proxy, run_proxy
from tests.live.server import Server, run_server

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.live)
            item.add_marker(pytest.mark.enable_socket)


@pytest.fixture(scope="session", autouse=True)
def check_installation() -> None:
    for needed in (PYTHON, NODE_MODULES):
        assert needed.exists(), f"{needed} is missing: run `make test-clients`"


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server, which may contact nobody at all."""
    folder = tmp_path_factory.mktemp("local")
    notes = folder / "notes"
    guard = {"PYTHONPATH": str(GUARD), "GUARD_ALLOWED": "", "GUARD_NOTES": str(notes)}
    with run_server(folder, **guard) as running:
        yield running
    assert set(notes.read_text().splitlines()) == {"guarded"}


@pytest.fixture(scope="session")
def proxy() -> Iterator[Proxy]:
    with run_proxy() as running:
        yield running


@pytest.fixture(scope="session")
def create_clients(server: Server, proxy: Proxy) -> Callable[[Path], Clients]:
    """Clients that are at home in a folder."""
    return partial(Clients, server, proxy)


@pytest.fixture
def clients(create_clients: Callable[[Path], Clients], tmp_path: Path) -> Clients:
    return create_clients(tmp_path)
