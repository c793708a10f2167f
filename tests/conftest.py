"""Each test gets a registry of its own: two new teams in tables in this process, and clients."""

from __future__ import annotations

import gc
from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from infra.local.aws import build_environment, simulate_aws
from shared import background, serve, settings
from shared.store import aws, sign_in_page
from shared.store.tables import TABLES
from tests import sign_in_page as page_of_tests
from tests.client import TEAM_ID, Registry
from tests.memory import Memory
from tests.routes.scene import Scene

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.memory import Saved

# Making the AWS clients takes longer than most tests: all modules have the same.
create_client = cache(aws._create_client)

LONGEST = ("live", "properties", "contract")  # folders with files that take a minute

# No property fails because a machine is busy. Each example makes what it needs, so the examples of
# a test may share its tables.
hypothesis_settings.register_profile(
    "cuebook",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
hypothesis_settings.load_profile("cuebook")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let `make faults` try more than there is time for in each run of all tests."""
    parser.addoption("--every-fault", action="store_true", help="try every fault at every place")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start with the longest files, so that one worker does not end long after the others."""
    items.sort(key=lambda item: [folder not in item.path.parts for folder in LONGEST])


def pytest_configure() -> None:
    """Collect garbage seldom: what fills the heap here, libraries and models, is never garbage.

    With Python's own thresholds a third of the time of a run goes into looking at it again.
    """
    gc.set_threshold(20_000, 20, 20)


def pytest_collection_finish() -> None:
    """What is loaded by now is never looked at again."""
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what the tests have measured, and what the faults were tried on."""
    properties = [
        (report.outcome, dict(report.user_properties))
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", "") == "call"
    ]
    for name, text in (pair for _, values in properties for pair in values.items()):
        if name.startswith("console"):
            terminalreporter.write_line(f"{name}: {text}")
    reports = [(outcome, values["faults"]) for outcome, values in properties if "faults" in values]
    if reports:
        places, kinds, trials = (sum(count[at] for _, count in reports) for at in range(3))
        violations = sum(outcome != "passed" for outcome, _ in reports)
        terminalreporter.write_line(
            f"faults: {len(reports)} routes x {places} calls of AWS x "
            f"{kinds // len(reports)} faults where they can come: {trials} trials, "
            f"violations {violations}"
        )


@pytest.fixture(scope="session", autouse=True)
def nothing_in_the_background() -> Iterator[None]:
    """What no call waits for would come at any time; the tests of it start it themselves."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(background, "start", lambda task: None)
        yield


@pytest.fixture(scope="session", autouse=True)
def page_of_sign_in() -> Iterator[None]:
    """Moto has none, and tests reach no network."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sign_in_page, "send", page_of_tests.send)
        yield


@pytest.fixture(scope="module")
def memory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Memory]:
    """The tables and the bucket."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in build_environment().items():
            patch.setenv(name, value)
        patch.setenv("SIGN_IN_URL", page_of_tests.URL)
        patch.setenv("SIGN_IN_CLIENT_ID", page_of_tests.CLIENT_ID)
        patch.setenv("GROUPS", page_of_tests.build_groups(TEAM_ID))
        patch.setattr(aws, "_create_client", create_client)
        _forget_clients()
        with simulate_aws(None, tmp_path_factory.mktemp("objects")):
            yield Memory()
        _forget_clients()


@pytest.fixture(autouse=True)
def no_settings_of_others(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who reads settings asks for `memory`: otherwise another test has to come first."""
    if "memory" not in request.fixturenames:
        for table in TABLES:
            monkeypatch.delenv(f"{table.name.upper()}_TABLE", raising=False)
        settings.get_settings.cache_clear()


@pytest.fixture(scope="module")
def teams(memory: Memory) -> tuple[Registry, Saved]:
    """The teams and clients that each test of a module begins with."""
    _forget()
    registry = Registry(serve.get_store())
    registry.cloud.close()
    return registry, memory.save()


@pytest.fixture
def registry(memory: Memory, teams: tuple[Registry, Saved]) -> Iterator[Registry]:
    """Two teams with nothing in them."""
    registry, saved = teams
    memory.restore(saved)
    _forget()
    registry.open()
    yield registry
    registry.cloud.close()
    _forget()


@pytest.fixture(scope="module")
def stage(memory: Memory, teams: tuple[Registry, Saved]) -> tuple[Scene, Saved]:
    """The scene that each test of a module begins with, if it begins with one."""
    registry, saved = teams
    memory.restore(saved)
    _forget()
    registry.open()
    scene = Scene(registry)
    registry.cloud.close()
    return scene, memory.save()


@pytest.fixture
def scene(memory: Memory, stage: tuple[Scene, Saved], registry: Registry) -> Scene:
    """A prompt with one of everything."""
    scene, saved = stage
    memory.restore(saved)
    return scene


def _forget() -> None:
    """What a process remembers must not outlive the test that it was learnt in."""
    settings.get_settings.cache_clear()
    serve.get_store.cache_clear()


def _forget_clients() -> None:
    aws.get_dynamodb.cache_clear()
    aws.get_s3.cache_clear()
    aws.get_cognito.cache_clear()
