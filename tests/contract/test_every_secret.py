"""No password, code, token, key or credential gets anywhere but to whom it belongs."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from infra.project import ROOT
from shared.routes import ROUTES
from tests.hangs import HANG_SECONDS

if TYPE_CHECKING:
    from tests.contract.secrets import Report

pytestmark = pytest.mark.slow

# As they are in the table of routes: whoever adds another secret, names its field here.
WITH_SECRETS = {
    "sign_in",
    "finish_sign_in",
    "exchange_code",
    "reset_password",
    "change_password",
    "create_second_factor",
    "set_second_factor",
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Report, str]:
    """What a run of all routes has found, and its log."""
    file = tmp_path_factory.mktemp("secrets") / "report.json"
    done = subprocess.run(
        [sys.executable, "-m", "tests.contract.secrets", str(file)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=HANG_SECONDS,
    )
    assert done.returncode == 0, done.stderr[-5000:]
    report: Report = json.loads(file.read_text())
    return report, done.stdout + done.stderr


def find(secrets: list[str], text: str) -> list[str]:
    """Find those of the secrets that are in a text."""
    return [secret for secret in secrets if secret in text]


def test_the_run_saw_every_route_and_every_kind_of_secret(run: tuple[Report, str]) -> None:
    report, log = run

    assert {*report["routes"]} == WITH_SECRETS
    assert [route.name for route in ROUTES if f'"route":"{route.name}"' not in log] == []
    assert [route.name for route in ROUTES if f"## {route.name}" not in report["traces"]] == []
    for beginning in ("ak_", "sess_", "Marked-password", "Marked-code_verifier", "Correct-horse"):
        assert [each for each in report["secrets"] if each.startswith(beginning)], beginning
    assert '"message":"bug"' in log  # bugs were logged too


def test_no_secret_is_in_a_log_line(run: tuple[Report, str]) -> None:
    report, log = run

    assert find(report["secrets"], log) == []


def test_no_secret_is_in_a_trace(run: tuple[Report, str]) -> None:
    report, _ = run

    assert find(report["secrets"], report["traces"]) == []


def test_no_secret_is_stored(run: tuple[Report, str]) -> None:
    """Not in history, not in the records of idempotency keys, and nowhere else."""
    report, _ = run

    found = {name: find(report["secrets"], text) for name, text in report["stored"].items()}
    assert {name: secrets for name, secrets in found.items() if secrets} == {}


def test_no_problem_repeats_a_secret(run: tuple[Report, str]) -> None:
    report, _ = run

    repeated = [(name, text) for name, text, secrets in report["refusals"] if find(secrets, text)]
    assert repeated == []
