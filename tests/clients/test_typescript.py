"""The types that a generator makes of the OpenAPI document are fit to write an application with."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

from tests.clients.programs import NODE_MODULES, SCENARIOS
from tests.live.server import ROOT

if TYPE_CHECKING:
    from pathlib import Path

DOCUMENT = ROOT / "shared" / "documents" / "openapi.json"


def test_an_application_is_checked_against_the_document(tmp_path: Path) -> None:
    shutil.copy(SCENARIOS / "types.ts", tmp_path)

    run("openapi-typescript", str(DOCUMENT), "--output", "openapi.d.ts", folder=tmp_path)
    run("tsc", "--noEmit", "--strict", "--target", "es2022", "types.ts", folder=tmp_path)


def run(program: str, *arguments: str, folder: Path) -> None:
    result = subprocess.run(
        [NODE_MODULES / ".bin" / program, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
