"""The whole stack on an emulator of AWS: `make e2e`.

Two deployments, one after the other: the second one enforces what each function's role allows.
"""

from __future__ import annotations

import shutil
import time
from collections import defaultdict
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e.deployment import Deployment
from tests.e2e.emulator import PYTHON, ROOT, emulator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.e2e.deployment import Api

HERE = Path(__file__).parent
NEEDED = (PYTHON, ROOT / "node_modules" / ".bin" / "cdk")
SECONDS: defaultdict[str, float] = defaultdict(float)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.live)
            item.add_marker(pytest.mark.enable_socket)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "call":
        SECONDS[report.nodeid.rpartition("::")[2]] += report.duration


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    parts = sorted(SECONDS.items(), key=lambda part: -part[1])
    told = ", ".join(
        f"{name.removeprefix('test_')} {seconds:.0f} s" for name, seconds in parts[:12]
    )
    terminalreporter.write_line(f"seconds, the longest first: {told}")


@contextmanager
def timed(name: str) -> Iterator[None]:
    start = time.monotonic()
    yield
    SECONDS[name] += time.monotonic() - start


@pytest.fixture(scope="session", autouse=True)
def installed() -> None:
    for needed in NEEDED:
        assert needed.exists(), f"{needed} is missing: run `make e2e`"


@pytest.fixture(scope="session")
def deployment(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Deployment]:
    """The stack as `make deploy` deploys it, on an emulator that allows everybody everything."""
    with deployed(tmp_path_factory.mktemp("open"), request) as deployment:
        yield deployment


@contextmanager
def deployed(
    folder: Path, request: pytest.FixtureRequest, *, assembly: Path | None = None
) -> Iterator[Deployment]:
    """Args:
    assembly: what has been synthesized for another deployment; roles are enforced in this one.
    """
    failed = request.session.testsfailed
    kind = "enforcing roles" if assembly else "open"
    with emulator(folder, enforce_roles=assembly is not None) as running:
        deployment = Deployment(emulator=running)
        with timed(f"cdk bootstrap, {kind}"):
            deployment.prepare()
        with timed(f"cdk deploy, {kind}"):
            deployment.deploy(assembly=assembly)
        yield deployment
    shutil.rmtree(folder / "tmp", ignore_errors=True)
    if request.session.testsfailed == failed:
        shutil.rmtree(folder / "home", ignore_errors=True)


@pytest.fixture(scope="session")
def api(deployment: Deployment) -> Api:
    return deployment.api()


@pytest.fixture(scope="session")
def guarded(
    deployment: Deployment, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Deployment]:
    """The same, where each function may do what its role allows and nothing else."""
    folder = tmp_path_factory.mktemp("guarded")
    with deployed(folder, request, assembly=deployment.assembly) as enforcing:
        yield enforcing


@pytest.fixture(scope="session")
def guarded_api(guarded: Deployment) -> Api:
    return guarded.api()
