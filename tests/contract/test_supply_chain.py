"""What others could slip in: dependencies are pinned and looked up; the threat model is true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from shared.domain.access import OPERATIONS, Permission
from shared.routes import ROUTES
from tools.audit import Report, decide, list_locks, parse_npm_audit, parse_pip_audit

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
OK = Report(lock="a")
UNKNOWN = Report(lock="b", unknown="the advisory service cannot be reached")
VULNERABLE = Report(lock="c", vulnerabilities=("x 1.0: CVE-1",))


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_uses_actions_of_one_commit_and_may_only_read(workflow: Path) -> None:
    text = workflow.read_text()

    actions = re.findall(r"uses: (.+)", text)
    assert actions
    assert [action for action in actions if not PINNED.fullmatch(action)] == []
    assert re.search(r"^permissions:\n  contents: read\n", text, re.MULTILINE)
    assert "pull_request_target" not in text
    assert "secrets." not in text


def test_a_workflow_runs_all_that_must_hold() -> None:
    assert any("- run: .ci/run\n" in workflow.read_text() for workflow in WORKFLOWS)
    assert "\nmake check\n" in (ROOT / ".ci" / "run").read_text()
    (recipe,) = re.findall(r"^check:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), re.M)
    assert "-m bandit" in recipe
    assert "-m tools.audit" in recipe


def test_every_lock_file_is_audited() -> None:
    npm = {ROOT / "package-lock.json", *ROOT.glob("t*/*/package-lock.json")}  # tests, tools

    assert set(list_locks()) == {*(ROOT / "requirements").glob("*.txt"), *npm}


@pytest.mark.parametrize(
    ("reports", "here", "in_workflow"),
    [
        ([OK], 0, 0),
        ([OK, UNKNOWN], 0, 1),
        ([OK, VULNERABLE], 1, 1),
        ([UNKNOWN, VULNERABLE], 1, 1),
    ],
)
def test_what_could_not_be_looked_up_fails_only_in_the_workflow(
    reports: list[Report], here: int, in_workflow: int
) -> None:
    assert decide(reports, is_workflow=False) == here
    assert decide(reports, is_workflow=True) == in_workflow


def test_packages_that_were_skipped_are_not_audited() -> None:
    entries = [
        {"name": "x", "version": "1.0", "vulns": [{"id": "CVE-1"}, {"id": "CVE-2"}]},
        {"name": "y", "skip_reason": "not found"},
        {"name": "z", "version": "2.0", "vulns": []},
    ]

    report = parse_pip_audit("a", {"dependencies": entries})

    assert report.vulnerabilities == ("x 1.0: CVE-1", "x 1.0: CVE-2")
    assert "1 of 3" in report.unknown


def test_what_is_no_report_is_no_clean_bill() -> None:
    with pytest.raises(LookupError):
        parse_npm_audit("a", {"error": {"code": "ENOTFOUND"}})
    with pytest.raises(LookupError):
        parse_pip_audit("a", {})
    entry = {"range": "<2", "severity": "high"}
    assert parse_npm_audit("a", {"vulnerabilities": {"x": entry}}).vulnerabilities == (
        "x <2: high",
    )


def test_the_threat_model_says_what_the_routes_allow() -> None:
    model = " ".join((ROOT / "SECURITY.md").read_text().split())
    # "gets the documentation, the console, the health checks and sign-in"
    public = {route.path for route in ROUTES if route.permission is Permission.PUBLIC}
    sign_in = {route.path for route in ROUTES if route.chapter == "Sign-in"}
    checks = {"/v1/health", "/api/public/health"}
    console = {route.path for route in ROUTES if route.chapter == "Console"}
    assert public == {*checks, "/openapi.json", "/docs"} | console | sign_in
    # "no key invites people"
    assert {route.name for route in ROUTES if route.sessions_only} >= {"invite_person"}
    # "no key creates, lists or revokes keys"
    keys = [route for route in ROUTES if route.path.startswith("/v1/api-keys")]
    assert len(keys) == 5
    assert all(route.sessions_only for route in keys)
    # "It changes nothing"
    assert OPERATIONS["read_render"] == {Permission.READ}
    for operation in OPERATIONS:
        assert f"`{operation}`" in model
