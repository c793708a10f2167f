"""Tests that start servers: on loopback only, and marked as such."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.server import JAR, Server, run_server

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.live)
            item.add_marker(pytest.mark.enable_socket)


@pytest.fixture(scope="session", autouse=True)
def quick_java() -> Iterator[None]:
    """DynamoDB Local lives for seconds here: to optimize it would take longer than to run it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
        yield


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server as `make serve` starts it."""
    with run_server(tmp_path_factory.mktemp("local")) as running:
        yield running


@pytest.fixture(scope="session")
def durable_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server as `make serve-durable` starts it."""
    with run_server(durable_folder(tmp_path_factory.mktemp("durable")), "--durable") as running:
        yield running


@pytest.fixture(params=["server", "durable_server"])
def either_server(request: pytest.FixtureRequest) -> Server:
    running: Server = request.getfixturevalue(request.param)
    return running


def durable_folder(folder: Path) -> Path:
    """A folder for `--durable` that needs no download; skips where there is nothing to run."""
    if shutil.which("java") is None:
        pytest.skip("DynamoDB Local needs Java 17, which is not installed")
    if not JAR.exists():
        pytest.skip("DynamoDB Local is not here; `make serve-durable` downloads it once")
    (folder / JAR.name).symlink_to(JAR)
    return folder
