"""The whole stack on an emulator of AWS: `make e2e`.

Two emulators, one after the other: the second one heeds what each function's role allows.
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
from tests.e2e.emulator import PYTHON, ROOT, run_emulator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.e2e.deployment import Api

HERE = Path(__file__).parent
NEEDED = (PYTHON, ROOT / "node_modules" / ".bin" / "cdk")
SECONDS: defaultdict[str, float] = defaultdict(float)
TRACES: list[str] = []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.live)
            item.add_marker(pytest.mark.enable_socket)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "call":
        SECONDS[report.nodeid.rpartition("::")[2]] += report.duration
        TRACES.extend(str(tree) for name, tree in report.user_properties if name == "traces")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    parts = sorted(SECONDS.items(), key=lambda part: -part[1])
    told = ", ".join(
        f"{name.removeprefix('test_')} {seconds:.0f} s" for name, seconds in parts[:12]
    )
    for tree in TRACES:
        terminalreporter.write_line(f"traces, as docs/operate.md shows them:\n{tree}")
    terminalreporter.write_line(f"seconds, the longest first: {told}")


@contextmanager
def measure_time(name: str) -> Iterator[None]:
    start = time.monotonic()
    yield
    SECONDS[name] += time.monotonic() - start


@pytest.fixture(scope="session", autouse=True)
def check_installation() -> None:
    for needed in NEEDED:
        assert needed.exists(), f"{needed} is missing: run `make e2e`"


@pytest.fixture(scope="session")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the stack is synthesized by the first deployment, for the second one too."""
    return tmp_path_factory.mktemp("assembly") / "cdk.out"


@pytest.fixture(scope="session")
def handover(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for what the first deployment leaves to the second one."""
    return tmp_path_factory.mktemp("handed-over")


@pytest.fixture(scope="module")
def deployment(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, assembly: Path
) -> Iterator[Deployment]:
    """The stack as `make deploy` deploys it; a module says whether roles are to be enforced."""
    enforce_roles: bool = request.module.ENFORCE_ROLES
    kind = "roles enforced" if enforce_roles else "roles open"
    folder = tmp_path_factory.mktemp("emulator")
    with run_emulator(folder, enforce_roles=enforce_roles) as running:
        made = Deployment(emulator=running, assembly=assembly)
        with measure_time(f"cdk bootstrap, {kind}"):
            made.prepare()
        with measure_time(f"cdk deploy, {kind}"):
            made.deploy()
        yield made
    shutil.rmtree(folder / "tmp")  # what functions were unpacked to; the logs may be wanted


@pytest.fixture(scope="module")
def api(deployment: Deployment) -> Api:
    return deployment.api()
