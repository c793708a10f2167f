"""Look up known vulnerabilities of everything that the lock files pin.

    python -m tools.audit

A vulnerability fails. A lock file that no advisory service could be asked about is named, and fails
only in the workflow, whose machine can reach one.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
SECONDS = 120
NODE_FOLDERS = (".", "tests/clients", "tests/console", "tools/console")  # with a lock file of npm


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What an advisory service says of a lock file.

    Attributes:
        lock: The path of the lock file in the project.
        vulnerabilities: Each with its package.
        unknown: Why packages could not be looked up; empty if all could.
    """

    lock: str
    vulnerabilities: tuple[str, ...] = ()
    unknown: str = ""


def main() -> int:
    """Run the command; returns the exit code."""
    reports = [audit(lock) for lock in list_locks()]
    for report in reports:
        for vulnerability in report.vulnerabilities:
            sys.stdout.write(f"{report.lock}: {vulnerability}\n")
        if report.unknown:
            sys.stdout.write(f"{report.lock}: not audited: {report.unknown}\n")
    return decide(reports, is_workflow=os.environ.get("GITHUB_ACTIONS") == "true")


def decide(reports: list[Report], *, is_workflow: bool) -> int:
    """Decide on the exit code."""
    is_vulnerable = any(report.vulnerabilities for report in reports)
    is_incomplete = any(report.unknown for report in reports)
    return int(is_vulnerable or (is_workflow and is_incomplete))


def list_locks() -> list[Path]:
    """List the lock files of the project."""
    python = sorted((ROOT / "requirements").glob("*.txt"))
    node = [ROOT / folder / "package-lock.json" for folder in NODE_FOLDERS]
    return [*python, *node]


def audit(lock: Path) -> Report:
    """Ask the advisory service of a lock file's registry."""
    name = str(lock.relative_to(ROOT))
    if lock.suffix == ".txt":
        options = ["--disable-pip", "--require-hashes", "--progress-spinner", "off"]
        command = [sys.executable, "-m", "pip_audit", *options, "-f", "json", "-r", str(lock)]
        parse = parse_pip_audit
    elif npm := shutil.which("npm"):
        command, parse = [npm, "audit", "--package-lock-only", "--json"], parse_npm_audit
    else:
        return Report(lock=name, unknown="npm is missing")
    try:
        result = subprocess.run(
            command, capture_output=True, text=True, cwd=lock.parent, timeout=SECONDS, check=False
        )
        return parse(name, json.loads(result.stdout))
    except (subprocess.TimeoutExpired, ValueError, LookupError):
        return Report(lock=name, unknown="the advisory service cannot be reached")


def parse_pip_audit(lock: str, document: Any) -> Report:
    """Parse the output of pip-audit.

    Raises:
        LookupError: It is not a report.
    """
    entries = document["dependencies"]
    skipped = [entry["name"] for entry in entries if "skip_reason" in entry]
    return Report(
        lock=lock,
        vulnerabilities=tuple(
            f"{entry['name']} {entry['version']}: {vulnerability['id']}"
            for entry in entries
            for vulnerability in entry.get("vulns", ())
        ),
        unknown=f"no service knows {len(skipped)} of {len(entries)} packages" if skipped else "",
    )


def parse_npm_audit(lock: str, document: Any) -> Report:
    """Parse the output of `npm audit`.

    Raises:
        LookupError: It is not a report.
    """
    return Report(
        lock=lock,
        vulnerabilities=tuple(
            f"{name} {entry['range']}: {entry['severity']}"
            for name, entry in document["vulnerabilities"].items()
        ),
    )


if __name__ == "__main__":
    sys.exit(main())
