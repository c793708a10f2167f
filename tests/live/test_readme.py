"""The README's commands do what the README says."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.live.serving import ROOT, Serving

README = (ROOT / "README.md").read_text(encoding="utf-8")
WALKS = re.findall(r"^```bash\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
TARGETS = re.findall(r"(?:`|^)make ([a-z][a-z0-9-]*)", README, re.MULTILINE)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_walk_can_be_pasted_line_by_line(server: Serving, tmp_path: Path) -> None:
    (tmp_path / ".local").symlink_to(server.folder)

    said = pasted(WALKS[0], tmp_path)

    assert [answer for answer in said if "error" in answer] == []
    assert "Thank you, Ada! Your order A-17 is on its way." in rendered(said)
    assert "Thanks, Ada!\nOrder A-17 ships today." in rendered(said)
    assert any("-Thank you, {{.name}}!" in answer.get("diff", "") for answer in said)
    newest, *_ = said[-1]["events"]
    assert newest["event"] == "version.rolled_back"
    assert newest["detail"]["reason"] == "too terse"


VARIABLES = ("STACK=cuebook-dev", "FILE=team.jsonl", "AT=2026-01-31T14:05Z", "TABLES=rescue-")


@pytest.mark.parametrize("target", sorted(set(TARGETS)))
def test_every_make_target_that_it_names_exists(target: str) -> None:
    done = subprocess.run(
        ["make", "--dry-run", "--always-make", target, *VARIABLES],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stderr


def pasted(commands: str, folder: Path) -> list[dict[str, Any]]:
    """What each command answered, in order."""
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands], cwd=folder, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    decoder, rest, said = json.JSONDecoder(), done.stdout.strip(), []
    while rest:
        answer, end = decoder.raw_decode(rest)
        said.append(answer)
        rest = rest[end:].lstrip()
    return said


def rendered(said: list[dict[str, Any]]) -> list[str]:
    return [answer["rendered"] for answer in said if "rendered" in answer]
